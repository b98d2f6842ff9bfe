#include "tests/e2e/support/memory.hpp"

#include <cerrno>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace keyward::e2e {
namespace {

std::size_t occurrences(const std::string& text, const std::string& pattern) {
    std::size_t count = 0;
    for (auto at = text.find(pattern); at != std::string::npos; at = text.find(pattern, at + 1))
        ++count;
    return count;
}

/// The readable part of the mapping, up to the first page that was unmapped since.
std::string read_mapping(int memory, std::uintptr_t start, std::uintptr_t end) {
    std::string octets(end - start, '\0');
    std::size_t done = 0;
    while (done < octets.size()) {
        const auto got =
            ::pread(memory, octets.data() + done, octets.size() - done, static_cast<off_t>(start + done));
        if (got <= 0) break;
        done += static_cast<std::size_t>(got);
    }
    octets.resize(done);
    return octets;
}

}  // namespace

std::vector<std::size_t> count_in_memory(pid_t process, const std::vector<std::string>& patterns) {
    const std::string folder = "/proc/" + std::to_string(process);
    const int memory = ::open((folder + "/mem").c_str(), O_RDONLY | O_CLOEXEC);
    if (memory < 0) throw std::system_error(errno, std::generic_category(), folder + "/mem");
    std::vector<std::size_t> counts(patterns.size());
    std::ifstream maps(folder + "/maps");
    for (std::string line; std::getline(maps, line);) {
        std::istringstream words(line);
        std::uintptr_t start = 0;
        std::uintptr_t end = 0;
        char dash = 0;
        std::string rights;
        words >> std::hex >> start >> dash >> end >> rights;
        if (!rights.starts_with("rw")) continue;
        const std::string octets = read_mapping(memory, start, end);
        for (std::size_t i = 0; i < patterns.size(); ++i)
            counts[i] += occurrences(octets, patterns[i]);
    }
    ::close(memory);
    return counts;
}

namespace {

std::size_t octets_of(pid_t process, std::string_view name) {
    std::ifstream status("/proc/" + std::to_string(process) + "/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with(name)) return std::stoul(line.substr(name.size())) * 1024;
    throw std::runtime_error("there is no process " + std::to_string(process));
}

}  // namespace

std::size_t peak_memory(pid_t process) {
    return octets_of(process, "VmHWM:");
}

std::size_t present_memory(pid_t process) {
    return octets_of(process, "VmRSS:");
}

}  // namespace keyward::e2e
