#include "tests/support/failing_memory.hpp"

#include <atomic>
#include <cstdlib>
#include <new>
#include <optional>
#include <thread>

namespace keyward::test {
namespace {

thread_local std::optional<std::size_t> left_here;
thread_local bool failed_here = false;
thread_local bool made_here = false;
std::atomic<bool> none_elsewhere = false;
std::atomic<std::size_t> failures_elsewhere = 0;

bool fails_here() {
    if (!left_here) return false;
    if (*left_here == 0) return failed_here = true;
    --*left_here;
    return false;
}

bool fails_elsewhere() {
    if (!none_elsewhere || made_here) return false;
    ++failures_elsewhere;
    return true;
}

}  // namespace

NoMemoryHere::NoMemoryHere(std::size_t allocations) {
    failed_here = false;
    left_here = allocations;
}

NoMemoryHere::~NoMemoryHere() {
    left_here.reset();
}

bool NoMemoryHere::has_failed() {
    return failed_here;
}

NoMemoryElsewhere::NoMemoryElsewhere() {
    made_here = true;
    none_elsewhere = true;
}

NoMemoryElsewhere::~NoMemoryElsewhere() {
    none_elsewhere = false;
    made_here = false;
}

void NoMemoryElsewhere::wait_for_failures(std::size_t count) {
    const std::size_t until = failures_elsewhere + count;
    while (failures_elsewhere < until)
        std::this_thread::yield();
}

}  // namespace keyward::test

void* operator new(std::size_t size) {
    if (keyward::test::fails_here() || keyward::test::fails_elsewhere()) throw std::bad_alloc();
    void* const memory = std::malloc(size == 0 ? 1 : size);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}

void operator delete(void* memory) noexcept {
    std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}
