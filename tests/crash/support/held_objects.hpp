#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/e2e/support/home.hpp"

namespace keyward::e2e {

/// A key object in a token, and the result of a use of it. Read and used over raw Cryptoki and OpenSSL,
/// without code of the product.
struct HeldObject {
    std::string kind;  ///< secret, private, public, other
    std::string label;
    std::string id;           ///< lower-case hex
    std::string check_value;  ///< CKA_CHECK_VALUE in upper-case hex
    /// AES: a zero block encrypted in the token; HMAC: the HMAC-SHA256 of an empty message, computed there
    /// (of both the first three octets in upper-case hex). Public key: SHA-256 of its SubjectPublicKeyInfo.
    /// Private key: that of the public object with the same CKA_ID, when it verifies a signature of this one;
    /// otherwise the reason.
    std::string proof;

    /// Whether it is an incomplete object: what SoftHSM2 leaves when it is killed during a creation.
    [[nodiscard]] bool incomplete() const { return label.empty() && id.empty(); }
};

/// By environment.
using HeldMap = std::map<std::string, std::vector<HeldObject>>;

/// The objects of the tokens with these labels. Only one call may run at a time, because it initializes and
/// finalizes the module. Throws std::runtime_error when a call of the module fails.
HeldMap held_objects(const Home& home, const std::vector<std::string>& tokens);

}  // namespace keyward::e2e
