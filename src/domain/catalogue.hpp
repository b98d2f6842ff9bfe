#pragma once

#include "domain/stores/access_stores.hpp"
#include "domain/stores/change_stores.hpp"
#include "domain/stores/key_stores.hpp"
#include "domain/stores/operator_stores.hpp"

namespace keyward {

/// The stores of one database. It refers to them and may be copied; the owner is what
/// `storage::open_catalogue` returns.
struct Catalogue {
    ProjectStore& projects;
    UserStore& users;
    AccessTokenStore& access_tokens;
    LoginNetworks& login_networks;
    KeyStore& keys;
    DeploymentStore& deployments;
    ChangeLog& changes;
    LeaseStore& leases;
    IdempotencyStore& idempotency;
    TokenPinStore& token_pins;
    AuditLog& audit_log;
    CatalogueProbe& readiness;
};

}  // namespace keyward
