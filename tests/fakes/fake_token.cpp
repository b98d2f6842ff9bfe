#include "tests/fakes/fake_token.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include "domain/key_purposes.hpp"
#include "keys/public/fingerprint.hpp"
#include "keys/public/public_operations.hpp"

namespace keyward::fakes {
namespace {

bool same_hex(std::string_view left, std::string_view right) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::ranges::equal(left, right, {}, lower, lower);
}

ImportResult result_for(const keys::KeyMaterial& material) {
    if (const auto* const secret = std::get_if<keys::SecretKey>(&material)) {
        if (secret->algorithm == keys::Algorithm::des) return {};
        return {keys::key_check_value(*secret), {}, {}};
    }
    const keys::PublicKey key = keys::public_half(material).value();
    return {{}, keys::public_key_sha256(key), keys::public_key_pem(key)};
}

void expect(const std::string& reported, const std::string& expected) {
    if (!same_hex(reported, expected))
        throw TokenError(TokenFault::wrong_value, "The token reports " +
                                                      (reported.empty() ? "nothing" : reported) +
                                                      ", which is not the expected one");
}

/// The fields that every object of a key shows.
TokenObject described(const ImportRequest& request, keys::KeyType type) {
    TokenObject object;
    object.id = request.id;
    object.id_hex = request.id.hex();
    object.label = request.label;
    object.type = type;
    object.algorithm = keys::algorithm_of(request.material);
    object.size = keys::size_in_bits(request.material);
    object.uses = request.uses;
    return object;
}

std::size_t size_of_ciphertext(const TokenObject& key, const CryptoRequest& operation) {
    const std::size_t size = operation.input.size();
    const std::size_t block = operation.mechanism->iv_size;
    if (operation.mechanism->scheme == Scheme::gcm) return size + 16;
    if (operation.mechanism->scheme == Scheme::cbc_pad) return (size / block + 1) * block;
    if (key.algorithm == keys::Algorithm::rsa) return (static_cast<std::size_t>(key.size) + 7) / 8;
    return size;
}

[[noreturn]] void throw_missing() {
    throw TokenError(TokenFault::missing, "The token does not hold the key");
}

std::size_t longest_input(const CryptoRequest& operation, int key_bits) {
    if (operation.mechanism->scheme == Scheme::rsa_oaep)
        return keys::longest_oaep_message(key_bits, operation.oaep_hash);
    if (operation.mechanism->scheme == Scheme::rsa_pkcs1_cipher) return keys::longest_pkcs1_message(key_bits);
    return std::numeric_limits<std::size_t>::max();
}

}  // namespace

FakeToken::FakeToken(TokenIdentity identity) : contents_{std::move(identity), {}} {}

ImportResult FakeToken::import(const ImportRequest& request) {
    const ImportResult right = result_for(request.material);
    std::unique_lock lock(mutex_);
    ++imports_;
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !blocked_; });
    --waiting_;
    check_reachable();
    if (next_failure_) throw std::exchange(next_failure_, std::nullopt).value();

    ImportResult result = right;
    std::string& value = right.key_check_value.empty() ? result.public_key_sha256 : result.key_check_value;
    const std::string computed = value;
    value = check_value_reported(computed);
    expect(value, computed);
    if (request.expected_check_value) expect(value, *request.expected_check_value);
    if (request.lifetime == ObjectLifetime::token) keep_key(request, right);
    if (std::exchange(lose_answer_, false))
        throw TokenError(TokenFault::unreachable, "The token's answer was lost");
    return result;
}

std::string FakeToken::check_value_reported(const std::string& right) {
    if (!std::exchange(wrong_check_value_, false) || right.empty()) return right;
    std::string wrong = right;
    wrong.front() = wrong.front() == '0' ? '1' : '0';
    return wrong;
}

void FakeToken::keep(TokenObject object) {
    contents_.objects.push_back({next_handle_++, std::move(object)});
}

