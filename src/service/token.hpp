#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "keys/key_material.hpp"
#include "service/mechanisms.hpp"

namespace keyward::service {

/// What a failed call to a token means to us. `hsm/` reads it from the CKR_ value; nobody else looks at the
/// number.
enum class TokenFault {
    refused,  ///< the token does not take this key: template, type, size, mechanism. The client's to know and
              ///< mend
    mismatch,  ///< what the token holds is not what was sent, or not what was expected; the object has been
               ///< destroyed
    unreachable,  ///< device error, lost session, removed token, module gone: try again later
    full,         ///< no room for objects or sessions
    pin,          ///< the PIN was refused or is locked: an operator must act, and nothing retries
    busy,         ///< no session became free in time
};

/// A failed call to a token. `what()` is a sentence for the client (no secret, no number); `call` and `code`
/// are for the log.
class TokenError : public std::runtime_error {
  public:
    TokenError(TokenFault fault, const std::string& text, std::string call = {}, std::string code = {})
        : std::runtime_error(text), fault_(fault), call_(std::move(call)), code_(std::move(code)) {}

    [[nodiscard]] TokenFault fault() const { return fault_; }
    [[nodiscard]] const std::string& call() const { return call_; }  ///< as `C_CreateObject`
    [[nodiscard]] const std::string& code() const { return code_; }  ///< as `CKR_TEMPLATE_INCONSISTENT`

  private:
    TokenFault fault_;
    std::string call_;
    std::string code_;
};

/// Whether an object outlives its session: `session` is for trials, which leave nothing behind.
enum class Lifetime { token, session };

/// One key to be put into one token. The material is borrowed for the call.
struct ImportOrder {
    ObjectId id;        ///< CKA_ID of every object made
    std::string label;  ///< CKA_LABEL
    const keys::KeyMaterial& material;
    UseSet uses;  ///< becomes the CKA_ENCRYPT, CKA_SIGN … flags
    Lifetime lifetime = Lifetime::token;
    std::optional<std::string> expected_check_value;  ///< as the client sent it; hex of either case
};

/// What the token reported of an object after its import. Exactly one of the two values stands, or none where
/// the token can't make one (single DES in SoftHSM2).
struct ImportReceipt {
    std::string key_check_value;    ///< secret keys: upper-case hex, 3 octets
    std::string public_key_sha256;  ///< asymmetric keys: lower-case hex
    std::string public_key_pem;     ///< asymmetric keys, built from what the token returned
};

/// Which very token an environment is bound to.
struct TokenIdentity {
    std::string label;
    std::string serial;
    std::string manufacturer;
    std::string model;
};

/// A token of one environment: the port that `hsm/` implements over PKCS#11 and `tests/fakes` in memory.
/// Every call may block as long as the module does; any number of threads may call. All throw TokenError.
class Token {
  public:
    Token() = default;
    Token(const Token&) = delete;
    Token& operator=(const Token&) = delete;
    Token(Token&&) = delete;
    Token& operator=(Token&&) = delete;
    virtual ~Token() = default;

    /// Creates the objects of one key, reads their attributes back, tries the key, and compares what the
    /// token reports with the material and with `expected_check_value`. When it throws, it has tried to
    /// destroy what it made; `destroy(id)` makes sure.
    virtual ImportReceipt import(const ImportOrder& order) = 0;

    /// Destroys every token object with this CKA_ID, private ones first; how many there were. None is no
    /// error.
    virtual std::size_t destroy(const ObjectId& id) = 0;

    /// How many token objects have this CKA_ID.
    virtual std::size_t count(const ObjectId& id) = 0;

    /// Asks the token for a sign of life; throws when there is none.
    virtual void ping() = 0;

    /// The mechanisms of our table that the token offers, under their names there.
    virtual std::set<std::string> mechanisms() = 0;

    virtual TokenIdentity identity() = 0;

    /// Forgets the login state after a new PIN was put in place: the next call logs in again with what
    /// `pin_source` says now.
    virtual void reload_pin() = 0;
};

}  // namespace keyward::service
