#include "hsm/pkcs11_token.hpp"

#include <algorithm>
#include <span>
#include <thread>

#include "core/log.hpp"
#include "hsm/examine.hpp"
#include "hsm/log_label.hpp"
#include "hsm/mechanism_codes.hpp"
#include "hsm/objects.hpp"

namespace keyward::hsm {

using service::ImportOrder;
using service::ImportReceipt;
using service::TokenError;
using service::TokenFault;

namespace {

constexpr int import_attempts = 3;
constexpr std::size_t part_of_walk = 32;
/// Many times as long as another process takes from an object's first octet to its last.
constexpr std::chrono::milliseconds time_to_finish{1000};

/// What SoftHSM2 says when a search of this process met the object half-written; the same import works a
/// moment later. What was written stays, without an id by which it could be destroyed.
bool may_be_disturbed(const TokenError& error) {
    return error.call() == "C_CreateObject" && error.code() == "CKR_GENERAL_ERROR";
}

/// What an import says with these faults is that it had no session to make an object in.
bool says_that_nothing_was_made(TokenFault fault) {
    return fault == TokenFault::busy || fault == TokenFault::pin;
}

}  // namespace

Pkcs11Token::Pkcs11Token(std::shared_ptr<Module> module, PoolSettings settings, Pause pause)
    : pool_(std::move(module), std::move(settings)), pause_(std::move(pause)) {}

void Pkcs11Token::sleep(std::chrono::milliseconds pause) {
    std::this_thread::sleep_for(pause);
}

template <typename Work>
auto Pkcs11Token::with_session(const Work& work) {
    const LogLabel label(pool_.label());
    Lease lease = pool_.lease();
    try {
        return work(lease);
    } catch (const TokenError& error) {
        if (error.fault() == TokenFault::unreachable) lease.lost();
        throw;
    } catch (const std::exception& error) {
        // OpenSSL, which checks what the token made, failed: nothing is known of the token then.
        log::error("token.check_failed", {{"label", pool_.label()}, {"reason", error.what()}});
        throw TokenError(TokenFault::unreachable, "What the token answered could not be checked");
    }
}

template <typename Work>
auto Pkcs11Token::with_session_of(const Lease::Era& era, const Work& work) {
    return with_session([&](Lease& lease) {
        if (lease.era() != era)
            throw TokenError(TokenFault::unreachable,
                             "The token's sessions were lost while its objects were looked through");
        return work(lease);
    });
}

ImportReceipt Pkcs11Token::import(const ImportOrder& order) {
    bool begun = false;
    try {
        return import_in_attempts(order, begun);
    } catch (const TokenError& error) {
        if (!begun || !says_that_nothing_was_made(error.fault())) throw;
        throw TokenError(TokenFault::unreachable, error.what(), error.call(), error.code());
    }
}

ImportReceipt Pkcs11Token::import_in_attempts(const ImportOrder& order, bool& begun) {
    for (int attempt = 1;; ++attempt) {
        try {
            return try_import(order, begun);
        } catch (const TokenError& error) {
            if (!may_be_disturbed(error)) throw;
            log::warn("object.may_be_half_made",
                      {{"label", pool_.label()}, {"call", error.call()}, {"code", error.code()}});
            if (attempt == import_attempts) throw;
        }
        destroy(order.id);
    }
}

ImportReceipt Pkcs11Token::try_import(const ImportOrder& order, bool& begun) {
    const auto pass = gate_.to_make();
    return with_session([&](Lease& lease) {
        begun = true;
        try {
            return import_in(lease, order);
        } catch (const TokenError& error) {
            if (error.fault() != TokenFault::refused) throw;
            throw TokenError(error.fault(), error.what() + (" (" + described_key(order.material) + ")"),
                             error.call(), error.code());
        }
    });
}

ImportReceipt Pkcs11Token::import_in(Lease& lease, const ImportOrder& order) {
    const auto* const secret = std::get_if<keys::SecretKey>(&order.material);
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
    MadeObjects made(lease);
    const KeyObjects objects = create_objects(lease, order, octets, made);
    ImportReceipt receipt = examine(lease, objects, order);
    if (order.lifetime == service::Lifetime::token) made.keep();
    return receipt;
}

std::size_t Pkcs11Token::destroy(const ObjectId& id) {
    const auto pass = gate_.to_search();
    return with_session([&](Lease& lease) { return destroy_objects(lease, id); });
}

std::size_t Pkcs11Token::count(const ObjectId& id) {
    const auto pass = gate_.to_search();
    return with_session([&](Lease& lease) { return find_objects(lease, id).size(); });
}

// What is finished between the two searches is in neither list: it came during the search.
Pkcs11Token::Search Pkcs11Token::search() {
    const auto pass = gate_.to_search();
    return with_session([](Lease& lease) {
        std::vector<FoundKey> keys = find_keys(lease);
        return Search{lease.era(), std::move(keys), find_unfinished(lease)};
    });
}

std::vector<FoundKey> Pkcs11Token::unfinished_after(const Search& found, std::chrono::milliseconds pause) {
    if (found.unfinished.empty()) return {};
    pause_(pause);
    const auto pass = gate_.to_search();
    return with_session_of(found.era,
                           [&](Lease& lease) { return unfinished_among(lease, found.unfinished); });
}

// In parts, and handed out between them: a token with one session still serves others meanwhile, `each` may
// call the token, and the module can be revived. What is unfinished comes last, and after a pause.
void Pkcs11Token::walk(
    const std::function<void(const service::TokenObject&, std::size_t, std::size_t)>& each) {
    const Search found = search();
    const std::size_t total = found.keys.size() + found.unfinished.size();
    KeyReader reader;
    std::vector<std::optional<service::TokenObject>> part;
    const auto read = [&](std::span<const FoundKey> keys, std::size_t before) {
        for (std::size_t start = 0; start < keys.size(); start += part.size()) {
            const auto next = keys.subspan(start, std::min(part_of_walk, keys.size() - start));
            part.clear();
            with_session_of(found.era, [&](Lease& lease) {
                for (const FoundKey& key : next)
                    part.push_back(reader.read(lease, key));
            });
            for (std::size_t i = 0; i < part.size(); ++i)
                if (part[i]) each(*part[i], before + start + i + 1, total);
        }
    };
    read(found.keys, 0);
    read(unfinished_after(found, time_to_finish), found.keys.size());
}

// At the second look no import of ours is under way, or it hangs: what is half-made then was left so.
std::size_t Pkcs11Token::destroy_half_made(std::chrono::milliseconds pause) {
    const Search found = search();
    const std::vector<FoundKey> unfinished = unfinished_after(found, pause);
    if (unfinished.empty()) return 0;
    const auto pass = gate_.to_search();
    return with_session_of(
        found.era, [&](Lease& lease) { return destroy_keys(lease, half_made_among(lease, unfinished)); });
}

std::vector<service::Outcome> Pkcs11Token::operate(const ObjectId&, service::Action,
                                                   std::span<const service::Operation>) {
    return {};
}

std::set<keys::Digest> Pkcs11Token::oaep_hashes() {
    return {};
}

void Pkcs11Token::ping() {
    const LogLabel label(pool_.label());
    pool_.ping();
}

std::set<std::string> Pkcs11Token::mechanisms() {
    return with_session([&](Lease& lease) { return offered_mechanisms(lease.p11(), pool_.token().slot); });
}

service::TokenIdentity Pkcs11Token::identity() {
    const LogLabel label(pool_.label());
    return pool_.token().identity;
}

void Pkcs11Token::reload_pin() {
    pool_.reload_pin();
}

}  // namespace keyward::hsm
