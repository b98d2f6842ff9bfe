#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/bytes.hpp"

namespace keyward {

/// The hash functions of FIPS 180-4 that mechanisms use.
enum class Digest : std::uint8_t { sha1, sha224, sha256, sha384, sha512 };

/// All digests, shortest first.
std::span<const Digest> all_digests();

/// The PKCS#11 names without CKM_: `SHA-1`, `SHA256` …, and back.
std::string_view to_string(Digest digest);
std::optional<Digest> digest_from(std::string_view text);

/// The size of the digest in octets.
std::size_t size_of(Digest digest);

/// The digest of a message. Thread-safe.
Bytes digest_of(Digest digest, ByteView message);

}  // namespace keyward
