#pragma once

#include <cstdint>
#include <string>

namespace keyward::http {

/// The listening socket that Pistache made and keeps to itself, found among this process's descriptors by its
/// address. Needed for two things that Pistache can't do: a backlog other than 128, and to stop accepting
/// while it goes on serving.
class ListeningSocket {
  public:
    ListeningSocket() = default;
    /// Throws std::runtime_error when this process does not listen there.
    ListeningSocket(const std::string& address, std::uint16_t port);

    /// From now on the kernel refuses newcomers. The descriptor stays open for Pistache to close, as a socket
    /// that does not listen: a closed one would make its accept thread throw. Does nothing the second time.
    void refuse_newcomers() noexcept;

  private:
    int number_ = -1;
};

}  // namespace keyward::http
