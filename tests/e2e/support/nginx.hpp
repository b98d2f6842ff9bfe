#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/e2e/support/folder.hpp"
#include "tests/e2e/support/http_client.hpp"
#include "tests/support/child_process.hpp"

namespace keyward::e2e {

/// nginx with config/nginx/keyward.conf in front of the service at a port. Nothing in that file is changed
/// but ports and paths, and what a test asks for. The certificates are made for it. Its constructor returns
/// when it listens, and throws std::runtime_error when it does not, or when the file has no longer what is to
/// be changed.
class Nginx {
  public:
    /// A text of the file, which is there once, and what stands in its place.
    struct Change {
        std::string from;
        std::string to;
    };
    explicit Nginx(std::uint16_t service_port, std::vector<Change> changes = {});
    Nginx(const Nginx&) = delete;
    Nginx& operator=(const Nginx&) = delete;
    ~Nginx() { process_.terminate(); }

    [[nodiscard]] std::uint16_t port() const { return port_; }
    /// A client with a certificate that the authority made.
    [[nodiscard]] Tls tls() const { return certified("client"); }
    /// A client with a certificate that it made itself.
    [[nodiscard]] Tls stranger() const { return certified("stranger"); }
    /// A client without a certificate.
    [[nodiscard]] Tls without_certificate() const { return {.authority = folder_.file("authority.crt")}; }
    /// The first kind, from another address of this machine.
    [[nodiscard]] Tls from(const std::string& address) const {
        Tls client = tls();
        client.source = address;
        return client;
    }
    /// Both its logs.
    [[nodiscard]] std::string log() const;

  private:
    [[nodiscard]] Tls certified(const std::string& name) const;

    Folder folder_;
    std::uint16_t port_;
    test::ChildProcess process_;
};

}  // namespace keyward::e2e
