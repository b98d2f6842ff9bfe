#include "service/lifecycle/read_keys.hpp"

#include <algorithm>

#include "domain/key_text.hpp"

namespace keyward::service {
namespace {

bool sees_everything(const Caller& caller, const Project& project) {
    return std::ranges::all_of(project.environments,
                               [&](const std::string& name) { return caller.sees(project, name); });
}

void hide_other_environments(Key& key, const Caller& caller, const Project& project) {
    std::erase_if(key.deployments,
                  [&](const Deployment& each) { return !caller.sees(project, each.environment); });
}

}  // namespace

KeyText ReadKeys::one(const Caller& caller, const Project& project, const std::string& name) {
    const auto rows = read(caller, project, {.project_id = project.id, .name = name});
    if (rows.empty()) throw key_not_found(name);
    return rows.front().text;
}

KeyPage ReadKeys::list(const Caller& caller, const Project& project, const KeyFilter& filter) {
    if (filter.environment &&
        (std::ranges::find(project.environments, *filter.environment) == project.environments.end() ||
         !caller.sees(project, *filter.environment)))
        throw environment_not_found(*filter.environment);
    KeyQuery query{.project_id = project.id,
                   .name = filter.name,
                   .type = filter.type,
                   .environment = filter.environment,
                   .after = filter.after,
                   .limit = filter.limit};
    // One more than requested shows whether there is a next page.
    if (query.limit) ++*query.limit;
    auto rows = read(caller, project, query);
    KeyPage page;
    if (filter.limit && rows.size() > *filter.limit) {
        rows.resize(*filter.limit);
        page.next = rows.back().name;
    }
    for (Row& row : rows)
        page.keys.push_back(std::move(row.text));
    return page;
}

std::vector<ReadKeys::Row> ReadKeys::read(const Caller& caller, const Project& project,
                                          const KeyQuery& query) {
    const bool whole = sees_everything(caller, project);
    if (whole) {
        const auto revisions = keys_.list_revisions(query);
        auto rows = kept(revisions);
        if (rows.size() == revisions.size()) return rows;
    }
    std::vector<Row> rows;
    for (Key& key : keys_.list_keys(query)) {
        if (!whole) hide_other_environments(key, caller, project);
        auto text = std::make_shared<const std::string>(render_(key));
        if (whole) keep(key.id, {key.revision, text});
        rows.push_back({std::move(key.name), std::move(text)});
    }
    return rows;
}

/// All of them, or fewer when one is not cached at its revision.
std::vector<ReadKeys::Row> ReadKeys::kept(const std::vector<KeyRevision>& revisions) const {
    std::vector<Row> rows;
    rows.reserve(revisions.size());
    const Lock lock(mutex_);
    for (const KeyRevision& revision : revisions) {
        const auto found = kept_.find(revision.id);
        if (found == kept_.end() || found->second.revision != revision.revision) break;
        rows.push_back({revision.name, found->second.text});
    }
    return rows;
}

void ReadKeys::keep(const std::string& id, const Kept& kept) {
    const Lock lock(mutex_);
    if (const auto old = kept_.find(id); old != kept_.end()) forget(old);
    // Any entry may be evicted: one that is used often is soon cached again.
    while (!kept_.empty() &&
           (kept_.size() >= capacity_ || kept_octets_ + kept.text->size() > kept_octets_limit))
        forget(kept_.begin());
    kept_octets_ += kept.text->size();
    kept_.emplace(id, kept);
}

void ReadKeys::forget(std::unordered_map<std::string, Kept>::iterator kept) {
    kept_octets_ -= kept->second.text->size();
    kept_.erase(kept);
}

}  // namespace keyward::service
