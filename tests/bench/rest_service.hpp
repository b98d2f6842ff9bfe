#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/support/child_process.hpp"
#include "tests/support/raw_http.hpp"

namespace keyward::bench {

/// The service over one SoftHSM2 token, with its state in `folder`, and `connections` clients with persistent
/// connections.
class RestService {
  public:
    RestService(const std::string& binary, const std::string& folder, const std::string& pin,
                std::size_t connections);

    /// Sends a `POST` or `DELETE` with a JSON body or none, and returns the answer's body. Throws when its
    /// status is not 200.
    std::string post(std::size_t client, const std::string& path, const std::string& body);
    void remove(std::size_t client, const std::string& path);
    /// Sends a `GET` on that client's connection. Throws when the status is not 200.
    void get(std::size_t client, const std::string& path);

    /// The service's resident memory, in MiB, and its open descriptors.
    [[nodiscard]] double resident_mib() const;
    [[nodiscard]] std::size_t descriptors() const;

  private:
    std::string command(const std::vector<std::string>& words) const;
    [[nodiscard]] std::string with_body(const std::string& method, const std::string& path,
                                        const std::string& body) const;
    std::string exchange(std::size_t client, const std::string& request);

    std::string binary_;
    std::string config_;
    std::string authorization_;
    std::unique_ptr<test::ChildProcess> process_;
    std::vector<test::RawClient> clients_;
};

}  // namespace keyward::bench
