#pragma once

#include <set>
#include <string>

namespace keyward::e2e {

/// The mechanisms with published vectors, as each file of known-answer tests lists its own.
std::set<std::string> mechanisms_of_known_ciphers();
std::set<std::string> mechanisms_of_known_macs();
std::set<std::string> mechanisms_of_known_rsa();
std::set<std::string> mechanisms_of_known_curves();

/// The mechanisms of a table of vectors.
template <typename Vectors>
std::set<std::string> mechanisms_of(const Vectors& vectors) {
    std::set<std::string> names;
    for (const auto& vector : vectors)
        names.insert(vector.mechanism);
    return names;
}

}  // namespace keyward::e2e
