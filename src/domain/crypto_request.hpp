#pragma once

#include <string>
#include <vector>

#include "base/secret_bytes.hpp"
#include "crypto/digest.hpp"
#include "domain/mechanisms.hpp"

namespace keyward {

/// What GCM's tag has in octets; shorter ones are not taken (NIST SP 800-38D 5.2.1.2).
constexpr std::size_t gcm_tag_size = 16;

/// One use of a key, checked against the operations table: sizes and parameters are right for the mechanism.
struct CryptoRequest {
    const Mechanism* mechanism;  ///< a row of the table
    /// What is encrypted or signed, or the message of a signature to verify; for decryption the ciphertext,
    /// with GCM followed by the tag.
    SecretBytes input;
    bool input_is_digest = false;     ///< of the mechanism's digest, which is not made again
    Bytes iv = {};                    ///< of the mechanism's iv_size; there when that is not 0
    Bytes aad = {};                   ///< GCM
    Digest oaep_hash = Digest::sha1;  ///< OAEP
    /// Of the public half, for what needs that alone; empty: whatever public object has the id. Anybody may
    /// put a public object into a token, under any CKA_ID.
    std::string public_key_sha256 = {};
    Bytes signature = {};  ///< to verify; ECDSA: r ‖ s, each as long as the order
};

/// What came of one operation.
struct CryptoResult {
    enum class Kind {
        done,         ///< `output` holds it; a verified signature has none
        failed,       ///< the ciphertext can't be opened, or the signature does not fit
        refused,      ///< the token takes the key and the mechanism, but not this input; `reason` says why
        unanswered,   ///< of what the public key alone can do: the token lives, but failed at this
        not_offered,  ///< the token lacks the mechanism for this action (or, with OAEP, the hash)
    };
    Kind kind = Kind::done;
    SecretBytes output = {};  ///< ciphertext (GCM: followed by the tag), plaintext, MAC or signature
    std::string reason = {};  ///< in words for the client
};

}  // namespace keyward
