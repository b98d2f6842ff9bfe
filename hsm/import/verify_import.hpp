#pragma once

#include <string>

#include "domain/token.hpp"
#include "hsm/import/create.hpp"
#include "hsm/session/session_pool.hpp"

namespace keyward::hsm {

/// What follows every import, whatever its route: attributes read back, the key tried, the token's value
/// compared with the material and with what the client expects. Throws TokenFault::refused,
/// TokenFault::mismatch or TokenFault::wrong_value; destroys nothing. `allowed` is what the objects were
/// limited to.
ImportResult examine(Lease& lease, const KeyObjects& objects, const ImportRequest& order,
                     const MechanismCodes& allowed);

/// As `AES, 256 bits`: for error texts.
std::string described_key(const keys::KeyMaterial& material);

}  // namespace keyward::hsm
