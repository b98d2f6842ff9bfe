#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/support/child_process.hpp"
#include "tests/support/raw_http.hpp"

namespace keyward::bench {

/// The real service over one SoftHSM2 token, with its state under `folder`, and `connections` clients that
/// keep their connection.
class RestService {
  public:
    RestService(const std::string& binary, const std::string& folder, const std::string& pin,
                std::size_t connections);

    /// A create-key call of one environment on that client's connection; throws unless it is answered with
    /// 200.
    void create(std::size_t client, const std::string& name, const std::string& key_type,
                const std::string& content);
    /// `GET` of a path on that client's connection; throws unless it is answered with 200.
    void get(std::size_t client, const std::string& path);

  private:
    std::string command(const std::vector<std::string>& words) const;
    std::string exchange(std::size_t client, const std::string& request);

    std::string binary_;
    std::string config_;
    std::string authorization_;
    std::unique_ptr<test::ChildProcess> process_;
    std::vector<test::RawClient> clients_;
};

}  // namespace keyward::bench
