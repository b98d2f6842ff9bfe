#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "domain/crypto_request.hpp"
#include "domain/mechanisms.hpp"
#include "keys/key_material.hpp"

namespace keyward {

/// What a failed call to a token means to us. `hsm/` derives it from the CKR_ value; no other code looks at
/// the number.
enum class TokenFault {
    refused,  ///< the token does not accept this key: template, type, size, mechanism. The client can correct
              ///< it
    mismatch,     ///< what the token holds, answers or does is not what was requested; the object has been
                  ///< destroyed
    wrong_value,  ///< the key check value or public key that it reports is not that of the key that was sent,
                  ///< or not the expected one; the object has been destroyed
    failed,  ///< the call failed although the token itself answers: the failure concerns this call, with this
             ///< key and input, and says nothing about the token
    unreachable,  ///< device error, lost session, removed token, module gone: try again later
    full,         ///< no room for objects or sessions
    pin,          ///< the PIN was refused or is locked: an operator must act; no retry
    busy,         ///< no session became free in time
    missing,      ///< the token holds no such object: it was destroyed, by us or by another application
};

/// What was in progress when a call to a token failed. Before `operating` nothing depends on the request: the
/// client cannot correct an error of those phases, and its fault is never `refused`, `mismatch` or `missing`.
enum class TokenPhase {
    loading,          ///< the module is loaded and initialized
    binding,          ///< the environment's token is located, and its capabilities are read
    opening_session,  ///< a session is opened, queried or closed
    logging_in,       ///< the user is logged in
    operating,        ///< objects are created, searched, read, used or destroyed
};

/// A failed call to a token. `what()` is a sentence for the client (no secret, no number); `call` and `code`
/// are for the log.
class TokenError : public std::runtime_error {
  public:
    TokenError(TokenFault fault, const std::string& text, std::string call = {}, std::string code = {},
               TokenPhase phase = TokenPhase::operating)
        : std::runtime_error(text),
          fault_(fault),
          phase_(phase),
          call_(std::move(call)),
          code_(std::move(code)) {}

    [[nodiscard]] TokenFault fault() const { return fault_; }
    [[nodiscard]] TokenPhase phase() const { return phase_; }
    [[nodiscard]] const std::string& call() const { return call_; }  ///< such as `C_CreateObject`
    [[nodiscard]] const std::string& code() const { return code_; }  ///< the name of its return value

  private:
    TokenFault fault_;
    TokenPhase phase_;
    std::string call_;
    std::string code_;
};

/// Thrown to the caller when the deadline passes. A running call cannot be stopped: it may still succeed, and
/// the token counts as unreachable. A call that was not started had too many before it (busy).
class CallTimedOut : public TokenError {
  public:
    CallTimedOut(const std::string& text, bool started)
        : TokenError(started ? TokenFault::unreachable : TokenFault::busy, text), started_(started) {}
    [[nodiscard]] bool started() const { return started_; }

  private:
    bool started_;
};

/// Whether an object outlives its session. `session` is for trials, which leave nothing behind.
enum class ObjectLifetime { token, session };

/// One key to import into one token. The material is borrowed for the call.
struct ImportRequest {
    ObjectId id;        ///< CKA_ID of every object made
    std::string label;  ///< CKA_LABEL
    const keys::KeyMaterial& material;
    KeyUsages uses;  ///< becomes the CKA_ENCRYPT, CKA_SIGN … flags
    ObjectLifetime lifetime = ObjectLifetime::token;
    std::optional<std::string> expected_check_value{};  ///< as the client sent it; hex of either case
    /// The key's mechanisms: becomes CKA_ALLOWED_MECHANISMS where the module supports it. Empty: no limit.
    MechanismList mechanisms{};
};

/// What the token reported of an object after its import. Exactly one of the first two values is set, or none
/// where the token cannot compute one (single DES in SoftHSM2).
struct ImportResult {
    std::string key_check_value;    ///< secret keys: upper-case hex, 3 octets
    std::string public_key_sha256;  ///< asymmetric keys: lower-case hex
    std::string public_key_pem;     ///< asymmetric keys, built from the token's answer
};

/// Identifies the token that an environment is bound to.
struct TokenIdentity {
    std::string label;
    std::string serial;
    std::string manufacturer;
    std::string model;
    bool serial_is_shared = false;  ///< another token of the same module has the same serial number
};

/// A key object in a token, as described by its attributes.
struct TokenObject {
    std::optional<ObjectId> id;  ///< nothing when its CKA_ID is not of our form
    std::string id_hex;          ///< the whole CKA_ID, for people
    std::string label;
    keys::KeyType type =
        keys::KeyType::secret;                 ///< by CKA_CLASS: `private_key` and `public_key` may be a pair
    std::optional<keys::Algorithm> algorithm;  ///< nothing for a kind that we do not import
    int size = 0;                              ///< bits; 0 where the token does not report it
    KeyUsages uses;
    std::string key_check_value;    ///< AES, DESede, where the token reports it
    std::string public_key_sha256;  ///< RSA private keys and public keys
    std::string public_key_pem;     ///< set when public_key_sha256 is
    bool incomplete = false;        ///< no CKA_ID, no CKA_LABEL and no value: what a module leaves behind
                                    ///< when it is killed while it creates an object
    std::vector<std::string> weakened_protection;  ///< attributes that differ from those we set, such as
                                                   ///< `CKA_EXTRACTABLE is true`
    /// Our names for the contents of CKA_ALLOWED_MECHANISMS; nothing where it is empty or unknown.
    std::optional<std::set<std::string>> allowed_mechanisms{};
};

/// A token of one environment: the port that `hsm/` implements over PKCS#11 and `tests/fakes` in memory.
/// Every call may block as long as the module does. Thread-safe. All methods throw TokenError.
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
    /// destroy what it made; `destroy(id)` makes sure. With TokenFault::busy and TokenFault::pin nothing was
    /// made.
    virtual ImportResult import(const ImportRequest& order) = 0;

