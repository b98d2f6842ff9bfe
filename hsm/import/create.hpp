#pragma once

#include "domain/token.hpp"
#include "hsm/objects/allowed_mechanisms.hpp"
#include "hsm/objects/attribute_template.hpp"
#include "hsm/objects/objects.hpp"
#include "hsm/session/session_pool.hpp"

namespace keyward::hsm {

/// The handles of a key's objects: a secret one, or a public one with or without its private half.
struct KeyObjects {
    CK_OBJECT_HANDLE secret = CK_INVALID_HANDLE;
    CK_OBJECT_HANDLE private_key = CK_INVALID_HANDLE;
    CK_OBJECT_HANDLE public_key = CK_INVALID_HANDLE;
};

/// The import route `create`: the value goes to the token as it is, by C_CreateObject. Another route makes
/// the same objects by C_UnwrapKey; what follows an import is the same for all routes. Each object is added
/// to `made` as soon as it is there. `secret_octets` is what a secret key's object gets for its value: the
/// key, or the key padded. `allowed` becomes CKA_ALLOWED_MECHANISMS, unless it is empty.
KeyObjects create_objects(Lease& lease, const ImportRequest& order, const MechanismCodes& allowed,
                          ByteView secret_octets, MadeObjects& made);

CK_KEY_TYPE key_type_of_secret(keys::Algorithm algorithm);

}  // namespace keyward::hsm
