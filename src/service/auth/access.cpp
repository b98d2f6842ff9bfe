#include "service/auth/access.hpp"

#include <algorithm>

#include "base/client_text.hpp"
#include "base/text.hpp"
#include "domain/errors.hpp"
#include "service/auth/api_token.hpp"

namespace keyward::service {

template <>
AccessCache::Kept<KnownToken>& AccessCache::kept() {
    return tokens_;
}

template <>
AccessCache::Kept<Project>& AccessCache::kept() {
    return projects_;
}

template <typename Value>
std::shared_ptr<const Value> AccessCache::find(const std::string& key) {
    const auto found = kept<Value>().find(key);
    return found == kept<Value>().end() ? nullptr : found->second;
}

/// `version` was read before the value, so the value is at least as new. It is kept only while no newer
/// version has been seen.
template <typename Value>
std::shared_ptr<const Value> AccessCache::keep(const std::string& key, Value value, std::int64_t version) {
    auto shared = std::make_shared<const Value>(std::move(value));
    const Lock lock(mutex_);
    if (version != version_) return shared;
    Kept<Value>& all = kept<Value>();
    if (all.size() >= capacity_) all.clear();
    all.insert_or_assign(key, shared);
    return shared;
}

std::shared_ptr<const KnownToken> AccessCache::token(const std::string& hash) {
    const std::int64_t version = access_token_store_.access_version();
    {
        const Lock lock(mutex_);
        if (version != version_) {
            version_ = version;
            tokens_.clear();
            projects_.clear();
        }
        if (auto known = find<KnownToken>(hash)) return known;
    }
    auto identity = access_token_store_.find_identity(hash);
    if (!identity) return nullptr;
    auto grants = user_store_.grants_of(identity->user_id);
    return keep(hash, KnownToken{*std::move(identity), std::move(grants)}, version);
}

std::shared_ptr<const Project> AccessCache::project(const std::string& name) {
    std::int64_t version = 0;
    {
        const Lock lock(mutex_);
        if (auto known = find<Project>(name)) return known;
        version = version_;
    }
    auto project = project_store_.find_project(name);
    return project ? keep(name, *std::move(project), version) : nullptr;
}

namespace {

/// An administrator manages, but cannot use keys without a grant for that: managing keys does not require
/// using them.
bool implies(Permission held, Permission wanted) {
    return held == wanted || (held == Permission::admin && wanted != Permission::use);
}

bool reaches(const Grant& grant, const Project& project) {
    return grant.permission == Permission::admin || grant.project_id == project.id;
}

bool covers(const Grant& grant, const std::string& environment) {
    return grant.environments.empty() || grant.environments.contains(environment);
}

ServiceError invalid_token(const std::string& text) {
    return {ErrorKind::invalid_token, text};
}

/// The credentials of `Bearer credentials` (RFC 6750 section 2.1; the scheme's case does not matter, RFC 9110
/// section 11.1).
std::string_view bearer_credentials(std::string_view value) {
    static constexpr std::string_view scheme = "bearer";
    if (!equal_ignoring_case(value.substr(0, scheme.size()), scheme)) return {};
    value.remove_prefix(scheme.size());
    const auto start = value.find_first_not_of(' ');
    return start == 0 || start == std::string_view::npos ? std::string_view{} : value.substr(start);
}

}  // namespace

bool Caller::sees(const Project& project) const {
    return std::ranges::any_of(grants, [&](const Grant& grant) { return reaches(grant, project); });
}

bool Caller::sees(const Project& project, const std::string& environment) const {
    return std::ranges::any_of(
        grants, [&](const Grant& grant) { return reaches(grant, project) && covers(grant, environment); });
}

bool Caller::holds(Permission permission, const Project& project) const {
    return std::ranges::any_of(grants, [&](const Grant& grant) {
        return reaches(grant, project) && implies(grant.permission, permission);
    });
}

bool Caller::holds(Permission permission, const Project& project, const std::string& environment) const {
    return std::ranges::any_of(grants, [&](const Grant& grant) {
        return reaches(grant, project) && implies(grant.permission, permission) && covers(grant, environment);
    });
}

bool Caller::holds_everywhere(Permission permission) const {
    return std::ranges::any_of(grants, [&](const Grant& grant) {
        return grant.permission == Permission::admin && implies(grant.permission, permission);
    });
}

Access::Access(AccessTokenStore& access_tokens, UserStore& users, ProjectStore& projects, Clock clock)
    : cache_(access_tokens, users, projects), clock_(std::move(clock)) {}

Caller Access::authenticate(const std::string* authorization) {
    if (authorization == nullptr)
        throw invalid_token("The Authorization header is missing: send Authorization: Bearer {token}");
    const std::string_view credentials = bearer_credentials(*authorization);
    if (credentials.empty())
        throw invalid_token("The Authorization header must be of the form: Bearer {token}");
    if (!is_api_token(credentials)) throw invalid_token("The token is malformed: was it copied whole?");
    const auto known = cache_.token(hash_api_token(credentials));
    if (!known) throw invalid_token("The token is unknown");
    const Identity& identity = known->identity;
    if (identity.revoked) throw invalid_token("The token has been revoked");
    if (identity.expires_at && *identity.expires_at <= clock_())
        throw ServiceError(ErrorKind::token_expired,
                           "The token expired at " + to_rfc3339(*identity.expires_at));
    return {.user_id = identity.user_id, .user_name = identity.user_name, .grants = known->grants};
}

Project Access::visible_project(const Caller& caller, const std::string& name) {
    const auto project = cache_.project(name);
    if (!project || !caller.sees(*project))
        throw ServiceError(ErrorKind::not_found, "Project (name: " + shown_name(name) + ") is not found");
    return *project;
}

void Access::require(const Caller& caller, const Project& project,
                     const std::vector<Permission>& permissions) {
    for (const Permission permission : permissions)
        if (!caller.holds(permission, project))
            throw ServiceError(ErrorKind::forbidden, "The permission " + std::string(to_string(permission)) +
                                                         " in project " + project.name + " is required");
}

void Access::require(const Caller& caller, const std::vector<Permission>& permissions) {
    for (const Permission permission : permissions)
        if (!caller.holds_everywhere(permission))
            throw ServiceError(ErrorKind::forbidden,
                               "The permission " + std::string(to_string(permission)) + " is required");
}

}  // namespace keyward::service
