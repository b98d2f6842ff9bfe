#pragma once

#include "crypto/openssl_ptr.hpp"
#include "keys/key_material.hpp"

namespace keyward::keys {

/// An OpenSSL handle of a public key. Throws std::runtime_error when OpenSSL refuses the key.
PkeyPtr openssl_public_key(const RsaPublicKey& key);
PkeyPtr openssl_public_key(const EcPublicKey& key);
PkeyPtr openssl_public_key(const Ed25519PublicKey& key);

}  // namespace keyward::keys
