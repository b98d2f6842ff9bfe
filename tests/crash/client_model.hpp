#pragma once

#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "tests/crash/support/disagreements.hpp"
#include "tests/e2e/support/http_client.hpp"

namespace keyward::e2e {

/// The state that the clients expect: what they sent and what was acknowledged. Any thread may call `begin`
/// and `end`. A key has at most one change in flight.
class ClientModel {
  public:
    ClientModel(const Materials& materials, std::vector<std::string> environments)
        : materials_(materials), environments_(std::move(environments)) {}

    /// Picks the next change, so that a few dozen keys exist at a time, and records it as sent. Returns the
    /// key before the change.
    KeyRecord begin(std::mt19937& random);
    /// Records the answer. False when there was none, so that the change stays in flight.
    bool end(const std::string& name, const Answer& answer);

    /// The same between two loads, from one thread.
    Record& record() { return record_; }
    /// A creation of a key of that name, which is recorded already.
    KeyRecord begin_create_again(const std::string& name, std::mt19937& random);

    /// What was wrong with the answers.
    [[nodiscard]] const std::vector<Finding>& wrong_answers() const { return wrong_answers_; }
    [[nodiscard]] const std::map<std::string, int>& acknowledged() const { return acknowledged_; }

  private:
    /// A name that was never used, or that is free again after a deletion.
    KeyRecord& key_to_create(std::mt19937& random);
    KeyRecord* idle_key(std::mt19937& random);
    Action action_for(std::size_t live, std::mt19937& random) const;
    Change change_of(const KeyRecord& key, Action action, std::mt19937& random) const;
    void fill(Change& change, const KeyRecord& key, const std::vector<std::string>& environments,
              std::mt19937& random) const;
    KeyRecord send(KeyRecord& key, Change change);

    const Materials& materials_;
    const std::vector<std::string> environments_;
    std::mutex mutex_;
    Record record_;
    std::vector<Finding> wrong_answers_;
    std::map<std::string, int> acknowledged_;  ///< by action
    int names_ = 0;
};

}  // namespace keyward::e2e
