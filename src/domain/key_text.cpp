#include "domain/key_text.hpp"

#include "base/client_text.hpp"

namespace keyward {

std::string to_string(DeploymentState state) {
    switch (state) {
        case DeploymentState::deployed:
            return "DEPLOYED";
        case DeploymentState::failed:
            return "FAILED";
        case DeploymentState::deleting:
            return "DELETING";
    }
    return {};
}

std::string object_label(const std::string& alias, const std::string& project, const std::string& key) {
    return alias.empty() ? project + "/" + key : alias;
}

std::string alias_problem(const std::string& alias, const std::string& project) {
    if (alias.find('/') == std::string::npos || alias.starts_with(project + "/")) return {};
    return "must begin with " + project + "/ when it has a slash";
}

std::string name_is_taken_text(const std::string& key) {
    return "Key (name: " + key + ") is already exist! Try update operation if want to change its value.";
}

std::string environment_not_found_text(const std::string& environment) {
    return "Environment (name: " + shown_name(environment) +
           ") is not found or user does not have privilege to access it!";
}

ServiceError environment_not_found(const std::string& environment) {
    return {ErrorKind::bad_request, environment_not_found_text(environment)};
}

ServiceError key_not_found(const std::string& key) {
    return {ErrorKind::not_found, "Key (name: " + shown_name(key) + ") is not found"};
}

ServiceError key_changed_meanwhile(const std::string& key) {
    return {ErrorKind::conflict,
            "Key (name: " + key +
                ") is being changed by another request, or was since it was read; nothing "
                "was done, read it and try again"};
}

}  // namespace keyward
