#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "domain/catalogue_records.hpp"
#include "domain/token.hpp"
#include "keys/key_policy.hpp"

namespace keyward::service {

/// The catalogue key that unknown objects would become, or why they cannot.
struct Adoption {
    std::string project{};     ///< the project's name
    std::optional<Key> key{};  ///< active, with one deployment
    std::string obstacle{};    ///< a sentence; empty with a key
};

/// Looks a key up by the id of its project and its name.
using FindKey = std::function<std::optional<Key>(const std::string& project_id, const std::string& name)>;

/// Judges the objects under one id of our form in a token: a secret key, a public key, or a private one with
/// its public half, of a kind that can be imported, as well protected as an import makes it, and labelled
/// `project/name` with a project that has the environment. The result says nothing of who made them.
///
/// The key's mechanisms are `mechanisms`, where an operator names them; else those that the token says the
/// object is restricted to; else the defaults that its uses allow, but only where these leave no choice:
/// which mode an AES key was used with, and whether an RSA key that signs also decrypts, cannot be derived
/// from its uses, and a wrong mode can break what the key protects.
///
/// Where `find_key` knows the key, the objects may become another deployment of it, with its mechanisms; but
/// only with the check value or public key that is recorded of it in another environment.
Adoption adoption_of(const std::vector<TokenObject>& objects, const std::string& environment,
                     const std::vector<Project>& projects, const keys::KeyPolicy& policy, Instant now,
                     const MechanismList& mechanisms = {}, const FindKey& find_key = {});

}  // namespace keyward::service