// As in real tokens, HMAC keys show no check value, and a private key on a curve does not reveal its public
// key.
void FakeToken::keep_key(const ImportRequest& request, const ImportResult& result) {
    if (!request.mechanisms.empty())
        limits_[request.id] =
            reachable_without_content(keys::algorithm_of(request.material), request.mechanisms);
    if (std::holds_alternative<keys::SecretKey>(request.material)) {
        TokenObject secret = described(request, keys::KeyType::secret);
        if (secret.algorithm != keys::Algorithm::hmac) secret.key_check_value = result.key_check_value;
        keep(std::move(secret));
        return;
    }
    TokenObject half = described(request, keys::KeyType::public_key);
    half.public_key_sha256 = result.public_key_sha256;
    half.public_key_pem = result.public_key_pem;
    keep(half);
    if (!keys::is_private(request.material)) return;
    half.type = keys::KeyType::private_key;
    if (half.algorithm != keys::Algorithm::rsa) {
        half.public_key_sha256.clear();
        half.public_key_pem.clear();
    }
    keep(std::move(half));
}

void FakeToken::forget_limits() {
    const std::lock_guard lock(mutex_);
    limits_.clear();
}

std::size_t FakeToken::destroy(const ObjectId& id) {
    const std::lock_guard lock(mutex_);
    check_reachable();
    return std::erase_if(contents_.objects, [&](const Object& object) { return object.shown.id == id; });
}

std::size_t FakeToken::count(const ObjectId& id) {
    std::unique_lock lock(mutex_);
    if (const auto happening = std::exchange(in_lookup_, nullptr)) {
        lock.unlock();
        happening();
        lock.lock();
    }
    check_lookup();
    return static_cast<std::size_t>(std::ranges::count_if(
        contents_.objects, [&](const Object& object) { return object.shown.id == id; }));
}

void FakeToken::scan(const std::function<void(const TokenObject&, std::size_t, std::size_t)>& each) {
    const std::vector<Object> seen = [&] {
        const std::lock_guard lock(mutex_);
        check_lookup();
        return contents_.objects;
    }();
    for (std::size_t i = 0; i < seen.size(); ++i)
        each(seen[i].shown, i + 1, seen.size());
}

std::vector<std::size_t> FakeToken::incomplete() const {
    std::vector<std::size_t> handles;
    for (const Object& object : contents_.objects)
        if (object.shown.incomplete) handles.push_back(object.handle);
    return handles;
}

std::size_t FakeToken::destroy_incomplete(std::chrono::milliseconds) {
    std::unique_lock lock(mutex_);
    check_lookup();
    const std::vector<std::size_t> first = incomplete();
    if (first.empty()) return 0;
    const std::size_t swaps = swaps_;
    if (const auto happening = std::exchange(in_pause_, nullptr)) {
        lock.unlock();
        happening();
        lock.lock();
    }
    check_lookup();
    if (swaps != swaps_) throw TokenError(TokenFault::unreachable, "The token's sessions were lost");
    return std::erase_if(contents_.objects, [&](const Object& object) {
        return object.shown.incomplete && std::ranges::find(first, object.handle) != first.end();
    });
}

std::vector<CryptoResult> FakeToken::operate(const ObjectId& id, CryptoOperation action,
                                             std::span<const CryptoRequest> operations) {
    std::unique_lock lock(mutex_);
    if (const auto happening = std::exchange(in_operation_, nullptr)) {
        lock.unlock();
        happening();
        lock.lock();
    }
    check_reachable();
    if (next_operation_failure_) throw std::exchange(next_operation_failure_, std::nullopt).value();
    if (std::ranges::none_of(contents_.objects, [&](const Object& each) { return each.shown.id == id; }))
        throw_missing();
    std::vector<CryptoResult> outcomes;
    for (const CryptoRequest& operation : operations) {
        const TokenObject* const object = object_for(id, action, operation);
        outcomes.push_back(object == nullptr ? CryptoResult{.kind = CryptoResult::Kind::not_offered}
                                             : operate_once(*object, action, operation));
    }
    return outcomes;
}

const TokenObject* FakeToken::object_for(const ObjectId& id, CryptoOperation action,
                                         const CryptoRequest& operation) const {
    const bool public_half = is_public(*operation.mechanism, action);
    for (const Object& object : contents_.objects) {
        if (object.shown.id != id || (object.shown.type == keys::KeyType::public_key) != public_half)
            continue;
        if (public_half && !operation.public_key_sha256.empty() &&
            object.shown.public_key_sha256 != operation.public_key_sha256)
            continue;
        if (!object.shown.uses.contains(use_of(action)))
            throw TokenError(TokenFault::refused, "The token does not permit this use of the key");
        return &object.shown;
    }
    if (public_half && !operation.public_key_sha256.empty()) return nullptr;
    throw_missing();
}

