#pragma once

#include "domain/stores/access_token_store.hpp"
#include "domain/stores/audit_log.hpp"
#include "domain/stores/catalogue_probe.hpp"
#include "domain/stores/change_log.hpp"
#include "domain/stores/deployment_store.hpp"
#include "domain/stores/idempotency_store.hpp"
#include "domain/stores/key_store.hpp"
#include "domain/stores/lease_store.hpp"
#include "domain/stores/login_networks.hpp"
#include "domain/stores/project_store.hpp"
#include "domain/stores/token_pin_store.hpp"
#include "domain/stores/user_store.hpp"

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
