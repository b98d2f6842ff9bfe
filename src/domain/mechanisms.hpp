#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/digest.hpp"
#include "keys/key_material.hpp"

namespace keyward {

/// What an object in a token may be used for: CKA_ENCRYPT, CKA_DECRYPT, CKA_SIGN, CKA_VERIFY. The private or
/// secret object has encrypt/decrypt/sign/verify as its class allows, the public one the counterpart.
enum class KeyUsage : std::uint8_t { encrypt_decrypt, sign_verify };
using KeyUsages = std::set<KeyUsage>;

/// An operation with a key.
enum class CryptoOperation : std::uint8_t { encrypt, decrypt, sign, verify };

/// The use that an object must be made for.
KeyUsage use_of(CryptoOperation action);
/// The spelling in the request path: `encrypt` …
std::string_view to_string(CryptoOperation action);

/// How a mechanism runs: its input, and the form in which a token gets it.
enum class Scheme : std::uint8_t {
    gcm,                  ///< the tag follows the ciphertext, as in PKCS#11
    cbc_pad,              ///< PKCS#7 padding
    ctr,                  ///< the whole block is the counter, big-endian
    ecb,                  ///< whole blocks, no padding
    mac,                  ///< HMAC or CMAC, not truncated
    rsa_pkcs1_signature,  ///< RFC 8017 8.2; over a digest: a DigestInfo in CKM_RSA_PKCS
    rsa_pss,              ///< RFC 8017 8.1, MGF1 with the same digest, salt as long as the digest
    rsa_oaep,             ///< RFC 8017 7.1, MGF1 with the same digest, no label
    rsa_pkcs1_cipher,     ///< RFC 8017 7.2
    ecdsa,                ///< over the digest's leftmost octets, as many as the order has; r ‖ s in a token
    eddsa,                ///< pure, over the message itself
};

/// The parameters of a request, besides `mechanism` and `input`.
enum class Parameter : std::uint8_t { iv, aad, tag, hash, format, digest };
std::string_view to_string(Parameter parameter);

/// Every mechanism that keys can have. An id is the index of its row in mechanism_table() and in the table of
/// PKCS#11's codes; a table without such a row does not compile.
enum class MechanismId : std::uint8_t {
    aes_gcm,
    aes_cbc_pad,
    aes_ctr,
    aes_ecb,
    aes_cmac,
    des_cbc_pad,
    des3_cbc_pad,
    sha_1_hmac,
    sha224_hmac,
    sha256_hmac,
    sha384_hmac,
    sha512_hmac,
    sha256_rsa_pkcs,
    sha384_rsa_pkcs,
    sha512_rsa_pkcs,
    sha256_rsa_pkcs_pss,
    sha384_rsa_pkcs_pss,
    sha512_rsa_pkcs_pss,
    rsa_pkcs_oaep,
    rsa_pkcs,
    ecdsa_sha256,
    ecdsa_sha384,
    ecdsa_sha512,
    eddsa,
    count,  ///< not a mechanism: how many there are
};

constexpr std::size_t index_of(MechanismId id) {
    return static_cast<std::size_t>(id);
}

/// Whether the rows are one for each MechanismId, in the order of the ids.
template <typename Rows>
constexpr bool has_a_row_for_each_mechanism(const Rows& rows) {
    std::size_t index = 0;
    for (const auto& row : rows)
        if (index_of(row.id) != index++) return false;
    return index == index_of(MechanismId::count);
}

/// One row of the operations table: a mechanism under its name in the API contract (PKCS#11's without CKM_,
/// upper case, dashes).
struct Mechanism {
    MechanismId id;
    std::string_view name;
    keys::Algorithm algorithm;
    Scheme scheme;
    std::optional<Digest> digest = std::nullopt;  ///< the hash of its input
    std::uint8_t iv_size = 0;                     ///< octets; 0 when it has none
    bool by_default = false;  ///< a key of this algorithm has it when the request names no mechanisms
    bool legacy = false;      ///< usable only where the configuration allows legacy mechanisms
    std::string_view limits;  ///< in words for people
    std::string_view source;
};

/// The whole table. Validation, routing to a token, listing and documentation read it.
std::span<const Mechanism> mechanism_table();

const Mechanism& mechanism_of(MechanismId id);

/// Returns null when the table has no mechanism of that name.
const Mechanism* find_mechanism(std::string_view name);

KeyUsage use_of(const Mechanism& mechanism);
/// The pair of actions that a mechanism of this kind supports.
std::vector<CryptoOperation> actions_of(const Mechanism& mechanism);
/// Whether requests for that mechanism may send the parameter.
bool takes(const Mechanism& mechanism, Parameter parameter);
/// All parameters that the mechanism takes.
std::vector<Parameter> parameters_of(const Mechanism& mechanism);
/// Whether the action needs only the public half, so that it may run outside the token.
bool is_public(const Mechanism& mechanism, CryptoOperation action);
/// Whether a failed decryption reveals something of the plaintext to a client that can send chosen
/// ciphertexts.
bool failure_is_an_oracle(const Mechanism& mechanism);

/// A key's mechanisms, in the table's order.
using MechanismList = std::vector<std::string>;

/// The mechanisms that a key of this algorithm gets when the request names none.
MechanismList default_mechanisms(keys::Algorithm algorithm);

/// All mechanisms that fit a key of this algorithm: for error texts and validation.
MechanismList mechanisms_for(keys::Algorithm algorithm);

/// The uses that the named mechanisms of this algorithm need.
KeyUsages uses_of(keys::Algorithm algorithm, const MechanismList& mechanisms);

}  // namespace keyward
