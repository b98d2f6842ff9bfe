#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "service/lifecycle/update_key.hpp"

namespace keyward::service {

/// What becomes of one entry of an update.
struct PlannedEntry {
    std::string environment;
    const Deployment* present;         ///< what is there; null when the key has nothing in that environment
    std::optional<std::size_t> fresh;  ///< its place among those that bring new content
};

/// An update whose every field fits the key.
struct PreparedUpdate {
    std::vector<PlannedEntry> entries;  ///< one for each of the request's
    CreateKeyRequest fresh;             ///< as if only what is new had been sent
    PreparedKey prepared;               ///< its keys, and the key's algorithm and mechanisms from now on
    bool all_or_nothing = false;        ///< old and new objects would not fit under one key
};

/// Tells new content from what was only posted back, decodes and checks everything that needs no token.
/// `mistakes` holds what the reader found wrong already; throws ServiceError (validation_failed) with those
/// and its own, all at once. The result borrows from the key, and takes the content out of the request. With
/// Contents::left_alone it is of no use: the call is for the mistakes.
PreparedUpdate prepare_update(UpdateKeyRequest& request, const Key& key, const Caller& caller,
                              const Project& project, const keys::KeyPolicy& policy,
                              std::vector<FieldError> mistakes, Contents contents = Contents::decoded);

}  // namespace keyward::service
