#pragma once

#include <memory>
#include <string>

#include "core/clock.hpp"
#include "keys/decode.hpp"
#include "service/catalogue.hpp"
#include "service/environments.hpp"
#include "service/in_flight.hpp"
#include "service/unfinished_changes.hpp"

namespace keyward::service {

/// What every use case that writes needs: made once by main.
struct Workplace {
    Catalogue& catalogue;
    Environments& environments;
    InFlight& in_flight;
    keys::Policy policy;
    std::string owner;  ///< this process, as it stands in leases (core/process_identity.hpp)
    Clock clock;
    /// Shared by all copies.
    std::shared_ptr<UnfinishedChanges> unfinished = std::make_shared<UnfinishedChanges>();

    /// When a lease that is taken now ends.
    [[nodiscard]] Instant lease_end() const { return clock() + environments.lease(); }
};

}  // namespace keyward::service
