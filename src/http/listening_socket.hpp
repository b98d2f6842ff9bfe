#pragma once

#include <cstdint>
#include <string>

namespace keyward::http {

/// The listening socket that Pistache creates and does not expose, found among this process's descriptors by
/// its address. Needed for two things that Pistache cannot do: a backlog other than 128, and to stop
/// accepting while it continues to serve.
class ListeningSocket {
  public:
    ListeningSocket() = default;
    /// Throws std::runtime_error when this process does not listen on the address.
    ListeningSocket(const std::string& address, std::uint16_t port);

    /// Makes the kernel refuse new connections. The descriptor stays open, without listening, until Pistache
    /// closes it: a closed descriptor would make Pistache's accept thread throw. Idempotent.
    void refuse_newcomers() noexcept;

  private:
    int number_ = -1;
};

}  // namespace keyward::http
