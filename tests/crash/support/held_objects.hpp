#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/e2e/support/home.hpp"

namespace keyward::e2e {

/// A key object in a token, with what a use of it shows. Read and used by raw Cryptoki and OpenSSL, without a
/// line of the product.
struct HeldObject {
    std::string kind;  ///< secret, private, public, other
    std::string label;
    std::string id;           ///< lower-case hex
    std::string check_value;  ///< CKA_CHECK_VALUE in upper-case hex
    /// AES: of a block of zeros encrypted in the token; HMAC: of HMAC-SHA256 over nothing, made there (both
    /// the first three octets, in upper-case hex). Public: SHA-256 of the SubjectPublicKeyInfo of its values.
    /// Private: the same of the public object with its CKA_ID, if that verifies a signature of this one.
    /// Where that fails, why.
    std::string proof;

    /// What SoftHSM2 leaves behind that was killed while it made an object.
    [[nodiscard]] bool incomplete() const { return label.empty() && id.empty(); }
};

/// By environment.
using HeldMap = std::map<std::string, std::vector<HeldObject>>;

/// What the tokens of these labels hold. One call at a time: the module is initialised and finalised in it.
/// Throws std::runtime_error when the module refuses a call that must work.
HeldMap held_objects(const Home& home, const std::vector<std::string>& tokens);

}  // namespace keyward::e2e
