#pragma once

#include <optional>
#include <string>
#include <vector>

#include "keys/decode.hpp"
#include "service/catalogue_records.hpp"
#include "service/token.hpp"

namespace keyward::service {

/// The key that unknown objects would be in the catalogue, or why they can't be one.
struct Adoption {
    std::string project;     ///< its name
    std::optional<Key> key;  ///< active, with one deployment
    std::string obstacle;    ///< a sentence; empty with a key
};

/// Judges the objects that lie under one id of our form in a token: a secret key, a public key, or a private
/// one with its public half, of a kind that is imported, as well protected as an import makes it, and
/// labelled `project/name` with a project that has the environment. Its mechanisms are the defaults that the
/// objects' uses allow, or all that they allow when they allow none of those.
Adoption adoption_of(const std::vector<TokenObject>& objects, const std::string& environment,
                     const std::vector<Project>& projects, const keys::Policy& policy, Instant now);

}  // namespace keyward::service
