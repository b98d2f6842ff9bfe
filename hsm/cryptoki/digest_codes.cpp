#include "hsm/cryptoki/digest_codes.hpp"

#include <algorithm>
#include <array>

namespace keyward::hsm {
namespace {

constexpr std::array<std::uint8_t, 15> sha1_head{0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2B, 0x0E,
                                                 0x03, 0x02, 0x1A, 0x05, 0x00, 0x04, 0x14};

/// The SHA-2 functions differ in size and in the last octet of their identifier (NIST's hashAlgs arc).
constexpr std::array<std::uint8_t, 19> sha2_head(std::uint8_t arc, std::uint8_t size) {
    const auto whole = static_cast<std::uint8_t>(17 + size);
    return {0x30, whole, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
            0x65, 0x03,  0x04, 0x02, arc,  0x05, 0x00, 0x04, size};
}
constexpr auto sha224_head = sha2_head(4, 28);
constexpr auto sha256_head = sha2_head(1, 32);
constexpr auto sha384_head = sha2_head(2, 48);
constexpr auto sha512_head = sha2_head(3, 64);

constexpr std::array digest_table{
    DigestCode{Digest::sha1, CKM_SHA_1, CKG_MGF1_SHA1, sha1_head},
    DigestCode{Digest::sha224, CKM_SHA224, CKG_MGF1_SHA224, sha224_head},
    DigestCode{Digest::sha256, CKM_SHA256, CKG_MGF1_SHA256, sha256_head},
    DigestCode{Digest::sha384, CKM_SHA384, CKG_MGF1_SHA384, sha384_head},
    DigestCode{Digest::sha512, CKM_SHA512, CKG_MGF1_SHA512, sha512_head},
};

}  // namespace

const DigestCode& code_of(Digest digest) {
    return *std::ranges::find(digest_table, digest, &DigestCode::digest);
}

Bytes digest_info(Digest digest, ByteView value) {
    const ByteView head = code_of(digest).info_head;
    Bytes info(head.begin(), head.end());
    info.insert(info.end(), value.begin(), value.end());
    return info;
}

}  // namespace keyward::hsm
