#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/secret_bytes.hpp"
#include "domain/token.hpp"

namespace keyward::hsm {

/// What one token answered to the logins of this process, over all its sessions and environments, so that no
/// repetition locks it. PINs are known by a keyed hash that never leaves the process.
///
/// A PIN that the token refused is never sent again, until another one was accepted. A PIN that failed twice
/// without a clear answer waits for a pause, which grows: some modules have a code of their own for a wrong
/// PIN. Any thread may call.
class LoginAttempts {
  public:
    using Now = std::function<std::chrono::steady_clock::time_point()>;

    explicit LoginAttempts(Now now = std::chrono::steady_clock::now);

    /// Stands for a PIN.
    using PinDigest = SecretBytes;
    [[nodiscard]] PinDigest digest_of(const SecretBytes& pin) const;

    /// Why no PIN is sent at present.
    struct Stop {
        TokenFault fault;  ///< pin where an operator must act, unreachable where time will do
        std::string text;
        std::string code;
    };
    [[nodiscard]] std::optional<Stop> stop() const;
    [[nodiscard]] bool has_refused(const PinDigest& pin) const;
    [[nodiscard]] bool accepted_last(const PinDigest& pin) const;

    void accepted(PinDigest pin);
    /// No PIN is sent from now on, until `resume`.
    void refused(PinDigest pin, Stop why);
    /// How long no PIN is sent from now on; zero after a first failure.
    std::chrono::seconds failed_unclearly(PinDigest pin, Stop why);
    /// An operator wants another attempt; a refused PIN stays refused.
    void resume();

  private:
    const Now now_;
    const SecretBytes key_;
    mutable std::mutex mutex_;
    std::optional<Stop> refusal_;
    std::vector<PinDigest> refused_;
    PinDigest accepted_;  ///< the last one; empty: none
    PinDigest failed_;    ///< the one that failed last, without a clear answer
    std::size_t failures_ = 0;
    std::optional<Stop> failure_;
    std::chrono::seconds pause_{};
    std::chrono::steady_clock::time_point next_;
};

}  // namespace keyward::hsm
