#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/crash/client_model.hpp"
#include "tests/crash/quiescent_state.hpp"
#include "tests/crash/requests.hpp"
#include "tests/crash/support/disagreements.hpp"
#include "tests/e2e/support/live.hpp"
#include "tests/support/polling.hpp"

namespace keyward::e2e {
namespace {

constexpr int few_kills = 20;
constexpr int many_kills = 200;
constexpr int early_kills = 5;
constexpr int clients = 6;
constexpr int shortest_load_ms = 5;
constexpr int longest_load_ms = 350;
constexpr int longest_recovery_ms = 80;
constexpr unsigned rounds_for_one_second_kill = 4;
/// Shorter than a lease: recovery must detect by itself that the owner is dead.
constexpr auto patience_for_recovery = std::chrono::seconds(20);
constexpr auto patience_for_tombstones = std::chrono::seconds(60);
/// Recovery runs every 5 s, so that a tombstone may stand that long, and longer on a busy machine.
constexpr std::int64_t latest_destruction_ms = 20'000;
const std::vector<std::string> all_environments{"production", "staging"};

unsigned seed_of_run() {
    const char* wanted = std::getenv("KEYWARD_CRASH_SEED");
    return wanted != nullptr ? static_cast<unsigned>(std::stoul(wanted)) : std::random_device{}();
}

int kills_of_run() {
    const char* wanted = std::getenv("KEYWARD_LONG");
    return wanted != nullptr && std::string(wanted) == "1" ? many_kills : few_kills;
}

std::string last_lines(const std::string& text, std::size_t count) {
    std::size_t begin = text.size();
    for (; count > 0 && begin != std::string::npos && begin > 0; --count)
        begin = text.rfind('\n', begin - 1);
    return begin == std::string::npos ? text : text.substr(begin);
}

/// Kills, restarts and checks one server after another in one home.
class KillTest : public testing::Test {
  protected:
    /// One load, one kill, one check. False when a check failed.
    bool round(int number) {
        number_ = number;
        steps_.clear();
        run_load_until_killed(longest_load_ms);
        if (random_() % rounds_for_one_second_kill == 0) kill_while_it_recovers();
        server_ = std::make_unique<Server>(home_);
        const auto still = await_quiescence(home_, all_environments, patience_for_recovery);
        if (!still) return report({{{}, "recovery does not resolve what the kill left behind"}});
        resolve_record(still->catalogue);
        add(disagreements(model_.record(), still->catalogue, still->held));
        look_for_forgotten_tombstones(still->catalogue);
        add(api_disagreements(model_.record(), home_));
        read_what_was_cut_off();
        if (findings_.empty()) repeat_what_was_cut_off();
        add(model_.wrong_answers());
        count_incomplete(still->held);
        return report({});
    }

    /// Tombstones that are kept because a call of a dead process may still complete are removed after a time.
    /// Checks those of the first kills, so that the run does not wait for the last ones.
    void expect_that_early_tombstones_go() {
        EXPECT_FALSE(early_tombstones_.empty());
        EXPECT_TRUE(test::comes_true(
            [&] {
                const auto left = catalogue_state(home_).tombstones;
                return std::ranges::none_of(early_tombstones_,
                                            [&](const std::string& id) { return left.contains(id); });
            },
            patience_for_tombstones));
    }

    void print_summary(int kills) const {
        std::cout << kills << " kills and " << kills_during_recovery_ << " more during recovery\n";
        for (const auto& [action, count] : model_.acknowledged())
            std::cout << "  acknowledged " << action << ": " << count << "\n";
        for (const auto& [what, count] : cut_off_)
            std::cout << "  in flight at a kill: " << what << ": " << count << "\n";
        std::cout << "  kills during an import: " << kills_during_imports_
                  << "; half-made objects of SoftHSM2 in the end: " << incomplete_ << "\n";
    }

    const unsigned seed_ = seed_of_run();
    std::mt19937 random_{seed_};
    const Home home_;
    std::unique_ptr<Server> server_ = std::make_unique<Server>(home_);
    std::size_t kills_during_imports_ = 0;

  private:
    void run_load_until_killed(int longest_ms) {
        std::vector<std::jthread> threads;
        threads.reserve(clients);
        for (int i = 0; i < clients; ++i)
            threads.emplace_back([this, seed = random_()] {
                std::mt19937 random(seed);
                HttpClient client(home_.port());
                while (true) {
                    const KeyRecord key = model_.begin(random);
                    if (!model_.end(key.name, client.send(request_of(key, home_.token())))) return;
                }
            });
        // The moment of the kill; the test waits for no condition.
        ::poll(nullptr, 0, std::uniform_int_distribution(shortest_load_ms, longest_ms)(random_));
        server_->kill();
        threads.clear();
        note_what_was_in_flight();
    }

    /// Kills the server again while it resolves what the first kill left and while other keys are changed.
    void kill_while_it_recovers() {
        server_ = std::make_unique<Server>(home_);
        run_load_until_killed(longest_recovery_ms);
        ++kills_during_recovery_;
    }

    void note_what_was_in_flight() {
        const CatalogueState at_kill = catalogue_state_of_copy(home_);
        if (at_kill.intents > 0) ++kills_during_imports_;
        for (auto& [name, key] : model_.record()) {
            if (!key.sent || steps_.contains(name)) continue;
            steps_[name] = step_reached(key, at_kill);
            key.story.push_back("in flight at kill " + std::to_string(number_) + ": " + steps_[name]);
        }
        // Each key is complete before recovery has resolved anything: the old one or the new one.
        add(key_disagreements(known_keys(model_.record(), at_kill), at_kill,
                              held_objects(home_, all_environments)));
    }

