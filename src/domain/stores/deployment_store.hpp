#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "domain/catalogue_records.hpp"
#include "domain/stores/store.hpp"

namespace keyward {

/// What a scan of a token changes in the catalogue.
class DeploymentStore : public Store {
  public:
    /// The ids of at most `limit` objects that the environment's present token should hold; always the same
    /// ones as long as they are deployed.
    virtual std::vector<ObjectId> deployed_objects(const std::string& environment, std::size_t limit) = 0;
    /// A deployed object is missing from its token: the deployment becomes `failed` and keeps the object's
    /// id. Returns false when it is not deployed.
    virtual bool mark_missing(const ObjectId& id, const std::string& failure, const AuditRecord& audit) = 0;
    /// The environment's token holds the object: `failed` becomes `deployed`, and the object no longer
    /// belongs to another token. Returns false when that was known.
    virtual bool mark_found(const ObjectId& id, const AuditRecord& audit) = 0;
    /// The environment's token holds the object of a tombstone that waited for another token.
    virtual bool reclaim_tombstone(const ObjectId& id, const AuditRecord& audit) = 0;
    /// Adopts an object that the catalogue does not know: as an active key with one deployment, or as another
    /// deployment of an existing key with the same type and algorithm and, in another environment, the same
    /// check value or public key. Returns false when there is a key of another kind or content, or one that
    /// is deployed there.
    virtual bool adopt_key(const Key& key, const AuditRecord& audit) = 0;
};

}  // namespace keyward
