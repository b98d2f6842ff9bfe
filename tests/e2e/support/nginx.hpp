#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/e2e/support/http_client.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/files.hpp"

namespace keyward::e2e {

/// nginx with config/nginx/keyward.conf in front of the service at a port. Only ports, paths and the changes
/// of the test differ from that file; the certificates are new. The constructor returns when nginx listens.
/// It throws std::runtime_error when nginx does not listen, or when the file lacks a text to be changed.
class Nginx {
  public:
    /// A text that occurs once in the file, and its replacement.
    struct Change {
        std::string from;
        std::string to;
    };
    explicit Nginx(std::uint16_t service_port, std::vector<Change> changes = {});
    Nginx(const Nginx&) = delete;
    Nginx& operator=(const Nginx&) = delete;
    ~Nginx() { process_.terminate(); }

    [[nodiscard]] std::uint16_t port() const { return port_; }
    /// A client with a certificate of the authority.
    [[nodiscard]] Tls tls() const { return certified("client"); }
    /// A client with a self-signed certificate.
    [[nodiscard]] Tls stranger() const { return certified("stranger"); }
    /// A client without a certificate.
    [[nodiscard]] Tls without_certificate() const { return {.authority = folder_.file("authority.crt")}; }
    /// A client with a certificate of the authority, from another loopback address.
    [[nodiscard]] Tls from(const std::string& address) const {
        Tls client = tls();
        client.source = address;
        return client;
    }
    /// The contents of both its logs.
    [[nodiscard]] std::string log() const;

  private:
    [[nodiscard]] Tls certified(const std::string& name) const;

    test::TemporaryFolder folder_;
    std::uint16_t port_;
    test::ChildProcess process_;
};

}  // namespace keyward::e2e
