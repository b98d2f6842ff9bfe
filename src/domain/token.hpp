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

/// What a failed call to a token means to us. `hsm/` reads it from the CKR_ value; nobody else looks at the
/// number.
enum class TokenFault {
    refused,  ///< the token does not take this key: template, type, size, mechanism. The client's to know and
              ///< mend
    mismatch,     ///< what the token holds, answers or does is not what was asked of it; the object has been
                  ///< destroyed
    wrong_value,  ///< the key check value or public key that it reports is not that of the key that was sent,
                  ///< or not the expected one; the object has been destroyed
    failed,  ///< the call failed although the token itself answers: what failed is this call, with this key
             ///< and input, and it says nothing of the token
    unreachable,  ///< device error, lost session, removed token, module gone: try again later
    full,         ///< no room for objects or sessions
    pin,          ///< the PIN was refused or is locked: an operator must act, and nothing retries
    busy,         ///< no session became free in time
    missing,      ///< the token holds no such object: it was destroyed, by us or by somebody else
};

/// What was going on when a call to a token failed. Before `operating` nothing depends on the request: an
/// error of those phases is never the client's to mend, and its fault is never `refused`, `mismatch` or
/// `missing`.
enum class TokenPhase {
    loading,          ///< the module is loaded and initialised
    binding,          ///< the environment's token is looked for, and what it offers is read
    opening_session,  ///< a session is opened, asked for its state, or closed
    logging_in,       ///< the user is logged in
    operating,        ///< objects are made, searched, read, used or destroyed
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
    [[nodiscard]] const std::string& call() const { return call_; }  ///< as `C_CreateObject`
    [[nodiscard]] const std::string& code() const { return code_; }  ///< as `CKR_TEMPLATE_INCONSISTENT`

  private:
    TokenFault fault_;
    TokenPhase phase_;
    std::string call_;
    std::string code_;
};

/// Thrown to the one who waited when the deadline passed. A call that was under way can't be stopped: it may
/// still succeed, and the token counts as unreachable. One that was not had too many before it (busy).
class CallTimedOut : public TokenError {
  public:
    CallTimedOut(const std::string& text, bool started)
        : TokenError(started ? TokenFault::unreachable : TokenFault::busy, text), started_(started) {}
    [[nodiscard]] bool started() const { return started_; }

  private:
    bool started_;
};

/// Whether an object outlives its session: `session` is for trials, which leave nothing behind.
enum class ObjectLifetime { token, session };

/// One key to be put into one token. The material is borrowed for the call.
struct ImportRequest {
    ObjectId id;        ///< CKA_ID of every object made
    std::string label;  ///< CKA_LABEL
    const keys::KeyMaterial& material;
    KeyUsages uses;  ///< becomes the CKA_ENCRYPT, CKA_SIGN … flags
    ObjectLifetime lifetime = ObjectLifetime::token;
    std::optional<std::string> expected_check_value;  ///< as the client sent it; hex of either case
    /// The key's mechanisms: becomes CKA_ALLOWED_MECHANISMS where the module knows that. Empty: no limit.
    MechanismList mechanisms{};
};

/// What the token reported of an object after its import. Exactly one of the two values stands, or none where
/// the token can't make one (single DES in SoftHSM2).
struct ImportResult {
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
    bool serial_is_shared = false;  ///< another token of the same module has the same serial number
};

