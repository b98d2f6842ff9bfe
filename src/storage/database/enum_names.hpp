#pragma once

#include <string>
#include <string_view>

#include "domain/catalogue.hpp"

namespace keyward::storage {

/// How the values of enumerations and lists stand in the database. The reading functions throw
/// service::CatalogueError for a word that this program does not know.
std::string_view to_word(service::KeyState state);
std::string_view to_word(service::DeploymentState state);
service::KeyState key_state_from_word(const std::string& word);
service::DeploymentState deployment_state_from_word(const std::string& word);
service::Permission permission_from_word(const std::string& word);
keys::KeyType key_type_from_word(const std::string& word);
keys::Algorithm algorithm_from_word(const std::string& word);

/// Names of mechanisms hold no spaces, so spaces part them.
std::string to_words(const service::MechanismList& mechanisms);
service::MechanismList mechanisms_from_words(const std::string& words);

/// `cipher`, `signature`, `cipher,signature`, or `none`.
std::string to_words(const service::UseSet& uses);
service::UseSet uses_from_words(const std::string& words);

}  // namespace keyward::storage
