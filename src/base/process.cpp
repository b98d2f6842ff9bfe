#include "base/process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

namespace keyward {
namespace {

constexpr std::string_view unknown_namespace = "pid:[unknown]";

std::string first_line(const std::string& path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

std::string pid_namespace() {
    std::array<char, 64> target{};
    const ssize_t length = readlink("/proc/self/ns/pid", target.data(), target.size());
    return length > 0 ? std::string(target.data(), static_cast<std::size_t>(length))
                      : std::string(unknown_namespace);
}

/// Field 22 of /proc/PID/stat. The name before it may contain any character, so counting starts after its
/// closing bracket.
std::string start_time(const std::string& pid) {
    const std::string line = first_line("/proc/" + pid + "/stat");
    const auto bracket = line.rfind(')');
    if (bracket == std::string::npos) return {};
    std::istringstream fields(line.substr(bracket + 1));
    std::string field;
    for (int i = 3; i <= 22; ++i)
        fields >> field;
    return field;
}

std::string boot_id() {
    return first_line("/proc/sys/kernel/random/boot_id");
}

std::string here() {
    return boot_id() + "/" + pid_namespace() + "/";
}

}  // namespace

std::string process_identity() {
    const std::string pid = std::to_string(getpid());
    return here() + pid + "/" + start_time(pid);
}

bool is_known_dead(const std::string& identity) {
    const std::string place = here();
    const bool place_is_known = !boot_id().empty() && pid_namespace() != unknown_namespace;
    if (!place_is_known || !identity.starts_with(place)) return false;
    const std::string rest = identity.substr(place.size());
    const auto slash = rest.find('/');
    int pid = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + std::min(slash, rest.size()), pid);
    if (slash == std::string::npos || error != std::errc{} || pid <= 0) return false;
    if (kill(pid, 0) != 0) return errno == ESRCH;
    // The PID is in use. Where /proc hides other users' processes there is no start time to compare.
    const std::string started = start_time(std::to_string(pid));
    return !started.empty() && started != rest.substr(slash + 1);
}

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
