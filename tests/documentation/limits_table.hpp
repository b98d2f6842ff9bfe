#pragma once

#include <string>
#include <vector>

namespace keyward {

/// A limit that users can meet: the constant or the setting that has it, and its value as docs/limits.md
/// gives it.
struct Limit {
    std::string name;
    std::string value;
};

std::vector<Limit> limits_of_the_code();

}  // namespace keyward
