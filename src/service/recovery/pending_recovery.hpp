#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "service/recovery/comparison.hpp"
#include "service/runtime/service_context.hpp"

namespace keyward::service {

/// An object that the next pass of recovery would destroy, if it exists.
struct PendingObject {
    ObjectId id;
    std::string environment;
    bool is_of_import = false;     ///< of an interrupted import; else of a key that was replaced or deleted
    std::string project;           ///< empty where the catalogue does not record the object's project
    std::string key;               ///< set together with `project`
    std::optional<bool> in_token;  ///< nothing where its token was not scanned
    std::string label;             ///< as in the token
};

/// What a dry run found to resolve: changes that no process works on any more.
struct PendingRecovery {
    std::vector<PendingObject> objects;

    [[nodiscard]] std::size_t intents() const;
    [[nodiscard]] std::size_t tombstones() const;
};

/// Reads only the catalogue. Throws CatalogueError.
PendingRecovery pending_recovery_in(const ServiceContext& service_context,
                                    const std::function<bool(const std::string& owner)>& is_dead);

/// Adds what the scan of one token found of them.
void complete(PendingRecovery& pending, const Comparison& comparison);

}  // namespace keyward::service
