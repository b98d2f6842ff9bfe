#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "domain/token.hpp"

namespace keyward::fakes {

/// An in-memory token that implements the port and fails on demand. Keeps no key material, only what a token
/// would report of it. Pauses take no time. Thread-safe.
class FakeToken final : public Token {
  public:
    explicit FakeToken(TokenIdentity identity = {"fake", "0001", "Keyward", "Fake"});

    ImportResult import(const ImportRequest& request) override;
    std::size_t destroy(const ObjectId& id) override;
    std::size_t count(const ObjectId& id) override;
    void scan(
        const std::function<void(const TokenObject&, std::size_t place, std::size_t total)>& each) override;
    std::size_t destroy_incomplete(std::chrono::milliseconds pause) override;
    std::vector<CryptoResult> operate(const ObjectId& id, CryptoOperation action,
                                      std::span<const CryptoRequest> operations) override;
    void ping() override;
    std::set<std::string> mechanisms() override;
    std::set<Digest> oaep_hashes() override;
    TokenIdentity identity() override;
    bool refresh() override;
    void reload_pin() override;
    [[nodiscard]] std::uint64_t epoch() const override;

    /// The next import fails once with this fault and leaves nothing.
    void fail_next_import(TokenFault fault, const std::string& text = "The token was told to fail");
    /// The next import reports another check value than the key's, as a token with another key would.
    void report_wrong_check_value();
    /// The next import creates the object and then fails, as if the answer were lost.
    void lose_next_answer();
    /// While not reachable, every call fails with TokenFault::unreachable.
    void set_reachable(bool reachable);
    /// Makes imports wait from now on; waiting imports stay until released.
    void block_imports();
    void release_imports();
    /// Waits until this many imports are blocked.
    void wait_for_blocked(std::size_t imports);
    /// The next use fails once with this fault.
    void fail_next_operation(TokenFault fault, const std::string& text = "The token was told to fail");
    /// The first input of the next use is refused once.
    void refuse_next_input(const std::string& reason);
    /// Creates signatures with this function from now on, for tests that need signatures that match the key.
    void sign_with(std::function<Bytes(const CryptoRequest&)> signer);
    /// Operations with the public key fail from now on, while the token answers all other calls.
    void fail_public_actions();
    /// Runs in the next ping.
    void in_next_ping(std::function<void()> happening);
    /// Operations with the public key are not supported from now on.
    void do_without_public_actions();
    void decrypt_oaep_with(std::set<Digest> hashes);
    /// Runs at the start of the next use, for example to change the key at that moment.
    void in_next_operation(std::function<void()> happening);
    /// Runs at the start of the next lookup of an object by its id. An exception from it becomes the result.
    void in_next_lookup(std::function<void()> happening);
    /// Removes the objects, as if another application had destroyed them.
    void lose(const ObjectId& id);
    /// The objects exist but are not seen before the next refresh, like those of other processes in nShield.
    void hide_until_refresh(const ObjectId& id);
    /// Sets whether the module can be reinitialized; initially true.
    void set_refreshable(bool refreshable);
    void offer(std::set<std::string> mechanisms);

    /// Adds an object that another application created.
    void add_foreign(TokenObject object);
    /// Adds an object as a killed process leaves it.
    void add_incomplete();
    /// The creator of the incomplete objects finishes them, without a CKA_ID.
    void complete_incomplete();
    /// Changes what the token reports of each object with this id.
    void alter(const ObjectId& id, const std::function<void(TokenObject&)>& change);
    /// Calls that search the token fail with TokenFault::unreachable, while imports and `destroy` work.
    void fail_lookups(bool fail);
    /// Runs in the pause of the next destroy_incomplete.
    void in_next_pause(std::function<void()> happening);
    /// Replaces the token by an empty one that differs only in its serial number.
    void replace_by_empty(const std::string& serial);
    /// Puts the token that was replaced first back in its place.
    void put_back();
    void set_identity(TokenIdentity identity);

    /// Removes the limits of all keys, as if they had been imported before keys were limited to mechanisms.
    void forget_limits();
    [[nodiscard]] std::size_t objects() const;  ///< number of objects in the token
    [[nodiscard]] std::size_t imports() const;  ///< number of imports started
    [[nodiscard]] std::size_t pin_reloads() const;
    [[nodiscard]] std::size_t refreshes() const;   ///< number of reinitializations
    [[nodiscard]] std::size_t operations() const;  ///< number of operations requested, over all uses

  private:
    struct Object {
        std::size_t handle;
        TokenObject shown;
    };
    /// The contents of a token that can be removed from the slot.
    struct Contents {
        TokenIdentity identity;
        std::vector<Object> objects;
    };

    /// A ciphertext, with everything needed to decrypt it.
    struct Sealed {
        std::string how;
        Bytes ciphertext;
        Bytes plaintext;
    };

    /// The object that the action needs; nothing when only other keys' public objects have the id.
    [[nodiscard]] const TokenObject* object_for(const ObjectId& id, CryptoOperation action,
                                                const CryptoRequest& operation) const;
    CryptoResult operate_once(const TokenObject& key, CryptoOperation action, const CryptoRequest& operation);
    [[nodiscard]] bool offers(CryptoOperation action, const CryptoRequest& operation) const;
    /// Whether the limit of the key, if it got one at its import, includes the mechanism.
    [[nodiscard]] bool is_allowed(const TokenObject& key, const CryptoRequest& operation) const;
    CryptoResult seal(const std::string& how, const TokenObject& key, const CryptoRequest& operation);
    [[nodiscard]] CryptoResult open(const std::string& how, const CryptoRequest& operation) const;
    void check_reachable() const;
    void check_lookup() const;
    void keep(TokenObject object);
    void keep_key(const ImportRequest& request, const ImportResult& result);
    [[nodiscard]] std::vector<std::size_t> incomplete() const;
    std::string check_value_reported(const std::string& right);

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    Contents contents_;
    std::optional<Contents> replaced_;
    std::vector<Object> hidden_;
    std::size_t next_handle_ = 1;
    std::size_t swaps_ = 0;  ///< number of times that another token took the place
    std::function<void()> in_pause_;
    std::optional<TokenError> next_failure_;
    std::optional<std::set<std::string>> offered_;
    std::vector<Sealed> sealed_;
    std::map<ObjectId, MechanismList> limits_;  ///< of the keys that have a limit
    std::optional<TokenError> next_operation_failure_;
    std::optional<std::string> next_input_refusal_;
    std::function<Bytes(const CryptoRequest&)> signer_;
    std::function<void()> in_operation_;
    std::function<void()> in_lookup_;
    std::set<Digest> oaep_hashes_{Digest::sha1};
    std::function<void()> in_ping_;
    bool public_actions_ = true;
    bool public_actions_fail_ = false;
    std::size_t operations_ = 0;
    bool wrong_check_value_ = false;
    bool lose_answer_ = false;
    bool reachable_ = true;
    bool lookups_fail_ = false;
    bool refreshable_ = true;
    std::size_t refreshes_ = 0;
    bool blocked_ = false;
    std::size_t waiting_ = 0;
    std::size_t imports_ = 0;
    std::size_t pin_reloads_ = 0;
};

}  // namespace keyward::fakes