/// A key object in a token, as its attributes say.
struct TokenObject {
    std::optional<ObjectId> id;  ///< nothing when its CKA_ID is not of our form
    std::string id_hex;          ///< the whole CKA_ID, for people
    std::string label;
    keys::KeyType type =
        keys::KeyType::secret;                 ///< by CKA_CLASS: `private_key` and `public_key` may be a pair
    std::optional<keys::Algorithm> algorithm;  ///< nothing for a kind that we don't import
    int size = 0;                              ///< bits; 0 where the token does not say
    KeyUsages uses;
    std::string key_check_value;    ///< AES, DESede, where the token says it
    std::string public_key_sha256;  ///< RSA private keys and public keys
    std::string public_key_pem;     ///< with it
    bool incomplete = false;        ///< no CKA_ID, no CKA_LABEL and no value: what a module leaves
                                    ///< behind that was killed while it made an object
    std::vector<std::string> weakened_protection;  ///< attributes that are not as we make them, as
                                                   ///< `CKA_EXTRACTABLE is true`
    /// Names of our table for what CKA_ALLOWED_MECHANISMS lists; nothing where it is empty or not known.
    std::optional<std::set<std::string>> allowed_mechanisms{};
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
    /// destroy what it made; `destroy(id)` makes sure. With TokenFault::busy and TokenFault::pin nothing was
    /// made.
    virtual ImportResult import(const ImportRequest& order) = 0;

    /// Destroys every secret, private and public key in the token with this CKA_ID, the public ones last; how
    /// many there were. None is no error, nor is one that somebody else destroys meanwhile. Other objects
    /// with the id stay, as the certificate that another application keeps beside a key.
    virtual std::size_t destroy(const ObjectId& id) = 0;

    /// How many secret, private and public keys in the token have this CKA_ID; other objects do not count.
    virtual std::size_t count(const ObjectId& id) = 0;

    /// Reads every secret, private and public key object in the token and hands each to `each`, with its
    /// place and how many there are. Objects that vanish in between are passed over. May take minutes; other
    /// calls go on beside it. Throws when any other read failed: then what was handed out is not the whole.
    virtual void scan(
        const std::function<void(const TokenObject&, std::size_t place, std::size_t total)>& each) = 0;

    /// Destroys the objects that were incomplete at both of two looks, this one and one `pause` later; how
    /// many.
    virtual std::size_t destroy_incomplete(std::chrono::milliseconds pause) = 0;

    /// Uses the key of this CKA_ID: one outcome for each operation, in their order. Objects are found once
    /// and kept by their handles as long as those hold; one that is gone is looked for again. Where the token
    /// lacks a mechanism that hashes, the digest is made outside and the bare mechanism signs it. What needs
    /// the public half is done with the public object, everything else with the private or secret one. Of an
    /// operation that names its public key no other is used; what lacks its public object while some object
    /// has the id is not_offered. Throws TokenFault::missing when the token has no such object, mismatch when
    /// several private or secret ones have the id, and refused when the object may not be used so.
    virtual std::vector<CryptoResult> operate(const ObjectId& id, CryptoOperation action,
                                              std::span<const CryptoRequest> operations) = 0;

    /// Asks the token for a sign of life; throws when there is none.
    virtual void ping() = 0;

    /// The mechanisms of our table that the token offers, under their names there.
    virtual std::set<std::string> mechanisms() = 0;

    /// The hashes with which its private keys decrypt OAEP, proved with a key of the moment; empty when it
    /// has no OAEP, or takes no session object to prove it with. Proved once, and again after the sessions
    /// were lost.
    virtual std::set<Digest> oaep_hashes() = 0;

    virtual TokenIdentity identity() = 0;

    /// Initialises the module again, so that objects which other processes made or destroyed are seen as they
    /// are: some modules show them only from then on (nShield). At most once a minute for each module, and
    /// only while no other call runs in it, of any environment: true when it was done, and a second look
    /// makes sense; false at once otherwise. Sessions are opened again by the calls that follow, which need
    /// not know. Throws nothing.
    virtual bool refresh() = 0;

    /// Changes each time the token was lost and found again: what was learnt of its identity holds only while
    /// it stays the same. Never waits.
    [[nodiscard]] virtual std::uint64_t epoch() const { return 0; }

    /// Forgets the login state after a new PIN was put in place: the next call logs in again with what
    /// `pin_source` says now.
    virtual void reload_pin() = 0;
};

}  // namespace keyward
