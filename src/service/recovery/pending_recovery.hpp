#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "service/recovery/comparison.hpp"
#include "service/runtime/service_context.hpp"

namespace keyward::service {

/// An object that the next pass of recovery would destroy, if it is there.
struct PendingObject {
    ObjectId id;
    std::string environment;
    bool is_of_import = false;     ///< of an interrupted import; else a key that was replaced or deleted
    std::string project;           ///< empty where the catalogue does not say whose object it is
    std::string key;               ///< with it
    std::optional<bool> in_token;  ///< nothing where its token was not looked through
    std::string label;             ///< as it stands in the token
};

/// What a dry run found to be settled: work that nobody is at any more.
struct PendingRecovery {
    std::vector<PendingObject> objects;

    [[nodiscard]] std::size_t intents() const;
    [[nodiscard]] std::size_t tombstones() const;
};

/// Reads the catalogue alone. Throws CatalogueError.
PendingRecovery pending_recovery_in(const ServiceContext& service_context,
                                    const std::function<bool(const std::string& owner)>& is_dead);

/// Adds what a walk through one of the tokens saw of them.
void complete(PendingRecovery& pending, const Comparison& comparison);

}  // namespace keyward::service