    /// Destroys every secret, private and public key in the token with this CKA_ID, the public ones last.
    /// Returns how many there were. None is not an error, nor is an object that another application destroys
    /// during the call. Other objects with the id stay, such as a certificate that another application keeps
    /// next to a key.
    virtual std::size_t destroy(const ObjectId& id) = 0;

    /// The number of secret, private and public keys in the token with this CKA_ID; other objects do not
    /// count.
    virtual std::size_t count(const ObjectId& id) = 0;

    /// Reads every secret, private and public key object in the token and passes each to `each`, with its
    /// position and the total. Skips objects that vanish during the scan. May take minutes; other calls
    /// continue during it. Throws when any other read failed: then the objects passed on are not complete.
    virtual void scan(
        const std::function<void(const TokenObject&, std::size_t place, std::size_t total)>& each) = 0;

    /// Destroys the objects that are incomplete at both of two looks, this one and one `pause` later. Returns
    /// how many.
    virtual std::size_t destroy_incomplete(std::chrono::milliseconds pause) = 0;

    /// Uses the key with this CKA_ID. Returns one result for each operation, in their order. Objects are
    /// found once and their handles kept as long as they are valid; an object that is missing is searched
    /// again. Where the token lacks a mechanism that hashes, the digest is computed outside and the bare
    /// mechanism signs it. Operations that need the public half use the public object, all others the private
    /// or secret one. An operation that names its public key uses no other; one whose public object is
    /// missing while some object has the id is not_offered. Throws TokenFault::missing when the token has no
    /// such object, mismatch when several private or secret ones have the id, and refused when the object may
    /// not be used this way.
    virtual std::vector<CryptoResult> operate(const ObjectId& id, CryptoOperation action,
                                              std::span<const CryptoRequest> operations) = 0;

    /// Pings the token; throws when it does not answer.
    virtual void ping() = 0;

    /// The mechanisms of our table that the token supports, by their names in the table.
    virtual std::set<std::string> mechanisms() = 0;

    /// The hashes with which its private keys decrypt OAEP, proved with a temporary key. Empty when the token
    /// has no OAEP, or accepts no session object to prove it with. Proved once, and again after the sessions
    /// were lost.
    virtual std::set<Digest> oaep_hashes() = 0;

    virtual TokenIdentity identity() = 0;

    /// Initializes the module again, so that it shows objects that other processes made or destroyed: some
    /// modules show them only after that (nShield). Runs at most once a minute for each module, and only
    /// while no other call of any environment runs in it. Returns true when it was done, so that a second
    /// look makes sense; otherwise returns false at once. The calls that follow open sessions again without
    /// being told. Throws nothing.
    virtual bool refresh() = 0;

    /// Changes each time the token was lost and found again: what was learnt of its identity holds only while
    /// the epoch stays the same. Never blocks.
    [[nodiscard]] virtual std::uint64_t epoch() const { return 0; }

    /// Forgets the login state after the PIN was replaced: the next call logs in again with what `pin_source`
    /// returns then.
    virtual void reload_pin() = 0;
};

}  // namespace keyward
