#pragma once

#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "domain/mechanisms.hpp"
#include "keys/key_material.hpp"

namespace keyward::tests {

/// The kinds of key that an import must take.
enum class Kind {
    aes128,
    aes192,
    aes256,
    des,
    desede,
    hmac16,
    hmac64,
    hmac200,
    rsa,
    p256,
    p384,
    p521,
    secp256k1,
    ed25519,
    rsa_public,
    p256_public,
    p384_public,
    p521_public,
    secp256k1_public,
    ed25519_public,
};

const std::vector<Kind>& all_kinds();
std::string name_of(Kind kind);

/// A key of this kind, made by OpenSSL at run time. RSA keys are made once a process, since they take long.
keys::KeyMaterial make_key(Kind kind);
/// One that make_key does not return.
keys::KeyMaterial make_other_key(Kind kind);

/// A self-signed X.509 certificate and its subject, in DER, made by OpenSSL at run time.
struct Certificate {
    Bytes der;
    Bytes subject;
};
Certificate make_certificate();

/// The sets of uses that make sense for the kind.
std::vector<KeyUsages> uses_for(Kind kind);

keys::Algorithm algorithm_of(Kind kind);
bool is_public_alone(Kind kind);
bool is_secret(Kind kind);
/// How many objects the key is: a private one brings its public half.
std::size_t objects_of(Kind kind);

}  // namespace keyward::tests
