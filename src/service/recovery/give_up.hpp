#pragma once

#include "service/recovery/reconcile.hpp"

namespace keyward::service {

/// Ends a tombstone at an operator's request, when its object is not found in two lookups, the second of them
/// in a module that was initialized after the object was made; where the module cannot be initialized now,
/// the result says when to try again. An object that is found is destroyed. Where no token can be asked,
/// since the environment is no longer configured or its token was replaced, the request alone suffices.
/// Audited as it happened: `not found`, never `destroyed`. Throws CatalogueError.
GivenUp give_up(ServiceContext& service_context, const ObjectId& id, const std::string& actor);

/// The tombstones whose objects were looked for and not found.
std::vector<AbsentObject> absent_objects(Catalogue& catalogue);

}  // namespace keyward::service
