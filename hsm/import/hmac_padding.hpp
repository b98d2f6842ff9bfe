#pragma once

#include <atomic>
#include <cstdint>

#include "hsm/session/session_pool.hpp"

namespace keyward::hsm {

/// Whether a token takes HMAC keys that are shorter than the digest; SoftHSM2 does not. It is asked once,
/// with a session object. For one that refuses, keys are padded with zeros to 64 octets: HMAC itself pads to
/// its block of 64 octets or more (RFC 2104 section 2), so every HMAC from SHA-1 to SHA-512 stays the same.
/// Any thread may call.
class HmacPadding {
  public:
    static constexpr std::size_t padded_size = 64;

    bool needed(Lease& lease);

  private:
    enum class Answer : std::uint8_t { unknown, needed, needless };
    std::atomic<Answer> answer_ = Answer::unknown;
};

/// The key with zeros after it.
SecretBytes padded(ByteView key);

}  // namespace keyward::hsm
