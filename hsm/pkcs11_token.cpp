#include "hsm/pkcs11_token.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <thread>

#include "base/log.hpp"
#include "hsm/cryptoki/cryptoki.hpp"
#include "hsm/cryptoki/errors.hpp"
#include "hsm/import/verify_import.hpp"
#include "hsm/objects/objects.hpp"
#include "hsm/operations/key_use.hpp"

namespace keyward::hsm {

namespace {

constexpr int import_attempts = 3;
constexpr std::size_t part_of_scan = 32;
/// Maximum time that a ping spends on reading the token's mechanisms.
constexpr std::chrono::milliseconds reading_ahead{1000};
/// Many times longer than another process takes to write an object.
constexpr std::chrono::milliseconds time_to_finish{1000};

/// SoftHSM2's error when a search of this process meets the half-written object. The same import succeeds a
/// moment later. The partial object remains and has no id by which it could be destroyed.
bool may_be_disturbed(const TokenError& error) {
    return error.call() == "C_CreateObject" && error.code() == "CKR_GENERAL_ERROR";
}

/// With these faults the import had no session, so it created nothing.
bool says_that_nothing_was_made(TokenFault fault) {
    return fault == TokenFault::busy || fault == TokenFault::pin;
}

/// A task that takes several leases met another token, or the same token after an outage.
class SessionsLost : public TokenError {
  public:
    SessionsLost()
        : TokenError(TokenFault::unreachable,
                     "The token's sessions were lost while its objects were looked through") {}
};

/// Whether the failure may be limited to this call, with its key and input. Failures of sessions and logins
/// concern the token.
bool may_be_of_one_key(const TokenError& error) {
    return error.fault() == TokenFault::unreachable && error.phase() == TokenPhase::operating;
}

/// Returns the same error for a token that still answers.
TokenError says_nothing_of_the_token(const TokenError& error) {
    if (!error.code().empty()) return restated(error, TokenFault::failed);
    return {TokenFault::failed, error.what(), error.call(), {}, error.phase()};
}

/// Whether the object that was just made does not exist, as in SoftHSM2 on a full disk.
bool was_not_kept(const TokenError& error) {
    return error.fault() == TokenFault::failed && error.code() == name_of(CKR_OBJECT_HANDLE_INVALID);
}

/// Interprets a failed import when the token answers: the cause is then specific to the imported key.
TokenError import_error(const TokenError& error, const keys::KeyMaterial& material) {
    if (was_not_kept(error))
        return {TokenFault::full,
                "The token is full: it did not keep the object that it had just made, or its disk is full",
                error.call(), error.code()};
    const bool refused = error.fault() == TokenFault::refused ||
                         (error.fault() == TokenFault::failed && !error.code().empty() &&
                          error.phase() == TokenPhase::operating);
    if (!refused) return error;
    const TokenError refusal =
        error.fault() == TokenFault::refused ? error : restated(error, TokenFault::refused);
    return {TokenFault::refused, refusal.what() + (" (" + described_key(material) + ")"), error.call(),
            error.code()};
}

std::uint16_t modulus_bytes_of(const keys::KeyMaterial& material) {
    const auto key = keys::public_half(material);
    const auto* const rsa = key ? std::get_if<keys::RsaPublicKey>(&*key) : nullptr;
    return rsa == nullptr ? std::uint16_t{0} : static_cast<std::uint16_t>(rsa->modulus.size());
}

KeyHandles handles_of(const KeyObjects& objects, const ImportResult& result,
                      const keys::KeyMaterial& material) {
    return {.secret_or_private = objects.secret != CK_INVALID_HANDLE ? objects.secret : objects.private_key,
            .public_key = objects.public_key,
            .modulus_bytes = modulus_bytes_of(material),
            .public_key_sha256 = result.public_key_sha256};
}

/// The public key that the first operation needs. Empty when it needs none, or when the key is not specified.
std::string public_key_wanted_by(CryptoOperation action, std::span<const CryptoRequest> operations) {
    if (operations.empty() || !is_public(*operations.front().mechanism, action)) return {};
    return operations.front().public_key_sha256;
}

/// The mechanisms that may be used for these operations.
std::vector<CK_MECHANISM_TYPE> codes_of(std::span<const CryptoRequest> operations) {
    std::vector<CK_MECHANISM_TYPE> codes;
    for (const CryptoRequest& operation : operations) {
        const MechanismCode& row = code_of(operation.mechanism->id);
        if (std::ranges::find(codes, row.code) != codes.end()) continue;
        codes.push_back(row.code);
        codes.push_back(row.instead);
    }
    return codes;
}

ScannedObject scanned(const FoundKey& key, const TokenObject& object) {
    return {.object_class = key.object_class,
            .object = key.object,
            .public_key_sha256 = key.object_class == ObjectClass::public_key ? object.public_key_sha256 : ""};
}

}  // namespace

Pkcs11Token::Pkcs11Token(std::shared_ptr<Module> module, PoolSettings settings, Pause pause)
    : pool_(std::move(module), std::move(settings)), pause_(std::move(pause)) {}

void Pkcs11Token::sleep(std::chrono::milliseconds pause) {
    std::this_thread::sleep_for(pause);
}

template <typename Work>
auto Pkcs11Token::with_session(const Work& work) {
    const LogContext label(pool_.label());
    Lease lease = pool_.lease();
    try {
        return work(lease);
    } catch (const SessionsLost&) {
        throw;
    } catch (const TokenError& error) {
        if (error.fault() != TokenFault::unreachable) throw;
        if (may_be_of_one_key(error) && lease.token_answers()) {
            lease.discard();
            throw says_nothing_of_the_token(error);
        }
        lease.lost();
        throw;
    } catch (const std::exception& error) {
        // A failure of OpenSSL, which checks what the token made, or a lack of memory says nothing about the
        // token.
        log::error("token.check_failed", {{"label", pool_.label()}, {"reason", error.what()}});
        throw TokenError(TokenFault::failed, "What the token answered could not be checked");
    }
}

template <typename Work>
auto Pkcs11Token::with_session_of(const Lease::Epoch& epoch, const Work& work) {
    return with_session([&](Lease& lease) {
        if (lease.epoch() != epoch) throw SessionsLost();
        return work(lease);
    });
}

ImportResult Pkcs11Token::import(const ImportRequest& request) {
    bool begun = false;
    try {
        return import_in_attempts(request, begun);
    } catch (const TokenError& error) {
        if (!begun || !says_that_nothing_was_made(error.fault())) throw;
        throw TokenError(TokenFault::failed, error.what(), error.call(), error.code(), error.phase());
    }
}

ImportResult Pkcs11Token::import_in_attempts(const ImportRequest& request, bool& begun) {
    for (int attempt = 1;; ++attempt) {
        try {
            return try_import(request, begun);
        } catch (const TokenError& error) {
            if (!may_be_disturbed(error)) throw;
            log::warn("object.may_be_half_made",
                      {{"label", pool_.label()}, {"call", error.call()}, {"code", error.code()}});
            if (attempt == import_attempts || !take_back(request.id)) throw;
        }
    }
}

/// The error that led here matters more than an error in this function, so this one is only logged.
bool Pkcs11Token::take_back(const ObjectId& id) {
    try {
        destroy(id);
        return true;
    } catch (const TokenError& error) {
        log::warn("object.not_destroyed",
                  {{"label", pool_.label()}, {"object", id.hex()}, {"reason", error.what()}});
        return false;
    }
}

ImportResult Pkcs11Token::try_import(const ImportRequest& request, bool& begun) {
    const auto permit = object_access_.to_make();
    try {
        return with_session([&](Lease& lease) {
            begun = true;
            return import_in(lease, request);
        });
    } catch (const TokenError& error) {
        if (!begun) throw;
        throw import_error(error, request.material);
    }
}

ImportResult Pkcs11Token::import_in(Lease& lease, const ImportRequest& request) {
    const MechanismCodes allowed = limits_.for_import(lease, request);
    if (allowed.empty()) return make(lease, request, {});
    try {
        ImportResult result = make(lease, request, allowed);
        limits_.learn(lease, request, true);
        return result;
    } catch (const TokenError& error) {
        if (!limits_.may_have_failed(lease, request, error)) throw;
    }
    // A failed self-test may have left its operation active. No handle of the failed import is used any more.
    lease.poison();
    lease.replace_poisoned_without_handles();
    ImportResult result = make(lease, request, {});
    limits_.learn(lease, request, false);
    return result;
}

ImportResult Pkcs11Token::make(Lease& lease, const ImportRequest& request, const MechanismCodes& allowed) {
    const auto* const secret = std::get_if<keys::SecretKey>(&request.material);
    SecretBytes longer;
    ByteView octets;
    if (secret != nullptr) {
        octets = secret->octets.reveal();
        if (secret->algorithm == keys::Algorithm::hmac && octets.size() < HmacPadding::padded_size &&
            padding_.needed(lease)) {
            longer = padded(octets);
            octets = longer.reveal();
        }
    }
    MadeObjects made(lease, request.id);
    const KeyObjects objects = create_objects(lease, request, allowed, octets, made);
    ImportResult result = verify_import(lease, objects, request, allowed);
    if (request.lifetime == ObjectLifetime::token) {
        made.keep();
        handles_.keep(lease.epoch(), request.id, handles_of(objects, result, request.material));
    }
    return result;
}

std::size_t Pkcs11Token::destroy(const ObjectId& id) {
    const auto permit = object_access_.to_search();
    return with_session([&](Lease& lease) {
        const std::size_t destroyed = destroy_objects(lease, id);
        handles_.drop(id);
        return destroyed;
    });
}

std::size_t Pkcs11Token::count(const ObjectId& id) {
    const auto permit = object_access_.to_search();
    return with_session([&](Lease& lease) { return find_objects(lease, id).size(); });
}

// Objects that are finished between the two searches are in neither list: they were created during the
// search.
Pkcs11Token::Search Pkcs11Token::search() {
    const auto permit = object_access_.to_search();
    return with_session([](Lease& lease) {
        std::vector<FoundKey> keys = find_keys(lease);
        return Search{.epoch = lease.epoch(), .keys = std::move(keys), .incomplete = find_incomplete(lease)};
    });
}

std::vector<FoundKey> Pkcs11Token::incomplete_after(const Search& found, std::chrono::milliseconds pause) {
    if (found.incomplete.empty()) return {};
    pause_(pause);
    const auto permit = object_access_.to_search();
    return with_session_of(found.epoch,
                           [&](Lease& lease) { return incomplete_among(lease, found.incomplete); });
}

// Reads in parts and calls `each` between them, so that a token with one session can serve other callers,
// `each` may call the token, and the module can be reinitialized. Unfinished objects come last, after a
// pause.
void Pkcs11Token::scan(const std::function<void(const TokenObject&, std::size_t, std::size_t)>& each) {
    const Search found = search();
    const std::size_t total = found.keys.size() + found.incomplete.size();
    KeyReader reader;
    std::vector<std::optional<TokenObject>> part;
    const auto read = [&](std::span<const FoundKey> keys, std::size_t before) {
        for (std::size_t start = 0; start < keys.size(); start += part.size()) {
            const auto next = keys.subspan(start, std::min(part_of_scan, keys.size() - start));
            part.clear();
            with_session_of(found.epoch, [&](Lease& lease) {
                for (const FoundKey& key : next) {
                    const ObjectHandleCache::CacheVersion version = handles_.version();
                    const auto& object = part.emplace_back(reader.read(lease, key));
                    if (object && object->id)
                        handles_.add(lease.epoch(), *object->id, scanned(key, *object), version);
                }
            });
            for (std::size_t i = 0; i < part.size(); ++i)
                if (part[i]) each(*part[i], before + start + i + 1, total);
        }
    };
    read(found.keys, 0);
    read(incomplete_after(found, time_to_finish), found.keys.size());
}

// At the second read no import of this process is running, unless it hangs, so an object that is still
// incomplete was abandoned.
std::size_t Pkcs11Token::destroy_incomplete(std::chrono::milliseconds pause) {
    const Search found = search();
    const std::vector<FoundKey> incomplete = incomplete_after(found, pause);
    if (incomplete.empty()) return 0;
    const auto permit = object_access_.to_search();
    return with_session_of(found.epoch,
                           [&](Lease& lease) { return destroy_incomplete_among(lease, incomplete); });
}

std::vector<CryptoResult> Pkcs11Token::operate(const ObjectId& id, CryptoOperation action,
                                               std::span<const CryptoRequest> operations) {
    std::vector<CryptoResult> outcomes;
    outcomes.reserve(operations.size());
    const bool done = with_session([&](Lease& lease) {
        const auto known = handles_.find(lease.epoch(), id);
        return known && go_on(lease, id, *known, action, operations, outcomes);
    });
    if (done) return outcomes;
    const FoundHandles found =
        look_for(id, public_key_wanted_by(action, operations.subspan(outcomes.size())));
    const auto use_found = [&](Lease& lease) {
        return go_on(lease, id, found.handles, action, operations, outcomes);
    };
    if (!found.handles.any() || !with_session_of(found.epoch, use_found))
        throw TokenError(TokenFault::missing, "The token does not hold the key");
    return outcomes;
}

bool Pkcs11Token::go_on(Lease& lease, const ObjectId& id, const KeyHandles& handles, CryptoOperation action,
                        std::span<const CryptoRequest> operations, std::vector<CryptoResult>& outcomes) {
    const auto mechanisms = mechanism_infos_.in(lease, codes_of(operations));
    KeyUse key(lease, *mechanisms, handles, &wrong_ciphertext_);
    for (const CryptoRequest& operation : operations.subspan(outcomes.size())) {
        lease.replace_poisoned();
        auto outcome = key.run(action, operation);
        if (!outcome) return false;
        outcomes.push_back(std::move(*outcome));
    }
    if (key.handles() != handles) handles_.learn(lease.epoch(), id, key.handles());
    return true;
}

// Must not be called while a session is lent: creators of objects would hold the lock and wait for that
// session.
Pkcs11Token::FoundHandles Pkcs11Token::look_for(const ObjectId& id, const std::string& public_key_sha256) {
    const auto permit = object_access_.to_search();
    return with_session([&](Lease& lease) {
        const ObjectHandleCache::CacheVersion version = handles_.version();
        const KeyHandles found = find_handles(lease, id, public_key_sha256);
        if (found.any())
            handles_.keep(lease.epoch(), id, found, version);
        else
            handles_.drop(id);
        return FoundHandles{lease.epoch(), found};
    });
}

// One lease per hash: a failed decryption may close its session, and the session object of the test key with
// it.
std::set<Digest> Pkcs11Token::oaep_hashes() {
    const auto [epoch, proved] = with_session([&](Lease& lease) {
        return std::pair{lease.epoch(), proved_hashes_.in(lease.epoch())};
    });
    if (proved) return *proved;
    std::set<Digest> hashes;
    const std::array<CK_MECHANISM_TYPE, 1> oaep{CKM_RSA_PKCS_OAEP};
    std::optional<TokenError> failure;
    const auto decrypts = [&](Lease& lease, Digest hash) {
        return decrypts_oaep(lease, *mechanism_infos_.in(lease, oaep), oaep_trial_key(), hash);
    };
    const auto permit = object_access_.to_make();
    for (const Digest hash : all_digests()) {
        try {
            if (with_session_of(epoch, [&](Lease& lease) { return decrypts(lease, hash); }))
                hashes.insert(hash);
        } catch (const TokenError& error) {
            if (error.fault() != TokenFault::failed) throw;
            failure = error;
        }
    }
    // When other hashes work, a failure means that the token lacks that hash. When none works, every attempt
    // may have failed for another reason.
    if (hashes.empty() && failure) throw TokenError(*failure);
    proved_hashes_.keep(epoch, hashes);
    return hashes;
}

void Pkcs11Token::ping() {
    const LogContext label(pool_.label());
    pool_.ping([&](const Module::UseGuard& use, const FoundToken& token, const SessionEpoch& epoch) {
        try {
            mechanism_infos_.read_ahead(use.p11(), token.slot, epoch, reading_ahead);
        } catch (const TokenError& error) {  // a request that needs the mechanisms reports the error
            log::warn("token.mechanisms_not_read",
                      {{"label", pool_.label()}, {"call", error.call()}, {"code", error.code()}});
        }
    });
}

std::set<std::string> Pkcs11Token::mechanisms() {
    return with_session([&](Lease& lease) { return mechanism_infos_.in(lease)->names(); });
}

TokenIdentity Pkcs11Token::identity() {
    const LogContext label(pool_.label());
    return pool_.token().identity;
}

bool Pkcs11Token::refresh() {
    const LogContext label(pool_.label());
    return pool_.refresh();
}

void Pkcs11Token::reload_pin() {
    pool_.reload_pin();
}

}  // namespace keyward::hsm
