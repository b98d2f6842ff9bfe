#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "service/auth/access.hpp"
#include "service/lifecycle/key_request.hpp"

namespace keyward::service {

/// The plan for one entry of an update.
struct PlannedEntry {
    std::string environment;
    const Deployment* present;           ///< the existing deployment; null when the key has none in that
                                         ///< environment
    std::optional<std::size_t> fresh{};  ///< its index among the entries with new content
};

/// An update whose every field fits the key.
struct PreparedUpdate {
    std::vector<PlannedEntry> entries;  ///< one for each entry of the request
    CreateKeyRequest fresh;             ///< as if only the new content had been sent
    PreparedKey prepared;               ///< its keys, and the key's new algorithm and mechanisms
    bool all_or_nothing = false;        ///< old and new objects would not fit under one key
};

/// Separates new content from unchanged content that was sent back, decodes and checks everything that needs
/// no token. `mistakes` holds the errors that the reader found; throws ServiceError (validation_failed) with
/// those and its own, all at once. The result borrows from the key, and moves the content out of the request.
/// With Contents::left_alone the result is unusable: such a call only looks for mistakes.
PreparedUpdate prepare_update(UpdateKeyRequest& request, const Key& key, const Caller& caller,
                              const Project& project, const keys::KeyPolicy& policy,
                              std::vector<FieldError> mistakes, Contents contents = Contents::decoded);

}  // namespace keyward::service
