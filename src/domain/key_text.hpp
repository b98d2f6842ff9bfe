#pragma once

#include <string>

#include "domain/catalogue.hpp"
#include "domain/errors.hpp"

namespace keyward {

/// The contract's spelling of a state.
std::string to_string(DeploymentState state);

/// CKA_LABEL of a key's objects: the alias, or `project/name`.
std::string object_label(const std::string& alias, const std::string& project, const std::string& key);

/// What is wrong with a new or changed alias; empty when nothing is. A label with a slash has the form
/// `project/name`, and must not name another project, whether that exists or not.
std::string alias_problem(const std::string& alias, const std::string& project);

/// The exact sentences of the contract.
std::string name_is_taken_text(const std::string& key);
std::string environment_not_found_text(const std::string& environment);

/// The errors that several use cases share.
ServiceError environment_not_found(const std::string& environment);
ServiceError key_not_found(const std::string& key);
ServiceError key_changed_meanwhile(const std::string& key);

}  // namespace keyward