    /// Every interrupted change is either done or not done.
    void resolve_record(const CatalogueState& catalogue) {
        made_.clear();
        for (const auto& [name, step] : steps_) {
            KeyRecord& key = model_.record().at(name);
            const auto made = was_made(key, catalogue);
            if (!made) {
                add({{name, "neither the state before " + described(*key.sent) + " nor the one after it"}});
                continue;
            }
            ++cut_off_[std::string(to_string(key.sent->action)) + ", " + step +
                       (*made ? ": made" : ": not made")];
            key.story.emplace_back(*made ? "found made" : "found not made");
            made_[name] = {*key.sent, *made};
            if (*made)
                key.carry_out();
            else
                key.sent.reset();
        }
    }

    void look_for_forgotten_tombstones(const CatalogueState& catalogue) {
        for (const auto& [id, tombstone] : catalogue.tombstones) {
            if (number_ <= early_kills) early_tombstones_.insert(id);
            if (tombstone.keep_until < now_ms() - latest_destruction_ms)
                add({{{}, "the tombstone of " + id + " in " + tombstone.environment + " should have gone"}});
        }
    }

    /// A key with an interrupted change is either readable or not found.
    void read_what_was_cut_off() {
        HttpClient client(home_.port());
        for (const auto& [name, made] : made_) {
            const int status = client.send({.path = key_path(name), .token = home_.token()}).status;
            if (status != (model_.record().at(name).exists ? 200 : 404))
                add({{name, "reading it gives " + std::to_string(status)}});
        }
    }

    /// A name is taken exactly when its key exists, and a repeated deletion completes.
    void repeat_what_was_cut_off() {
        HttpClient client(home_.port());
        for (auto& [name, cut_off] : made_) {
            const auto& [change, made] = cut_off;
            KeyRecord& key = model_.record().at(name);
            if (change.action == Action::create && made)
                expect_taken(client, key);
            else if (change.action == Action::create)
                send(client, model_.begin_create_again(name, random_));
            else if (change.fresh.empty())
                remove_again(client, key, change, made);
        }
    }

    void expect_taken(HttpClient& client, KeyRecord key) {
        key.sent = Change{Action::create, key.deployed, {}, false};
        const Answer answer = client.send(request_of(key, home_.token()));
        const std::string text = "Key (name: " + key.name +
                                 ") is already exist! Try update operation if want to change its value.";
        if (answer.status != 400 || answer.json().value("error_description", "") != text)
            add({{key.name, "its name should be taken, but: " + answer.body}});
    }

    void remove_again(HttpClient& client, KeyRecord& key, const Change& change, bool made) {
        if (made) {
            KeyRecord gone = key;
            gone.sent = change;
            const Answer answer = client.send(request_of(gone, home_.token()));
            if (answer.status != 404) add({{key.name, "removed again: " + answer.body}});
            return;
        }
        key.sent = change;
        key.story.push_back("sent again: " + described(change));
        send(client, key);
    }

    void send(HttpClient& client, const KeyRecord& key) {
        if (!model_.end(key.name, client.send(request_of(key, home_.token()))))
            add({{key.name, described(*key.sent) + " is not answered"}});
    }

    void count_incomplete(const HeldMap& held) {
        incomplete_ = 0;
        for (const auto& [environment, objects] : held)
            incomplete_ += static_cast<std::size_t>(std::ranges::count_if(objects, &HeldObject::incomplete));
    }

    void add(const std::vector<Finding>& findings) {
        findings_.insert(findings_.end(), findings.begin(), findings.end());
    }

    /// True when there is nothing to report. Otherwise prints what is needed to repeat and understand the
    /// run.
    bool report(const std::vector<Finding>& more) {
        add(more);
        if (findings_.empty()) return true;
        std::string text =
            "KEYWARD_CRASH_SEED=" + std::to_string(seed_) + ", kill " + std::to_string(number_) + "\n";
        std::set<std::string> concerned;
        for (const Finding& finding : findings_) {
            text += finding.name + ": " + finding.what + "\n";
            concerned.insert(finding.name);
        }
        for (const std::string& name : concerned)
            if (const auto key = model_.record().find(name); key != model_.record().end())
                for (const std::string& line : key->second.story)
                    text.append("  ").append(name).append(" ").append(line).append("\n");
        ADD_FAILURE() << text << "the server's last words:" << last_lines(server_->log(), 30);
        return false;
    }

    const Materials materials_;
    ClientModel model_{materials_, all_environments};
    int number_ = 0;
    int kills_during_recovery_ = 0;
    std::map<std::string, std::string> steps_;  ///< reached by the interrupted changes, by key name
    std::map<std::string, std::pair<Change, bool>>
        made_;  ///< the interrupted changes, and whether each was done
    std::map<std::string, int> cut_off_;
    std::set<std::string> early_tombstones_;
    std::size_t incomplete_ = 0;
    std::vector<Finding> findings_;
};

TEST_F(KillTest, NothingIsLostLeftOverOrMixedUpByAKillAtAnyMoment) {
    std::cout << "KEYWARD_CRASH_SEED=" << seed_ << std::endl;
    const int kills = kills_of_run();
    int done = 0;
    while (done < kills && round(done + 1))
        ++done;
    print_summary(done);
    ASSERT_EQ(done, kills);
    expect_that_early_tombstones_go();
    EXPECT_GE(kills_during_imports_, static_cast<std::size_t>(kills / 4));
    EXPECT_EQ(server_->stop(), 0);
}

}  // namespace
}  // namespace keyward::e2e
