#include "tests/crash/client_model.hpp"

#include <algorithm>

#include "tests/crash/requests.hpp"

namespace keyward::e2e {
namespace {

constexpr std::size_t few_keys = 30;
constexpr std::size_t many_keys = 55;
constexpr unsigned creates_for_one_old_name = 4;

/// The weight of each action with few, with some and with many keys.
struct Weight {
    Action action;
    int few, good, many;
};
constexpr std::array weights{
    Weight{Action::create, 10, 4, 0},  Weight{Action::update, 6, 7, 5},  Weight{Action::redeploy, 3, 3, 2},
    Weight{Action::undeploy, 1, 3, 4}, Weight{Action::remove, 1, 3, 10},
};

}  // namespace

KeyRecord& ClientModel::key_to_create(std::mt19937& random) {
    std::vector<KeyRecord*> gone;
    for (auto& [name, key] : record_)
        if (!key.exists && !key.sent) gone.push_back(&key);
    const bool takes_old_name = !gone.empty() && random() % creates_for_one_old_name == 0;
    const std::string name = "key-" + std::to_string(names_ + 1);
    KeyRecord& key = takes_old_name ? *one_of(gone, random) : record_[name];
    if (!takes_old_name) {
        key.name = name;
        ++names_;
    }
    key.kind = one_of(all_kinds, random);
    return key;
}

KeyRecord* ClientModel::idle_key(std::mt19937& random) {
    std::vector<KeyRecord*> idle;
    for (auto& [name, key] : record_)
        if (key.exists && !key.sent) idle.push_back(&key);
    return idle.empty() ? nullptr : one_of(idle, random);
}

Action ClientModel::action_for(std::size_t live, std::mt19937& random) const {
    const auto weight = [&](const Weight& each) {
        return live < few_keys ? each.few : live < many_keys ? each.good : each.many;
    };
    std::array<double, weights.size()> chances{};
    std::ranges::transform(weights, chances.begin(), weight);
    return weights[std::discrete_distribution<std::size_t>(chances.begin(), chances.end())(random)].action;
}

void ClientModel::fill(Change& change, const KeyRecord& key, const std::vector<std::string>& environments,
                       std::mt19937& random) const {
    for (const std::string& environment : environments) {
        const auto old = key.deployed.find(environment);
        change.fresh[environment] = materials_.other_than(
            old == key.deployed.end() ? std::string() : old->second.fingerprint, key.kind, random);
    }
}

Change ClientModel::change_of(const KeyRecord& key, Action action, std::mt19937& random) const {
    Change change{action, {}, {}, false};
    const bool one_environment = random() % 2 == 0;
    switch (action) {
        case Action::create:
        case Action::update:
            change.roll_back = random() % 2 == 0;
            fill(change, key, one_environment ? std::vector{one_of(environments_, random)} : environments_,
                 random);
            break;
        case Action::redeploy:
            change.environment = one_of(environments_, random);
            fill(change, key, {change.environment}, random);
            break;
        case Action::undeploy:
            change.environment =
                std::next(key.deployed.begin(), static_cast<long>(random() % key.deployed.size()))->first;
            break;
        case Action::remove:
            break;
    }
    return change;
}

KeyRecord ClientModel::send(KeyRecord& key, Change change) {
    key.story.push_back("sent: " + described(change));
    key.sent = std::move(change);
    return key;
}

KeyRecord ClientModel::begin(std::mt19937& random) {
    const std::scoped_lock lock(mutex_);
    const auto live = static_cast<std::size_t>(std::ranges::count_if(
        record_, [](const auto& each) { return each.second.exists || each.second.sent; }));
    Action action = action_for(live, random);
    KeyRecord* key = action == Action::create ? nullptr : idle_key(random);
    if (key == nullptr) {
        action = Action::create;
        key = &key_to_create(random);
    }
    if (action == Action::undeploy && key->deployed.empty()) action = Action::redeploy;
    return send(*key, change_of(*key, action, random));
}

KeyRecord ClientModel::begin_create_again(const std::string& name, std::mt19937& random) {
    KeyRecord& key = record_.at(name);
    return send(key, change_of(key, Action::create, random));
}

bool ClientModel::end(const std::string& name, const Answer& answer) {
    const std::scoped_lock lock(mutex_);
    KeyRecord& key = record_.at(name);
    if (answer.status == 0 || !nlohmann::json::accept(answer.body)) return false;
    const std::string mistake = mistake_in(key, answer);
    if (!mistake.empty()) {
        key.story.push_back("answered wrongly: " + mistake);
        wrong_answers_.push_back({name, described(*key.sent) + ": " + mistake});
        return false;
    }
    ++acknowledged_[to_string(key.sent->action)];
    key.story.emplace_back("acknowledged");
    key.carry_out();
    return true;
}

}  // namespace keyward::e2e