bool FakeToken::offers(CryptoOperation action, const CryptoRequest& operation) const {
    if (offered_ && !offered_->contains(std::string(operation.mechanism->name))) return false;
    if (operation.mechanism->scheme == Scheme::rsa_oaep && !oaep_hashes_.contains(operation.oaep_hash))
        return false;
    return public_actions_ || !is_public(*operation.mechanism, action);
}

bool FakeToken::is_allowed(const TokenObject& key, const CryptoRequest& operation) const {
    const auto limit = key.id ? limits_.find(*key.id) : limits_.end();
    if (limit == limits_.end()) return true;
    return std::ranges::find(limit->second, operation.mechanism->name) != limit->second.end();
}

CryptoResult FakeToken::operate_once(const TokenObject& key, CryptoOperation action,
                                     const CryptoRequest& operation) {
    ++operations_;
    if (!offers(action, operation) || !is_allowed(key, operation))
        return {CryptoResult::Kind::not_offered, {}, {}};
    if (public_actions_fail_ && is_public(*operation.mechanism, action))
        return {.kind = CryptoResult::Kind::unanswered};
    if (action == CryptoOperation::encrypt && operation.input.size() > longest_input(operation, key.size))
        return {.kind = CryptoResult::Kind::refused,
                .reason = "The token refuses the input: it is too long for the key"};
    if (const auto reason = std::exchange(next_input_refusal_, std::nullopt))
        return {.kind = CryptoResult::Kind::refused, .reason = *reason};
    if (signer_ && action == CryptoOperation::sign)
        return {.output = SecretBytes::copy_of(signer_(operation))};
    const std::string how = key.id_hex + std::string(operation.mechanism->name) + to_hex(operation.iv) + "|" +
                            to_hex(operation.aad) + std::string(to_string(operation.oaep_hash));
    if (action == CryptoOperation::encrypt) return seal(how, key, operation);
    if (action == CryptoOperation::decrypt) return open(how, operation);
    const ByteView input = operation.input.reveal();
    const auto& digest = operation.mechanism->digest;
    const Bytes signed_octets =
        digest && !operation.input_is_digest ? digest_of(*digest, input) : Bytes(input.begin(), input.end());
    Bytes signature = sha256(as_bytes(how + to_hex(signed_octets)));
    signature.resize(64, 0x01);
    if (action == CryptoOperation::sign) return {.output = SecretBytes::copy_of(signature)};
    return {.kind = signature == operation.signature ? CryptoResult::Kind::done : CryptoResult::Kind::failed};
}

CryptoResult FakeToken::seal(const std::string& how, const TokenObject& key, const CryptoRequest& operation) {
    const ByteView input = operation.input.reveal();
    SecretBytes ciphertext = random_secret(size_of_ciphertext(key, operation));
    const ByteView octets = ciphertext.reveal();
    sealed_.push_back({how, {octets.begin(), octets.end()}, {input.begin(), input.end()}});
    return {.output = std::move(ciphertext)};
}

CryptoResult FakeToken::open(const std::string& how, const CryptoRequest& operation) const {
    for (const Sealed& each : sealed_)
        if (each.how == how && std::ranges::equal(each.ciphertext, operation.input.reveal()))
            return {.output = SecretBytes::copy_of(each.plaintext)};
    return {.kind = CryptoResult::Kind::failed};
}

std::set<Digest> FakeToken::oaep_hashes() {
    const std::lock_guard lock(mutex_);
    check_reachable();
    return oaep_hashes_;
}

void FakeToken::fail_next_operation(TokenFault fault, const std::string& text) {
    const std::lock_guard lock(mutex_);
    next_operation_failure_ = TokenError(fault, text);
}

void FakeToken::refuse_next_input(const std::string& reason) {
    const std::lock_guard lock(mutex_);
    next_input_refusal_ = reason;
}

void FakeToken::sign_with(std::function<Bytes(const CryptoRequest&)> signer) {
    const std::lock_guard lock(mutex_);
    signer_ = std::move(signer);
}

void FakeToken::fail_public_actions() {
    const std::lock_guard lock(mutex_);
    public_actions_fail_ = true;
}

void FakeToken::in_next_ping(std::function<void()> happening) {
    const std::lock_guard lock(mutex_);
    in_ping_ = std::move(happening);
}

void FakeToken::do_without_public_actions() {
    const std::lock_guard lock(mutex_);
    public_actions_ = false;
}

void FakeToken::decrypt_oaep_with(std::set<Digest> hashes) {
    const std::lock_guard lock(mutex_);
    oaep_hashes_ = std::move(hashes);
}

