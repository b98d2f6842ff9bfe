#pragma once

#include <string>
#include <string_view>

#include "domain/catalogue.hpp"

namespace keyward::storage {

/// The database representation of enumerations and lists. The reading functions throw CatalogueError for an
/// unknown word.
std::string_view enum_name(KeyState state);
std::string_view enum_name(DeploymentState state);
KeyState key_state_from_name(const std::string& word);
DeploymentState deployment_state_from_name(const std::string& word);
Permission permission_from_name(const std::string& word);
keys::KeyType key_type_from_name(const std::string& word);
keys::Algorithm algorithm_from_name(const std::string& word);

/// Names of mechanisms contain no spaces, so spaces separate them.
std::string to_names(const MechanismList& mechanisms);
MechanismList mechanisms_from_names(const std::string& words);

/// `cipher`, `signature`, `cipher,signature`, or `none`.
std::string to_names(const KeyUsages& uses);
KeyUsages uses_from_names(const std::string& words);

}  // namespace keyward::storage
