#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "domain/token.hpp"

namespace keyward::fakes {

/// A token in memory that does as the port says, and fails when it is told to. Any thread may call.
/// It keeps no material: only what a token would report of it. It lets no time pass: a pause is over at once.
class FakeToken final : public Token {
  public:
    explicit FakeToken(TokenIdentity identity = {"fake", "0001", "Keyward", "Fake"});

    ImportResult import(const ImportRequest& order) override;
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

    /// The next import fails so, once, and leaves nothing.
    void fail_next_import(TokenFault fault, const std::string& text = "The token was told to fail");
    /// The next import reports another check value than the key's, as a token does that holds another key.
    void report_wrong_check_value();
    /// The next import makes the object and then fails, as when the answer is lost on its way.
    void lose_next_answer();
    /// Every call fails with TokenFault::unreachable until it is reachable again.
    void set_reachable(bool reachable);
    /// Imports wait from now on; those that wait already stay until released.
    void block_imports();
    void release_imports();
    /// Waits until so many imports stand at the block.
    void wait_for_blocked(std::size_t imports);
    /// The next use fails so, once.
    void fail_next_operation(TokenFault fault, const std::string& text = "The token was told to fail");
    /// The first input of the next use is refused so, once.
    void refuse_next_input(const std::string& reason);
    /// Signatures are made so from now on, for tests that need ones that fit the key.
    void sign_with(std::function<Bytes(const CryptoRequest&)> signer);
    /// What the public half can do fails from now on, while the token answers all else.
    void fail_public_actions();
    /// What happens in the next ping.
    void in_next_ping(std::function<void()> happening);
    /// What the public half can do is not offered from now on.
    void do_without_public_actions();
    void decrypt_oaep_with(std::set<Digest> hashes);
    /// CallResult at the beginning of the next use, as when somebody changes the key just then.
    void in_next_operation(std::function<void()> happening);
    /// CallResult at the beginning of the next look for an object by its id; what it throws is the answer.
    void in_next_lookup(std::function<void()> happening);
    /// The objects vanish, as if another application had destroyed them.
    void lose(const ObjectId& id);
    /// The objects are there, but not seen before the next refresh, as those of other processes in nShield.
    void hide_until_refresh(const ObjectId& id);
    /// Whether the module can be initialised again at this moment; it can at first.
    void set_refreshable(bool refreshable);
    void offer(std::set<std::string> mechanisms);

    /// What another application made.
    void add_foreign(TokenObject object);
    /// What a killed module leaves behind.
    void add_incomplete();
    /// Whoever was making the incomplete objects finishes them, without a CKA_ID.
    void complete_incomplete();
    /// Changes what the token says of each object with this id.
    void alter(const ObjectId& id, const std::function<void(TokenObject&)>& change);
    /// Calls that search the token fail with TokenFault::unreachable, while imports and `destroy` work.
    void fail_lookups(bool fail);
    /// What happens in the pause of the next destroy_incomplete.
    void in_next_pause(std::function<void()> happening);
    /// Another token takes the place: the same but for this serial number, and empty.
    void replace_by_empty(const std::string& serial);
    /// The token that was replaced first is in its place again.
    void put_back();
    void set_identity(TokenIdentity identity);

    /// Its keys are as if they had come before keys were limited to mechanisms.
    void forget_limits();
    [[nodiscard]] std::size_t objects() const;  ///< everything in the token
    [[nodiscard]] std::size_t imports() const;  ///< how many were begun
    [[nodiscard]] std::size_t pin_reloads() const;
    [[nodiscard]] std::size_t refreshes() const;   ///< how often it was initialised again
    [[nodiscard]] std::size_t operations() const;  ///< how many were asked for, of all uses

  private:
    struct Object {
        std::size_t handle;
        TokenObject shown;
    };
    /// A token that can be taken out of the slot.
    struct Contents {
        TokenIdentity identity;
        std::vector<Object> objects;
    };

    /// A ciphertext that was made, and all that it takes to open it.
    struct Sealed {
        std::string how;
        Bytes ciphertext;
        Bytes plaintext;
    };

    /// The half of the key that the action needs; nothing when only other keys' public halves have the id.
    [[nodiscard]] const TokenObject* object_for(const ObjectId& id, CryptoOperation action,
                                                const CryptoRequest& operation) const;
    CryptoResult operate_once(const TokenObject& key, CryptoOperation action, const CryptoRequest& operation);
    [[nodiscard]] bool offers(CryptoOperation action, const CryptoRequest& operation) const;
    /// Whether the key was not limited to other mechanisms when it came.
    [[nodiscard]] bool is_allowed(const TokenObject& key, const CryptoRequest& operation) const;
    CryptoResult seal(const std::string& how, const TokenObject& key, const CryptoRequest& operation);
    [[nodiscard]] CryptoResult open(const std::string& how, const CryptoRequest& operation) const;
    void check_reachable() const;
    void check_lookup() const;
    void keep(TokenObject object);
    void keep_key(const ImportRequest& order, const ImportResult& receipt);
    [[nodiscard]] std::vector<std::size_t> incomplete() const;
    std::string check_value_reported(const std::string& right);

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    Contents contents_;
    std::optional<Contents> replaced_;
    std::vector<Object> hidden_;
    std::size_t next_handle_ = 1;
    std::size_t swaps_ = 0;  ///< how often another token took the place
    std::function<void()> in_pause_;
    std::optional<TokenError> next_failure_;
    std::optional<std::set<std::string>> offered_;
    std::vector<Sealed> sealed_;
    std::map<ObjectId, MechanismList> limits_;  ///< of the keys that have one
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
