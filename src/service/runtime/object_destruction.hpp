#pragma once

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "domain/failure_code.hpp"
#include "service/runtime/service_context.hpp"

namespace keyward::service {

/// The catalogue does not allow the destruction of an object: a deployment names it, or it is in another
/// token than the environment's present one. `what()` is a sentence for the client.
class DestructionRefused : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// The result of a call to destroy an object.
struct Destruction {
    enum class Outcome {
        destroyed,  ///< the token had objects with this CKA_ID, and they are destroyed
        not_found,  ///< the token showed none, which does not prove that they are destroyed
        resolved,   ///< no record in the catalogue names the object: another process has ended its tombstone
    };
    Outcome outcome = Outcome::not_found;
    std::size_t objects = 0;  ///< how many were destroyed
    bool refreshed = false;   ///< the module was reinitialized before
};

/// The only caller of Token::destroy. Queries the catalogue right before: an intent or tombstone of the
/// object must exist, and no deployment may name it except one that is `deleting`. Runs on the thread of a
/// token call. Throws DestructionRefused, CatalogueError when the catalogue cannot be queried (nothing was
/// done then), and TokenError.
Destruction destroy_object(ChangeLog& changes, Token& token, const ObjectId& id);

/// As destroy_object, after reinitializing the module, if that is possible now: a module may not show objects
/// that other processes have made since it was initialized.
Destruction destroy_object_after_refresh(ChangeLog& changes, Token& token, const ObjectId& id);

/// Whether the module of its environment was initialized after the object was made. The time of the tombstone
/// is that of the replica that wrote it; the clocks of replicas are assumed to agree.
bool was_initialised_since(const Environment& environment, const Tombstone& tombstone);

/// The result for one tombstone.
struct TombstoneResult {
    bool ended = false;                              ///< the tombstone is removed
    std::size_t objects = 0;                         ///< the number of objects destroyed
    bool not_found = false;                          ///< the token showed no object
    std::string reason{};                            ///< why the tombstone remains, in words for the client
    FailureCode code = FailureCode::internal_error;  ///< the same, for programs
};

/// Destroys the objects that tombstones name, in all their environments at once, and ends the tombstones of
/// those that were destroyed. An object that is not found and was deployed is looked for again in a
/// reinitialized module; when that does not find it either, its tombstone stays. One that may never have been
/// made counts as absent. Each result is audited as it happened: `destroyed` or `not found`. What cannot be
/// reached is left to recovery. Throws nothing; the results are in the order of the tombstones.
std::vector<TombstoneResult> destroy_tombstoned(ServiceContext& service_context,
                                                const std::vector<Tombstone>& tombstones,
                                                const AuditRecord& audit);

}  // namespace keyward::service
