#pragma once

#include <cstddef>

namespace keyward::test {

/// `operator new` of a test program that links failing_memory.cpp throws std::bad_alloc while one of these
/// lives. At most one may live at a time.

/// On the thread that made it: for the allocation after `allocations` good ones, and all after that.
class NoMemoryHere {
  public:
    explicit NoMemoryHere(std::size_t allocations);
    NoMemoryHere(const NoMemoryHere&) = delete;
    NoMemoryHere& operator=(const NoMemoryHere&) = delete;
    ~NoMemoryHere();

    /// Whether an allocation has failed.
    [[nodiscard]] static bool has_failed();
};

/// On every thread but the one that made it.
class NoMemoryElsewhere {
  public:
    NoMemoryElsewhere();
    NoMemoryElsewhere(const NoMemoryElsewhere&) = delete;
    NoMemoryElsewhere& operator=(const NoMemoryElsewhere&) = delete;
    ~NoMemoryElsewhere();

    /// Returns when so many further allocations have failed.
    static void wait_for_failures(std::size_t count);
};

}  // namespace keyward::test
