#pragma once

#include <string>
#include <string_view>

#include "domain/catalogue.hpp"

namespace keyward::storage {

/// How the values of enumerations and lists stand in the database. The reading functions throw
/// CatalogueError for a word that this program does not know.
std::string_view enum_name(KeyState state);
std::string_view enum_name(DeploymentState state);
KeyState key_state_from_name(const std::string& word);
DeploymentState deployment_state_from_name(const std::string& word);
Permission permission_from_name(const std::string& word);
keys::KeyType key_type_from_name(const std::string& word);
keys::Algorithm algorithm_from_name(const std::string& word);

/// Names of mechanisms hold no spaces, so spaces part them.
std::string to_names(const MechanismList& mechanisms);
MechanismList mechanisms_from_names(const std::string& words);

/// `cipher`, `signature`, `cipher,signature`, or `none`.
std::string to_names(const KeyUsages& uses);
KeyUsages uses_from_names(const std::string& words);

}  // namespace keyward::storage
