#include "tests/fuzz/repetition.hpp"

#include <bitset>
#include <cstdint>
#include <cstring>
#include <string>

// This file is compiled without libFuzzer's instrumentation. It would take the service's own texts for words
// that inputs need, and put them into the inputs.

namespace keyward::fuzz {
namespace {

constexpr std::size_t window = 12;
using Seen = std::bitset<std::size_t{1} << 16U>;

/// A hash of the octets of one window.
std::size_t slot_of(const char* octets) {
    std::uint64_t first = 0;
    std::uint32_t rest = 0;
    std::memcpy(&first, octets, sizeof first);
    std::memcpy(&rest, octets + sizeof first, sizeof rest);
    return static_cast<std::size_t>(((first ^ rest * 0x9E3779B97F4A7C15U) * 0xD6E8FEB86659FD93U) >> 48U);
}

bool starts_at(std::string_view input, std::size_t at, std::string_view wanted) {
    if (input.size() - at < wanted.size()) return false;
    for (std::size_t i = 0; i < wanted.size(); ++i)
        if (input[at + i] != wanted[i]) return false;
    return true;
}

bool holds(std::string_view input, std::string_view wanted) {
    for (std::size_t at = 0; at < input.size(); ++at)
        if (starts_at(input, at, wanted)) return true;
    return false;
}

std::string without(std::string_view text, std::initializer_list<std::string_view> words) {
    std::string rest;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t skipped = 0;
        for (const std::string_view word : words)
            if (word.size() > skipped && starts_at(text, at, word)) skipped = word.size();
        rest.push_back(skipped == 0 ? text[at] : '\0');
        at += skipped == 0 ? 1 : skipped;
    }
    return rest;
}

}  // namespace

bool begins_with(std::string_view text, std::string_view beginning) {
    return starts_at(text, 0, beginning);
}

bool repeats(std::string_view text, std::string_view input, std::initializer_list<std::string_view> words) {
    const std::string own = without(text, words);
    if (own.size() < window || input.size() < window) return false;
    Seen seen;
    for (std::size_t at = 0; at + window <= input.size(); ++at)
        seen.set(slot_of(input.data() + at));
    for (std::size_t at = 0; at + window <= own.size(); ++at) {
        const std::string_view part = std::string_view(own).substr(at, window);
        if (seen.test(slot_of(part.data())) && holds(input, part)) return true;
    }
    return false;
}

}  // namespace keyward::fuzz
