#pragma once

#include <memory>
#include <string>
#include <vector>

#include "service/runtime/environment.hpp"

namespace keyward::service {

/// The environments of the configuration, in its order. Created once by main; reading is thread-safe.
class Environments {
  public:
    void add(std::unique_ptr<Environment> environment) { all_.push_back(std::move(environment)); }

    /// Stops all of them (Environment::stop) within one limit. Returns false when a call still hangs in a
    /// module.
    bool stop(std::chrono::milliseconds limit);

    /// Null when the configuration has no environment of that name.
    [[nodiscard]] Environment* find(const std::string& name) const;
    [[nodiscard]] const std::vector<std::unique_ptr<Environment>>& all() const { return all_; }

    /// The length of a lease: long enough that a request that meets its deadlines never outlives it.
    [[nodiscard]] std::chrono::milliseconds lease() const;

  private:
    std::vector<std::unique_ptr<Environment>> all_;
};

}  // namespace keyward::service
