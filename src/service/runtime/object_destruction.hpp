#pragma once

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "domain/failure_code.hpp"
#include "service/runtime/service_context.hpp"

namespace keyward::service {

/// The catalogue does not allow that an object is destroyed: a deployment names it, or it is in another
/// token than the environment's present one. `what()` is a sentence for the client.
class DestructionRefused : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// What a call that was to destroy an object came to.
struct Destruction {
    enum class Outcome {
        destroyed,  ///< the token showed objects with this CKA_ID, and they are destroyed
        not_found,  ///< it showed none, which does not say that they are destroyed
        resolved,   ///< nothing in the catalogue names the object: its tombstone has been ended by others
    };
    Outcome outcome = Outcome::not_found;
    std::size_t objects = 0;  ///< how many were destroyed
    bool refreshed = false;   ///< the module was re-initialised before
};

/// The only caller of Token::destroy. Asks the catalogue right before: an intent or tombstone of the object
/// must stand, and no deployment may name it but one that is `deleting`. Runs on the thread of a token call.
/// Throws DestructionRefused, CatalogueError when the catalogue can't be asked (nothing was done then), and
/// TokenError.
Destruction destroy_object(Catalogue& catalogue, Token& token, const ObjectId& id);

/// The same after the module was re-initialised, if it can be now: a module may not show objects that other
/// processes have made since it was initialised.
Destruction destroy_object_after_refresh(Catalogue& catalogue, Token& token, const ObjectId& id);

/// Whether the module of its environment was initialised after the object was made. The time of the tombstone
/// is that of the replica that wrote it; replicas' clocks are taken to agree.
bool was_initialised_since(const Environment& environment, const Tombstone& tombstone);

/// What came of one tombstone.
struct TombstoneResult {
    bool ended = false;                              ///< it stands no more
    std::size_t objects = 0;                         ///< destroyed for it
    bool not_found = false;                          ///< the token showed no object
    std::string reason{};                            ///< why it stands still, in words for the client
    FailureCode code = FailureCode::internal_error;  ///< the same, for programs
};

/// Destroys the objects that tombstones name, in all their environments at once, and ends the tombstones of
/// those that were destroyed. An object that is not found and was deployed is looked for again in a
/// re-initialised module; when that does not find it either, its tombstone stays. One that may never have
/// been made is taken for absent. What came of each is audited as it was: `destroyed` or `not found`. What
/// can't be reached stays for recovery. Throws nothing; the results are in the order of the tombstones.
std::vector<TombstoneResult> destroy_tombstoned(ServiceContext& service_context,
                                                const std::vector<Tombstone>& tombstones,
                                                const AuditRecord& audit);

}  // namespace keyward::service
