#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "service/catalogue.hpp"
#include "service/token.hpp"

namespace keyward::service {

/// The token of an environment, as long as it is the one that holds the environment's keys. A token with the
/// right label that was initialised anew, or another one in its place, would make all keys look lost: every
/// call to such a one throws TokenFault::unreachable until the right one is back, or an operator accepts this
/// one. Where none is recorded yet (a new environment, or a catalogue from before tokens were recorded) it is
/// the first that is seen, if that holds one of the keys that are recorded. Asked at the first call, and
/// again after the token could not be reached. Any thread may call.
class BoundToken final : public Token {
  public:
    /// Whether the first token that is seen is written into the catalogue, or the catalogue is only read.
    enum class Binding { record, compare };

    /// The catalogue must outlive the token.
    BoundToken(std::shared_ptr<Token> token, std::string environment, Catalogue& catalogue, Binding binding,
               Clock clock);

    ImportReceipt import(const ImportOrder& order) override;
    std::size_t destroy(const ObjectId& id) override;
    std::size_t count(const ObjectId& id) override;
    void walk(
        const std::function<void(const TokenObject&, std::size_t place, std::size_t total)>& each) override;
    std::size_t destroy_half_made(std::chrono::milliseconds pause) override;
    std::vector<Outcome> operate(const ObjectId& id, Action action,
                                 std::span<const Operation> operations) override;
    void ping() override;
    std::set<std::string> mechanisms() override;
    std::set<keys::Digest> oaep_hashes() override;
    /// Of whatever token is in place: it is what is asked before another one is accepted.
    TokenIdentity identity() override;
    bool refresh() override;
    void reload_pin() override;

  private:
    template <typename Work>
    auto with_right_token(const Work& work);
    template <typename Work>
    auto with_token_that_is_right_now(const Work& work);
    template <typename Work>
    auto watched(const Work& work);
    void require_right_token();
    [[nodiscard]] std::optional<std::string> recorded_serial(const std::string& serial) const;
    [[nodiscard]] bool holds_recorded_keys() const;
    template <typename Question>
    auto ask_catalogue(const Question& question) const;

    std::shared_ptr<Token> token_;
    std::string environment_;
    Catalogue& catalogue_;
    Binding binding_;
    Clock clock_;
    std::atomic<bool> fits_ = false;
    std::atomic<bool> reported_ = false;
};

}  // namespace keyward::service
