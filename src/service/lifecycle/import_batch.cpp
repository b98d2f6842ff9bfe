#include "service/lifecycle/import_batch.hpp"

#include <algorithm>

namespace keyward::service {
namespace {

/// Faults that the client can correct.
bool is_refusal(TokenFault fault) {
    return fault == TokenFault::refused || fault == TokenFault::mismatch || fault == TokenFault::wrong_value;
}

Warning two_purposes() {
    return {
        "two_purposes",
        "The key may both sign and decrypt; one purpose a key is safer (NIST SP 800-57 part 1, 5.2): send "
        "mechanisms that are signatures, or RSA-PKCS-OAEP alone"};
}

}  // namespace

void ImportBatch::add(Environment& environment, const EnvironmentEntry& entry, const PreparedEntry& prepared,
                      const ObjectId& id, const std::string& label, const KeyUsages& uses,
                      const MechanismList& mechanisms, const std::string& request_id) {
    Import::Plan plan{.id = id,
                      .label = label,
                      .material = prepared.material,
                      .uses = uses,
                      .lifetime = lifetime_,
                      .expected_check_value = entry.expected_check_value,
                      .user_id = user_id_,
                      .request_id = request_id,
                      .mechanisms = mechanisms};
    items_.push_back({.import = Import(environment, service_context_.catalogue.changes,
                                       service_context_.in_flight, std::move(plan)),
                      .pointer = entry.pointer,
                      .source = prepared.source,
                      .size = size_in_bits(*prepared.material),
                      .uses = uses});
}

void ImportBatch::run() {
    for (Item& item : items_)
        item.import.start();
    for (Item& item : items_)
        item.import.finish();
    clean_up();
}

void ImportBatch::undo() {
    for (Item& item : items_)
        if (item.import.succeeded()) item.import.undo();
    clean_up();
}

void ImportBatch::clean_up() {
    for (Item& item : items_)
        item.import.begin_cleanup();
    for (Item& item : items_)
        item.import.end_cleanup();
}

ImportBatch::~ImportBatch() {
    for (Item& item : items_)
        item.import.release();
}

bool ImportBatch::any_failed() const {
    return std::ranges::any_of(items_, [](const Item& item) { return !item.import.succeeded(); });
}

bool ImportBatch::all_failed() const {
    return std::ranges::none_of(items_, [](const Item& item) { return item.import.succeeded(); });
}

std::vector<Intent> ImportBatch::intents(const std::string& key_id) const {
    std::vector<Intent> intents;
    const Instant lease_until = service_context_.lease_end();
    for (const Item& item : items_)
        intents.push_back({.object_id = item.import.id(),
                           .key_id = key_id,
                           .environment = item.import.environment(),
                           .owner = service_context_.owner,
                           .lease_until = lease_until});
    return intents;
}

std::vector<Tombstone> ImportBatch::tombstones() const {
    std::vector<Tombstone> tombstones;
    for (const Item& item : items_)
        if (item.import.succeeded())
            tombstones.push_back({.object_id = item.import.id(),
                                  .environment = item.import.environment(),
                                  .owner = service_context_.owner,
                                  .lease_until = service_context_.lease_end()});
    return tombstones;
}

std::set<ObjectId> ImportBatch::ids() const {
    std::set<ObjectId> ids;
    for (const Item& item : items_)
        if (item.import.succeeded()) ids.insert(item.import.id());
    return ids;
}

std::vector<std::string> ImportBatch::environments() const {
    std::vector<std::string> names;
    for (const Item& item : items_)
        names.push_back(item.import.environment());
    return names;
}

ChangeResolution ImportBatch::resolution() const {
    ChangeResolution resolution{.owner = service_context_.owner,
                                .tombstone_lease = service_context_.lease_end()};
    for (const Item& item : items_) {
        resolution.intents.insert(item.import.id());
        if (item.import.left_nothing()) resolution.clean.insert(item.import.id());
        if (item.import.was_made()) resolution.made.insert(item.import.id());
    }
    return resolution;
}

Deployment ImportBatch::deployment(std::size_t position, const std::string& alias) const {
    const Item& item = items_[position];
    Deployment deployment;
    deployment.environment = item.import.environment();
    deployment.alias = alias;
    deployment.source = item.source;
    deployment.size = item.size;
    if (!item.import.succeeded()) {
        deployment.failure = item.import.failure().what();
        return deployment;
    }
    deployment.state = DeploymentState::deployed;
    deployment.object_id = item.import.id();
    deployment.uses = item.uses;
    deployment.key_check_value = item.import.result().key_check_value;
    deployment.public_key_sha256 = item.import.result().public_key_sha256;
    deployment.public_key_pem = item.import.result().public_key_pem;
    return deployment;
}

EnvironmentResult ImportBatch::result(std::size_t position) const {
    const Import& import = items_[position].import;
    if (!import.succeeded())
        return {.environment = import.environment(),
                .message = import.failure().what(),
                .code = import.failure_code()};
    EnvironmentResult result{
        .environment = import.environment(),
        .success = true,
        .message = lifetime_ == ObjectLifetime::session ? "Would be deployed" : "Deployed successfully",
        .key_check_value = import.result().key_check_value,
        .public_key_sha256 = import.result().public_key_sha256};
    if (items_[position].uses.size() > 1) result.warnings.push_back(two_purposes());
    return result;
}

ServiceError ImportBatch::failure() const {
    std::vector<FieldError> details;
    bool all_refused = true;
    bool all_busy = true;
    std::string text = "Nothing was deployed. ";
    for (const Item& item : items_) {
        if (!item.import.failed()) continue;
        const TokenError& failure = item.import.failure();
        all_refused = all_refused && is_refusal(failure.fault());
        all_busy = all_busy && failure.fault() == TokenFault::busy;
        text += (details.empty() ? "" : "; ") + item.import.environment() + ": " + failure.what();
        details.push_back({item.pointer, failure.what()});
    }
    if (all_refused) return ServiceError(std::move(details));
    return {all_busy ? ErrorKind::overloaded : ErrorKind::hsm_unavailable, text};
}

}  // namespace keyward::service
