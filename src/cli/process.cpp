#include "cli/process.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <thread>

#include <malloc.h>
#include <openssl/crypto.h>
#include <sys/prctl.h>
#include <sys/resource.h>

namespace keyward::cli {
namespace {

void cleanse_and_free(void* memory, const char* /*file*/, int /*line*/) {
    if (memory == nullptr) return;
    OPENSSL_cleanse(memory, malloc_usable_size(memory));
    std::free(memory);
}

void* allocate(std::size_t size, const char* /*file*/, int /*line*/) {
    return std::malloc(size);
}

/// A block that moves would leave its octets behind, so this allocates, copies and cleanses.
void* reallocate(void* memory, std::size_t size, const char* file, int line) {
    if (memory == nullptr) return allocate(size, file, line);
    const std::size_t old_size = malloc_usable_size(memory);
    if (size == 0 || size <= old_size) {
        if (size == 0) cleanse_and_free(memory, file, line);
        return size == 0 ? nullptr : memory;
    }
    void* larger = std::malloc(size);
    if (larger == nullptr) return nullptr;
    std::copy_n(static_cast<const char*>(memory), old_size, static_cast<char*>(larger));
    cleanse_and_free(memory, file, line);
    return larger;
}

/// By default, glibc's arenas multiply with the processors, and once a block of many megabytes was freed,
/// later ones are allocated inside the arenas; memory freed there stays with the process. With these options
/// large blocks return to the system at once.
void bound_kept_memory() {
    constexpr int most_arenas = 8;
    constexpr int smallest_returned_block = 256 * 1024;
    mallopt(M_ARENA_MAX, most_arenas);
    mallopt(M_MMAP_THRESHOLD, smallest_returned_block);
}

}  // namespace

void harden_process() {
    bound_kept_memory();
    if (CRYPTO_set_mem_functions(allocate, reallocate, cleanse_and_free) != 1)
        throw std::runtime_error("OpenSSL was used before its memory functions could be replaced");
    constexpr rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    for (const int ignored : {SIGPIPE, SIGXFSZ})
        static_cast<void>(std::signal(ignored, SIG_IGN));
}

void end_process_within(std::chrono::milliseconds limit, int exit_code) {
    // The thread uses no object of the process, because it outlives them all.
    std::thread([limit, exit_code] {
        std::this_thread::sleep_for(limit);
        std::_Exit(exit_code);
    }).detach();
}

}  // namespace keyward::cli
