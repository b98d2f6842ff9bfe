#pragma once

#include <string>

#include "domain/token.hpp"
#include "hsm/import/create.hpp"
#include "hsm/session/session_pool.hpp"

namespace keyward::hsm {

/// The checks that follow every import, regardless of its route: reads the attributes back, tests the key,
/// and compares the token's value with the key material and with the value that the client expects. Throws
/// TokenFault::refused, TokenFault::mismatch or TokenFault::wrong_value. Destroys nothing. `allowed` limits
/// the objects' mechanisms.
ImportResult verify_import(Lease& lease, const KeyObjects& objects, const ImportRequest& request,
                           const MechanismCodes& allowed);

/// For example `AES, 256 bits`; used in error texts.
std::string described_key(const keys::KeyMaterial& material);

}  // namespace keyward::hsm
