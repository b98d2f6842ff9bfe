#pragma once

#include <atomic>
#include <cstdint>

#include "hsm/session/session_pool.hpp"

namespace keyward::hsm {

/// Whether a token accepts HMAC keys that are shorter than the digest; SoftHSM2 does not. Tested once, with a
/// session object. For a token that refuses them, keys are padded with zeros to 64 octets. HMAC itself pads
/// to its block of 64 octets or more (RFC 2104 section 2), so every HMAC from SHA-1 to SHA-512 stays the
/// same. Thread-safe.
class HmacPadding {
  public:
    static constexpr std::size_t padded_size = 64;

    enum class Answer : std::uint8_t { unknown, needed, needless };

    /// Keys are also padded while the token has not answered: that never harms.
    bool needed(Lease& lease);

  private:
    std::atomic<Answer> answer_ = Answer::unknown;
};

/// Appends zeros to the key.
SecretBytes padded(ByteView key);

}  // namespace keyward::hsm
