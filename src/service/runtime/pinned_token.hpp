#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/backoff.hpp"
#include "domain/catalogue.hpp"
#include "domain/token.hpp"

namespace keyward::service {

/// The token in place is not the one that holds the environment's keys.
class WrongToken : public TokenError {
  public:
    enum class Why {
        other_serial,     ///< another serial number is recorded
        no_recorded_key,  ///< it holds none of the recorded keys: it may have been initialized again, which
                          ///< keeps the serial number on most HSMs
    };
    WrongToken(Why why, const std::string& text, TokenPhase phase = TokenPhase::binding)
        : TokenError(TokenFault::unreachable, text, {}, {}, phase), why_(why) {}
    [[nodiscard]] Why why() const { return why_; }

  private:
    Why why_;
};

/// The token of an environment, as long as it is the one that holds the environment's keys. A token with the
/// right label that was initialized again, or another one in its place, would make all keys look lost: calls
/// to such a token throw WrongToken until the right one is back, or an operator accepts the new one. It is
/// the right one when it has the recorded serial number and holds at least one of the recorded keys; many
/// tokens have `0000000000000000`, `123` or nothing for a serial number, so the number alone proves little.
/// An environment without recorded keys has nothing to prove. Where no serial number is recorded yet (a new
/// environment, or a catalogue from before tokens were recorded), that of the first token that passes is
/// recorded. Checked at the first call, and again after each loss of the token. Calls that only look through
/// the token (`scan`, `count`) need the serial number alone, so that an operator can be shown what is
/// missing. Thread-safe.
class PinnedToken final : public Token {
  public:
    /// Whether the first token that is seen is recorded in the catalogue, or the catalogue is only read.
    enum class Pinning { record, compare };

    /// The stores must outlive the token.
    PinnedToken(std::shared_ptr<Token> token, std::string environment, TokenPinStore& token_pins,
                DeploymentStore& deployments, Pinning pinning, Clock clock);

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
    /// The identity of the token in place, even a wrong one: it is queried before another token is accepted.
    TokenIdentity identity() override;
    bool refresh() override;
    void reload_pin() override;
    [[nodiscard]] std::uint64_t epoch() const override { return token_->epoch(); }

  private:
    /// What must be established before a call is made.
    enum class Assurance {
        serial,   ///< the serial number is the recorded one
        key,      ///< and a recorded key was found since the token was last lost
        key_now,  ///< and the catalogue confirms it now: another process may have accepted another token
                  ///< since
    };
    template <typename Work>
    auto with_token(Assurance assurance, const Work& work);
    void require(Assurance assurance);
    void require_key(const std::string& serial);
    [[nodiscard]] bool is_proved() const { return proved_ && proved_epoch_ == token_->epoch(); }
    [[nodiscard]] std::string recorded_serial(const std::string& serial);
    [[nodiscard]] std::optional<std::uint64_t> epoch_that_holds_recorded_keys();
    bool refresh_if_due();
    [[nodiscard]] bool holds_any_of(const std::vector<ObjectId>& ids) const;
    void report(const std::string& serial, const std::string& expected);
    template <typename Question>
    auto ask_catalogue(const Question& question) const;

    std::shared_ptr<Token> token_;
    std::string environment_;
    TokenPinStore& token_pins_;
    DeploymentStore& deployments_;
    Pinning pinning_;
    Clock clock_;
    std::atomic<bool> serial_fits_ = false;
    std::atomic<bool> proved_ = false;
    std::atomic<std::uint64_t> proved_epoch_ = 0;
    std::atomic<bool> reported_ = false;
    GrowingPause refresh_pause_;
};

/// Why a serial number does not distinguish a token from another one, or from itself before it was
/// initialized again; a clause that follows "its serial number". Nothing for one that looks unique.
std::optional<std::string> weakness_of_serial(const TokenIdentity& identity);

}  // namespace keyward::service
