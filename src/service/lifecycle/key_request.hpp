#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/secret_bytes.hpp"
#include "domain/change.hpp"
#include "domain/errors.hpp"
#include "domain/mechanisms.hpp"
#include "keys/decode/decode.hpp"

namespace keyward::service {

/// One entry of `cryptoKeyInfoEnvironmentList`, as read. Fields that could not be read are listed in the
/// mistakes instead.
struct EnvironmentEntry {
    std::string pointer;  ///< JSON pointer of the entry
    std::string environment;
    std::string alias;
    bool resets_alias = false;  ///< the alias was sent as `null`, not omitted
    std::optional<std::string> expected_check_value;
    std::optional<SecretBytes> content;
    std::optional<SecretBytes> public_key;
    std::optional<SecretBytes> private_key;
};

/// A create-key call, as read.
struct CreateKeyRequest {
    std::string name;
    std::string description;
    std::optional<keys::KeyType> type;
    std::optional<keys::Algorithm> algorithm;
    std::optional<MechanismList> mechanisms;
    MechanismList stored_mechanisms{};  ///< of an existing key; empty for a new one
    std::vector<EnvironmentEntry> environments;
    bool roll_back_on_failure = false;
    bool dry_run = false;
    Origin origin;
};

/// An update-key call, as read. Fields that are not sent stay unchanged.
struct UpdateKeyRequest {
    std::string key_name;             ///< the key to update
    std::optional<std::string> name;  ///< as sent in the body; must be the key's own
    std::optional<std::string> description;
    std::optional<keys::KeyType> type;
    std::optional<keys::Algorithm> algorithm;
    std::optional<MechanismList> mechanisms;
    std::vector<EnvironmentEntry> environments;
    bool content_is_required = false;  ///< an entry without content is a mistake instead of unchanged
    bool roll_back_on_failure = false;
    bool dry_run = false;
    Origin origin;
};

/// One environment's decoded key, with its source.
struct PreparedEntry {
    std::shared_ptr<const keys::KeyMaterial> material;
    std::string source;  ///< the field or fields that held it
};

/// A whole request: every key is decoded and fits the others.
struct PreparedKey {
    keys::Algorithm algorithm;
    MechanismList mechanisms;
    std::vector<PreparedEntry> entries;  ///< one for each entry of the request
};

/// Whether keys are decoded, which may take seconds. Otherwise they stay unknown, and only the other mistakes
/// are found: for a request that is refused anyway.
enum class Contents : std::uint8_t { decoded, left_alone };

/// Decodes and checks everything that needs no token. `mistakes` holds the errors that the reader found;
/// throws ServiceError (validation_failed) with those and its own, all at once.
PreparedKey prepare(const CreateKeyRequest& request, const keys::KeyPolicy& policy,
                    std::vector<FieldError> mistakes, Contents contents = Contents::decoded);

}  // namespace keyward::service
