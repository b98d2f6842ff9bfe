#pragma once

#include "service/recovery/reconcile.hpp"

namespace keyward::service {

/// Ends a tombstone on an operator's word, when its object is not found in two lookups, the second of them in
/// a module that was initialised after the object was made; where it can't be now, it says when to try again.
/// One that is found is destroyed. Where no token can be asked, since the
/// environment is not configured any more or its token was replaced, the word alone counts. Audited as what
/// it was: `not found`, never `destroyed`. Throws CatalogueError.
GivenUp give_up(ServiceContext& service_context, const ObjectId& id, const std::string& actor);

/// The tombstones whose objects were looked for and not found.
std::vector<AbsentObject> absent_objects(Catalogue& catalogue);

}  // namespace keyward::service
