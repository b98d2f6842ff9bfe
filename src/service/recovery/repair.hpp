#pragma once

#include "service/recovery/reconcile.hpp"

namespace keyward::service {

/// What of a token's objects the catalogue is made to say.
struct AdoptionOrder {
    bool known_keys = false;        ///< lost ones become FAILED deployments, returned ones DEPLOYED
    bool proved_objects = false;    ///< unknown ones whose CKA_ID proves their origin become keys
    std::set<std::string> objects;  ///< and these, on an operator's word; CKA_IDs in hex
    MechanismList mechanisms;       ///< what these may be used with; empty: as the token says
};

/// Makes the catalogue say what the token holds. Never touches a token. What is left stays in
/// `report.drift` with the reason why. Throws CatalogueError.
void adopt(ServiceContext& service_context, const Comparison& comparison, const std::string& actor,
           const AdoptionOrder& order, EnvironmentReport& report);

/// Tombstones that waited for a token that was replaced, and whose objects this one holds, are worked on from
/// now on. Throws CatalogueError.
void reclaim_tombstones(ServiceContext& service_context, const Comparison& comparison,
                        const std::string& actor);

/// Destroys the token's incomplete objects, unless an import is under way: it may be making them now. The
/// audit trail says so before the token is touched, and what came of it. Throws CatalogueError.
void remove_incomplete(ServiceContext& service_context, const Comparison& comparison,
                       const std::string& actor, EnvironmentReport& report);

}  // namespace keyward::service
