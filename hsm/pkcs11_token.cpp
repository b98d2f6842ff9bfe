#include "hsm/pkcs11_token.hpp"

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

/// What SoftHSM2 says when another process's search met the object half-written; the same import works a
/// moment later.
bool may_be_disturbed(const TokenError& error) {
    return error.call() == "C_CreateObject" && error.code() == "CKR_GENERAL_ERROR";
}

}  // namespace

Pkcs11Token::Pkcs11Token(std::shared_ptr<Module> module, PoolSettings settings)
    : pool_(std::move(module), std::move(settings)) {}

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

ImportReceipt Pkcs11Token::import(const ImportOrder& order) {
    for (int attempt = 1;; ++attempt) {
        try {
            return try_import(order);
        } catch (const TokenError& error) {
            if (attempt == import_attempts || !may_be_disturbed(error)) throw;
        }
        destroy(order.id);
    }
}

ImportReceipt Pkcs11Token::try_import(const ImportOrder& order) {
    const auto pass = gate_.to_make();
    return with_session([&](Lease& lease) {
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
