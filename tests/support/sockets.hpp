#pragma once

#include <cstdint>
#include <filesystem>

namespace keyward::test {

/// A port of the loopback interface on which no program listens. Another program can take it before the
/// test's server does; that server then fails to start, and so does the test.
std::uint16_t free_port();

/// Whether a program accepts connections at a unix socket.
bool accepts_connections(const std::filesystem::path& socket);

}  // namespace keyward::test
