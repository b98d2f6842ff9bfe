#include <cstddef>
#include <cstdint>

#include "tests/fuzz/target.hpp"

/// libFuzzer calls it with every input. An exception ends the program, and libFuzzer keeps the input.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    keyward::fuzz::KEYWARD_FUZZ_CHECK({reinterpret_cast<const char*>(data), size});
    return 0;
}
