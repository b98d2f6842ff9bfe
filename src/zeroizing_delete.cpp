// Overwrites the memory of every C++ object when it is freed, in this program and in the libraries it loads.
// Key material passes through strings and buffers of other code (a JSON parser, a socket library), and the
// allocator would keep it: M_PERTURB does not reach freed chunks of its thread cache.

#include <cstdlib>
#include <new>

#include <malloc.h>
#include <openssl/crypto.h>

namespace {

void* allocate(std::size_t size) noexcept {
    return std::malloc(size == 0 ? 1 : size);
}

void cleanse_and_free(void* memory) noexcept {
    if (memory == nullptr) return;
    OPENSSL_cleanse(memory, malloc_usable_size(memory));
    std::free(memory);
}

}  // namespace

void* operator new(std::size_t size) {
    while (true) {
        if (void* memory = allocate(size)) return memory;
        const std::new_handler handler = std::get_new_handler();
        if (handler == nullptr) throw std::bad_alloc();
        handler();
    }
}
void* operator new[](std::size_t size) {
    return operator new(size);
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    return allocate(size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
    return allocate(size);
}

void operator delete(void* memory) noexcept {
    cleanse_and_free(memory);
}
void operator delete[](void* memory) noexcept {
    cleanse_and_free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    cleanse_and_free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
    cleanse_and_free(memory);
}
void operator delete(void* memory, const std::nothrow_t&) noexcept {
    cleanse_and_free(memory);
}
void operator delete[](void* memory, const std::nothrow_t&) noexcept {
    cleanse_and_free(memory);
}
