#include "tests/fakes/fake_token.hpp"

#include <algorithm>
#include <utility>

#include "keys/fingerprint.hpp"

namespace keyward::fakes {
namespace {

using service::TokenError;
using service::TokenFault;

bool same_hex(std::string_view left, std::string_view right) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::ranges::equal(left, right, {}, lower, lower);
}

service::ImportReceipt receipt_for(const keys::KeyMaterial& material) {
    if (const auto* const secret = std::get_if<keys::SecretKey>(&material)) {
        if (secret->algorithm == keys::Algorithm::des) return {};
        return {keys::key_check_value(*secret), {}, {}};
    }
    const keys::PublicKey key = keys::public_half(material).value();
    return {{}, keys::public_key_sha256(key), keys::public_key_pem(key)};
}

void expect(const std::string& reported, const std::string& expected) {
    if (!same_hex(reported, expected))
        throw TokenError(
            TokenFault::mismatch,
            "The token reports " + (reported.empty() ? "nothing" : reported) + ", expected was " + expected);
}

}  // namespace

FakeToken::FakeToken(service::TokenIdentity identity) : identity_(std::move(identity)) {}

service::ImportReceipt FakeToken::import(const service::ImportOrder& order) {
    const service::ImportReceipt right = receipt_for(order.material);
    std::unique_lock lock(mutex_);
    ++imports_;
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !blocked_; });
    --waiting_;
    check_reachable();
    if (next_failure_) throw std::exchange(next_failure_, std::nullopt).value();

    service::ImportReceipt receipt = right;
    std::string& value = right.key_check_value.empty() ? receipt.public_key_sha256 : receipt.key_check_value;
    const std::string computed = value;
    value = check_value_reported(computed);
    expect(value, computed);
    if (order.expected_check_value) expect(value, *order.expected_check_value);
    if (order.lifetime == service::Lifetime::token)
        objects_[order.id] += keys::is_private(order.material) ? 2 : 1;
    if (std::exchange(lose_answer_, false))
        throw TokenError(TokenFault::unreachable, "The token's answer was lost");
    return receipt;
}

std::string FakeToken::check_value_reported(const std::string& right) {
    if (!std::exchange(wrong_check_value_, false) || right.empty()) return right;
    std::string wrong = right;
    wrong.front() = wrong.front() == '0' ? '1' : '0';
    return wrong;
}

std::size_t FakeToken::destroy(const ObjectId& id) {
    const std::lock_guard lock(mutex_);
    check_reachable();
    const auto found = objects_.find(id);
    if (found == objects_.end()) return 0;
    const std::size_t destroyed = found->second;
    objects_.erase(found);
    return destroyed;
}

std::size_t FakeToken::count(const ObjectId& id) {
    const std::lock_guard lock(mutex_);
    check_reachable();
    const auto found = objects_.find(id);
    return found == objects_.end() ? 0 : found->second;
}

void FakeToken::ping() {
    const std::lock_guard lock(mutex_);
    check_reachable();
}

std::set<std::string> FakeToken::mechanisms() {
    const std::lock_guard lock(mutex_);
    check_reachable();
    if (offered_) return *offered_;
    std::set<std::string> all;
    for (const service::Mechanism& row : service::mechanism_table())
        all.emplace(row.name);
    return all;
}

service::TokenIdentity FakeToken::identity() {
    const std::lock_guard lock(mutex_);
    check_reachable();
    return identity_;
}

void FakeToken::reload_pin() {
    const std::lock_guard lock(mutex_);
    ++pin_reloads_;
}

void FakeToken::fail_next_import(TokenFault fault, const std::string& text) {
    const std::lock_guard lock(mutex_);
    next_failure_.emplace(fault, text);
}

void FakeToken::report_wrong_check_value() {
    const std::lock_guard lock(mutex_);
    wrong_check_value_ = true;
}

void FakeToken::lose_next_answer() {
    const std::lock_guard lock(mutex_);
    lose_answer_ = true;
}

void FakeToken::set_reachable(bool reachable) {
    const std::lock_guard lock(mutex_);
    reachable_ = reachable;
}

void FakeToken::block_imports() {
    const std::lock_guard lock(mutex_);
    blocked_ = true;
}

void FakeToken::release_imports() {
    const std::lock_guard lock(mutex_);
    blocked_ = false;
    changed_.notify_all();
}

void FakeToken::wait_for_blocked(std::size_t imports) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_ >= imports; });
}

void FakeToken::lose(const ObjectId& id) {
    const std::lock_guard lock(mutex_);
    objects_.erase(id);
}

void FakeToken::offer(std::set<std::string> mechanisms) {
    const std::lock_guard lock(mutex_);
    offered_ = std::move(mechanisms);
}

std::size_t FakeToken::objects() const {
    const std::lock_guard lock(mutex_);
    std::size_t all = 0;
    for (const auto& [id, objects] : objects_)
        all += objects;
    return all;
}

std::size_t FakeToken::imports() const {
    const std::lock_guard lock(mutex_);
    return imports_;
}

std::size_t FakeToken::pin_reloads() const {
    const std::lock_guard lock(mutex_);
    return pin_reloads_;
}

void FakeToken::check_reachable() const {
    if (!reachable_) throw TokenError(TokenFault::unreachable, "The token can't be reached");
}

}  // namespace keyward::fakes
