#pragma once

#include <string>
#include <vector>

#include "base/secret_bytes.hpp"
#include "crypto/digest.hpp"
#include "domain/mechanisms.hpp"

namespace keyward {

/// Octets of a GCM tag; shorter tags are not accepted (NIST SP 800-38D 5.2.1.2).
constexpr std::size_t gcm_tag_size = 16;

/// One use of a key, checked against the operations table: sizes and parameters fit the mechanism.
struct CryptoRequest {
    const Mechanism* mechanism;  ///< a row of the table
    /// The data to encrypt or sign, or the message of a signature to verify; for decryption the ciphertext,
    /// with GCM followed by the tag.
    SecretBytes input;
    bool input_is_digest = false;     ///< `input` is a digest of the mechanism's hash and is not hashed again
    Bytes iv = {};                    ///< of the mechanism's iv_size; set when that is not 0
    Bytes aad = {};                   ///< GCM
    Digest oaep_hash = Digest::sha1;  ///< OAEP
    /// SHA-256 of the public key, for operations that need only that; empty: any public object with the id.
    /// Any application may put a public object into a token, under any CKA_ID.
    std::string public_key_sha256 = {};
    Bytes signature = {};  ///< to verify; ECDSA: r ‖ s, each as long as the order
};

/// The result of one operation.
struct CryptoResult {
    enum class Kind {
        done,         ///< `output` holds the result; a verified signature has none
        failed,       ///< the ciphertext cannot be decrypted, or the signature is wrong
        refused,      ///< the token accepts the key and the mechanism, but not this input; `reason` says why
        unanswered,   ///< for operations of the public key alone: the token is alive, but failed at this one
        not_offered,  ///< the token lacks the mechanism for this action (or, with OAEP, the hash)
    };
    Kind kind = Kind::done;
    SecretBytes output = {};  ///< ciphertext (GCM: followed by the tag), plaintext, MAC or signature
    std::string reason = {};  ///< in words for the client
};

}  // namespace keyward
