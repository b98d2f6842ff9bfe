#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <pistache/http.h>

#include "http/server_context.hpp"

namespace keyward::http {

class Connection;

/// The only part of this service that Pistache sees: a handler that takes the octets before Pistache's parser
/// does. Pistache listens, accepts, waits and reads. Its `onRequest`, ResponseWriter, write queue and
/// time-outs are never used, because they find clients by descriptor number (docs/decisions/0003). Pistache
/// makes one copy for each reactor thread; the copies share the context.
class PistacheAdapter final : public Pistache::Http::Handler {
  public:
    HTTP_PROTOTYPE(PistacheAdapter)

    /// The context must outlive the endpoint that gets this handler.
    explicit PistacheAdapter(ServerContext& context);

    void onRequest(const Pistache::Http::Request& request, Pistache::Http::ResponseWriter response) override;
    void onDisconnection(const std::shared_ptr<Pistache::Tcp::Peer>& peer) override;

  private:
    void onConnection(const std::shared_ptr<Pistache::Tcp::Peer>& peer) override;
    void onInput(const char* buffer, size_t length,
                 const std::shared_ptr<Pistache::Tcp::Peer>& peer) override;
    [[nodiscard]] std::shared_ptr<Connection> admit(int socket) const;

    ServerContext* context_;
    // Pistache's timer asks every peer for its parser. This parser never gets an octet, so all peers share
    // it.
    std::shared_ptr<Pistache::Http::RequestParser> idle_parser_;
};

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
