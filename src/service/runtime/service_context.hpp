#pragma once

#include <memory>
#include <string>

#include "base/backoff.hpp"
#include "base/clock.hpp"
#include "domain/catalogue.hpp"
#include "keys/key_policy.hpp"
#include "service/runtime/environments.hpp"
#include "service/runtime/in_flight.hpp"
#include "service/runtime/object_marks.hpp"
#include "service/runtime/unfinished_changes.hpp"

namespace keyward::service {

/// The dependencies of every use case that writes. Created once by main.
struct ServiceContext {
    Catalogue& catalogue;
    Environments& environments;
    InFlight& in_flight;
    keys::KeyPolicy policy;
    std::string owner;  ///< this process, as named in leases (base/process.hpp)
    Clock clock;
    std::shared_ptr<const ObjectMarks> marks{};  ///< null: new objects carry no proof of their origin
    /// Shared by all copies.
    std::shared_ptr<UnfinishedChanges> unfinished = std::make_shared<UnfinishedChanges>();
    /// Pauses between the initializations of modules for keys whose objects are not found when they are used.
    /// Shared by all copies.
    std::shared_ptr<GrowingPauses> refresh_pauses = std::make_shared<GrowingPauses>();

    /// The CKA_ID for an object about to be created.
    [[nodiscard]] ObjectId new_object_id(const std::string& environment, const std::string& project,
                                         const std::string& key) const {
        return marks ? marks->new_id(environment, project, key) : ObjectId::random();
    }

    /// The end of a lease that is taken now.
    [[nodiscard]] Instant lease_end() const { return clock() + environments.lease(); }
};

}  // namespace keyward::service
