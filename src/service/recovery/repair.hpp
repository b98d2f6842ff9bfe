#pragma once

#include "service/recovery/reconcile.hpp"

namespace keyward::service {

/// Selects the objects of a token that the catalogue adopts.
struct AdoptionRequest {
    bool recorded_keys = false;     ///< lost ones become FAILED deployments, returned ones DEPLOYED
    bool proved_objects = false;    ///< unknown ones whose CKA_ID proves their origin become keys
    std::set<std::string> objects;  ///< and these, at an operator's request; CKA_IDs in hex
    MechanismList mechanisms;       ///< the mechanisms of these; empty: as the token says
};

/// Updates the catalogue to match the token. Never touches a token. What cannot be repaired stays in
/// `report.drift` with the reason. Throws CatalogueError.
void adopt(ServiceContext& service_context, const Comparison& comparison, const std::string& actor,
           const AdoptionRequest& request, EnvironmentReport& report);

/// Reclaims tombstones that waited for a replaced token, and whose objects this token holds: they are worked
/// on from now on. Throws CatalogueError.
void reclaim_tombstones(ServiceContext& service_context, const Comparison& comparison,
                        const std::string& actor);

/// Destroys the token's incomplete objects, unless an import is running, since that may be creating them now.
/// Writes an audit record before the token is touched, and another with the result. Throws CatalogueError.
void remove_incomplete(ServiceContext& service_context, const Comparison& comparison,
                       const std::string& actor, EnvironmentReport& report);

/// Ends a tombstone at an operator's request, when its object is not found in two lookups, the second of them
/// in a module that was initialized after the object was made; where the module cannot be initialized now,
/// the result says when to try again. An object that is found is destroyed. Where no token can be asked,
/// since the environment is no longer configured or its token was replaced, the request alone suffices.
/// Audited as it happened: `not found`, never `destroyed`. Throws CatalogueError.
GivenUp give_up(ServiceContext& service_context, const ObjectId& id, const std::string& actor);

/// The tombstones whose objects were looked for and not found.
std::vector<AbsentObject> absent_objects(ChangeLog& changes);

}  // namespace keyward::service