void FakeToken::in_next_operation(std::function<void()> happening) {
    const std::lock_guard lock(mutex_);
    in_operation_ = std::move(happening);
}

void FakeToken::in_next_lookup(std::function<void()> happening) {
    const std::lock_guard lock(mutex_);
    in_lookup_ = std::move(happening);
}

std::size_t FakeToken::operations() const {
    const std::lock_guard lock(mutex_);
    return operations_;
}

void FakeToken::ping() {
    std::unique_lock lock(mutex_);
    if (const auto happening = std::exchange(in_ping_, nullptr)) {
        lock.unlock();
        happening();
        lock.lock();
    }
    check_reachable();
}

std::set<std::string> FakeToken::mechanisms() {
    const std::lock_guard lock(mutex_);
    check_reachable();
    if (offered_) return *offered_;
    std::set<std::string> all;
    for (const Mechanism& row : mechanism_table())
        all.emplace(row.name);
    return all;
}

TokenIdentity FakeToken::identity() {
    const std::lock_guard lock(mutex_);
    check_reachable();
    return contents_.identity;
}

bool FakeToken::refresh() {
    const std::lock_guard lock(mutex_);
    if (!refreshable_) return false;
    ++refreshes_;
    for (Object& object : hidden_)
        contents_.objects.push_back(std::move(object));
    hidden_.clear();
    return true;
}

std::uint64_t FakeToken::epoch() const {
    const std::lock_guard lock(mutex_);
    return swaps_;
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
    std::erase_if(contents_.objects, [&](const Object& object) { return object.shown.id == id; });
}

void FakeToken::hide_until_refresh(const ObjectId& id) {
    const std::lock_guard lock(mutex_);
    const auto is_it = [&](const Object& object) { return object.shown.id == id; };
    std::ranges::copy_if(contents_.objects, std::back_inserter(hidden_), is_it);
    std::erase_if(contents_.objects, is_it);
}

void FakeToken::set_refreshable(bool refreshable) {
    const std::lock_guard lock(mutex_);
    refreshable_ = refreshable;
}

std::size_t FakeToken::refreshes() const {
    const std::lock_guard lock(mutex_);
    return refreshes_;
}

void FakeToken::offer(std::set<std::string> mechanisms) {
    const std::lock_guard lock(mutex_);
    offered_ = std::move(mechanisms);
}

void FakeToken::add_foreign(TokenObject object) {
    const std::lock_guard lock(mutex_);
    keep(std::move(object));
}

void FakeToken::add_incomplete() {
    TokenObject object;
    object.incomplete = true;
    add_foreign(std::move(object));
}

void FakeToken::complete_incomplete() {
    const std::lock_guard lock(mutex_);
    for (Object& object : contents_.objects)
        object.shown.incomplete = false;
}

void FakeToken::alter(const ObjectId& id, const std::function<void(TokenObject&)>& change) {
    const std::lock_guard lock(mutex_);
    for (Object& object : contents_.objects)
        if (object.shown.id == id) change(object.shown);
}

void FakeToken::fail_lookups(bool fail) {
    const std::lock_guard lock(mutex_);
    lookups_fail_ = fail;
}

void FakeToken::in_next_pause(std::function<void()> happening) {
    const std::lock_guard lock(mutex_);
    in_pause_ = std::move(happening);
}

void FakeToken::replace_by_empty(const std::string& serial) {
    const std::lock_guard lock(mutex_);
    TokenIdentity identity = contents_.identity;
    identity.serial = serial;
    Contents before = std::exchange(contents_, Contents{std::move(identity), {}});
    if (!replaced_) replaced_ = std::move(before);
    ++swaps_;
}

void FakeToken::put_back() {
    const std::lock_guard lock(mutex_);
    if (!replaced_) return;
    contents_ = std::move(*replaced_);
    replaced_.reset();
    ++swaps_;
}

void FakeToken::set_identity(TokenIdentity identity) {
    const std::lock_guard lock(mutex_);
    contents_.identity = std::move(identity);
}

std::size_t FakeToken::objects() const {
    const std::lock_guard lock(mutex_);
    return contents_.objects.size();
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

void FakeToken::check_lookup() const {
    check_reachable();
    if (lookups_fail_) throw TokenError(TokenFault::unreachable, "The token can't be searched");
}

}  // namespace keyward::fakes
