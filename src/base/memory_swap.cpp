#include "base/memory_swap.hpp"

#include <fstream>
#include <string>

namespace keyward {
namespace {

/// The first line of /proc/swaps names the columns.
bool has_swap(const std::filesystem::path& root) {
    std::ifstream swaps(root / "proc/swaps");
    std::string line;
    if (!std::getline(swaps, line)) return true;
    return static_cast<bool>(std::getline(swaps, line));
}

/// The path from /proc/self/cgroup, relative to the mount point of the groups; empty without version 2.
std::filesystem::path control_group(const std::filesystem::path& root) {
    constexpr std::string_view version_2 = "0::/";
    std::ifstream groups(root / "proc/self/cgroup");
    for (std::string line; std::getline(groups, line);)
        if (line.starts_with(version_2)) return line.substr(version_2.size());
    return {};
}

bool forbids_swap(const std::filesystem::path& group) {
    std::ifstream limit(group / "memory.swap.max");
    std::string value;
    return std::getline(limit, value) && value == "0";
}

}  // namespace

bool may_be_swapped(const std::filesystem::path& root) {
    if (!has_swap(root)) return false;
    const std::filesystem::path top = root / "sys/fs/cgroup";
    if (forbids_swap(top)) return false;
    // A limit of a group also applies to its descendants.
    std::filesystem::path group = top;
    for (const auto& part : control_group(root)) {
        group /= part;
        if (forbids_swap(group)) return false;
    }
    return true;
}

}  // namespace keyward
