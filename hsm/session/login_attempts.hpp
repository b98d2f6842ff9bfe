#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/mutex.hpp"
#include "base/secret_bytes.hpp"
#include "domain/token.hpp"

namespace keyward::hsm {

/// Results of the logins of this process to one token, over all its sessions and environments, so that
/// repeated attempts never lock it. PINs are identified by a keyed hash that never leaves the process.
///
/// A PIN that the token refused is not sent again until another PIN was accepted. A PIN that failed twice
/// without a clear result waits for a pause, which grows: some modules have a code of their own for a wrong
/// PIN. Thread-safe.
class LoginAttempts {
  public:
    using Now = std::function<std::chrono::steady_clock::time_point()>;

    explicit LoginAttempts(Now now = std::chrono::steady_clock::now);

    /// Keyed hash that identifies a PIN.
    using PinDigest = SecretBytes;
    [[nodiscard]] PinDigest digest_of(const SecretBytes& pin) const;

    /// Why no PIN is sent at present.
    struct Stop {
        TokenFault fault;  ///< pin when an operator must act, unreachable when waiting is enough
        std::string text;
        std::string code;
    };
    [[nodiscard]] std::optional<Stop> stop() const;
    [[nodiscard]] bool has_refused(const PinDigest& pin) const;
    [[nodiscard]] bool accepted_last(const PinDigest& pin) const;

    void accepted(PinDigest pin);
    /// Sends no PIN from now on, until `resume`.
    void refused(PinDigest pin, Stop why);
    /// Returns for how long no PIN is sent from now on; zero after a first failure.
    std::chrono::seconds failed_unclearly(PinDigest pin, Stop why);
    /// An operator requests another attempt. A refused PIN stays refused.
    void resume();

  private:
    const Now now_;
    const SecretBytes key_;
    mutable Mutex mutex_;
    std::optional<Stop> refusal_ KEYWARD_GUARDED_BY(mutex_);
    std::vector<PinDigest> refused_ KEYWARD_GUARDED_BY(mutex_);
    PinDigest accepted_ KEYWARD_GUARDED_BY(mutex_);  ///< the last one; empty if none
    PinDigest failed_ KEYWARD_GUARDED_BY(mutex_);    ///< the last one that failed without a clear result
    std::size_t failures_ KEYWARD_GUARDED_BY(mutex_) = 0;
    std::optional<Stop> failure_ KEYWARD_GUARDED_BY(mutex_);
    std::chrono::seconds pause_ KEYWARD_GUARDED_BY(mutex_){};
    std::chrono::steady_clock::time_point next_ KEYWARD_GUARDED_BY(mutex_);
};

}  // namespace keyward::hsm
