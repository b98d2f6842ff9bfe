#pragma once

#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "tests/crash/support/disagreements.hpp"
#include "tests/e2e/support/http_client.hpp"

namespace keyward::e2e {

/// The clients' own book of what they sent and what was acknowledged. Any thread may call `begin` and `end`;
/// a key has one change in flight at a time.
class ClientModel {
  public:
    ClientModel(const Materials& materials, std::vector<std::string> environments)
        : materials_(materials), environments_(std::move(environments)) {}

    /// Picks the next change, so that some dozens of keys live at a time, and writes it down as sent. Returns
    /// the key as it is before.
    KeyRecord begin(std::mt19937& random);
    /// Writes down what the server said; false when nothing came, so that the change stays in flight.
    bool end(const std::string& name, const Answer& answer);

    /// The same between the loads, from one thread.
    Record& record() { return record_; }
    /// A create of a key of that name, whose record stands here already.
    KeyRecord begin_create_again(const std::string& name, std::mt19937& random);

    /// What was wrong with answers that came.
    [[nodiscard]] const std::vector<Finding>& wrong_answers() const { return wrong_answers_; }
    [[nodiscard]] const std::map<std::string, int>& acknowledged() const { return acknowledged_; }

  private:
    /// One that was never there, or one that was deleted and whose name is free again.
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
