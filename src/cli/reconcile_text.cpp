#include "cli/reconcile_text.hpp"

#include "base/client_text.hpp"

namespace keyward::cli {
namespace {

using service::ComparisonStatus;
using service::Drift;
using service::DriftKind;
using service::EnvironmentReport;
using service::Finding;
using service::PendingObject;
using Json = nlohmann::ordered_json;

const char* to_string(ComparisonStatus status) {
    switch (status) {
        case ComparisonStatus::compared:
            return "compared";
        case ComparisonStatus::skipped:
            return "skipped";
        case ComparisonStatus::failed:
            return "failed";
    }
    return "";
}

const char* remedy(DriftKind kind) {
    switch (kind) {
        case DriftKind::missing:
            return "send its content again with PUT; until then --adopt makes it show as FAILED";
        case DriftKind::unknown:
            return "leave it if it belongs to another application; --adopt ID adopts it if it can be a key";
        case DriftKind::changed:
        case DriftKind::duplicate:
            return "send its content again with PUT: a new object replaces it";
        case DriftKind::returned:
            return "--adopt makes it show as DEPLOYED";
        case DriftKind::incomplete:
            return "--remove-incomplete destroys what a killed module left behind";
    }
    return "";
}

std::string printable(const std::string& text) {
    if (is_utf8(text) && !has_control_characters(text)) return text;
    return nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

std::string number_of(std::size_t count, const std::string& one, const std::string& many) {
    return std::to_string(count) + " " + (count == 1 ? one : many);
}

Json json_of(const Finding& finding) {
    const Drift& drift = finding.drift;
    Json json{{"kind", to_string(drift.kind)}};
    const auto add = [&](const char* name, const std::string& value) {
        if (!value.empty()) json[name] = value;
    };
    add("project", drift.project);
    add("key", drift.key);
    add("objectId", drift.object);
    add("label", drift.label);
    json["count"] = drift.count;
    add("detail", drift.detail);
    add("note", finding.note);
    return json;
}

Json json_of(const std::vector<Finding>& findings) {
    Json json = Json::array();
    for (const Finding& finding : findings)
        json.push_back(json_of(finding));
    return json;
}

Json json_of(const EnvironmentReport& environment) {
    Json json{{"name", environment.name}, {"status", to_string(environment.status)}};
    if (!environment.reason.empty()) json["reason"] = environment.reason;
    if (environment.accepted_token)
        json[environment.accepted_token->done ? "acceptedToken" : "tokenToAccept"] =
            environment.accepted_token->serial;
    json["objects"] = environment.objects;
    json["drift"] = json_of(environment.drift);
    json["adopted"] = json_of(environment.adopted);
    json["removed"] = environment.removed;
    return json;
}

Json json_of(const std::vector<PendingObject>& objects) {
    Json json = Json::array();
    for (const PendingObject& object : objects) {
        Json each{{"environment", object.environment},
                  {"objectId", object.id.hex()},
                  {"cause", object.is_of_import ? "interrupted import" : "replaced or deleted"}};
        if (!object.key.empty()) each["project"] = object.project;
        if (!object.key.empty()) each["key"] = object.key;
        if (object.in_token) each["inToken"] = *object.in_token;
        if (!object.label.empty()) each["label"] = object.label;
        json.push_back(std::move(each));
    }
    return json;
}

Json json_of_resolution(const service::ReconcileReport& report) {
    if (!report.resolved)
        return {{"dryRun", true},
                {"intents", report.pending.intents()},
                {"tombstones", report.pending.tombstones()},
                {"objects", json_of(report.pending.objects)}};
    return {{"dryRun", false},
            {"intents", report.resolved->resolved_intents},
            {"destroyedObjects", report.resolved->destroyed_objects},
            {"tombstones", report.resolved->removed_tombstones},
            {"left", report.resolved->left_tombstones},
            {"failedLookups", report.resolved->failed_lookups},
            {"outOfReach", report.resolved->out_of_reach}};
}

std::string whose(const PendingObject& object) {
    if (!object.key.empty()) return printable(object.project + "/" + object.key) + " ";
    if (!object.label.empty()) return "\"" + printable(object.label) + "\" ";
    return {};
}

std::string text_of(const PendingObject& object) {
    const char* where = ", in a token that was not scanned";
    if (object.in_token)
        where = *object.in_token ? ", in the token: it would be destroyed" : ", not in the token";
    return "  " + object.environment + ": " + whose(object) + "(id " + object.id.hex() + "), " +
           (object.is_of_import ? "of an interrupted import" : "replaced or deleted") + where + "\n";
}

std::string text_of(const service::AcceptedToken& token) {
    std::string text = "  the token with serial " + printable(token.serial);
    if (token.previous) text += ", in place of " + printable(*token.previous) + ",";
    if (token.done)
        return text + " is accepted as the one that holds the keys; restart services that saw another one\n";
    return text +
           " would be accepted as the one that holds the keys, and those that it does not hold marked as "
           "FAILED\n";
}

std::string text_of(const service::GivenUp& given_up) {
    return "  " + given_up.id.hex() + ": " + (given_up.done ? "" : "NOT GIVEN UP: ") +
           printable(given_up.note) + "\n";
}

std::string text_of(const service::AbsentObject& absent) {
    return "  " + absent.environment + ": an object to be destroyed was not found (id " + absent.id.hex() +
           ", " + number_of(static_cast<std::size_t>(absent.looks), "look", "looks") +
           " after an initialization)\n    to do: nothing, the service looks for it again; if another "
           "program destroyed it: --give-up " +
           absent.id.hex() + "\n";
}

std::string text_of_objects(const service::ReconcileReport& report) {
    std::string text;
    for (const service::GivenUp& each : report.given_up)
        text += text_of(each);
    for (const service::AbsentObject& each : report.absent)
        text += text_of(each);
    for (const std::string& id : report.not_there)
        text += "  " + id +
                ": NOT ADOPTED: no environment that was compared has an unknown object with this id\n";
    return text;
}

Json json_of(const std::vector<service::GivenUp>& given_up) {
    Json json = Json::array();
    for (const service::GivenUp& each : given_up)
        json.push_back({{"objectId", each.id.hex()}, {"done", each.done}, {"note", each.note}});
    return json;
}

Json json_of(const std::vector<service::AbsentObject>& absent) {
    Json json = Json::array();
    for (const service::AbsentObject& each : absent)
        json.push_back(
            {{"environment", each.environment}, {"objectId", each.id.hex()}, {"looks", each.looks}});
    return json;
}

std::string text_of_resolution(const service::ReconcileReport& report) {
    if (!report.resolved) {
        std::string text = "To be settled: " +
                           number_of(report.pending.intents(), "interrupted import", "interrupted imports") +
                           ", " + number_of(report.pending.tombstones(), "object", "objects") +
                           " to be destroyed\n";
        for (const PendingObject& object : report.pending.objects)
            text += text_of(object);
        return text;
    }
    const service::RecoveryReport& resolved = *report.resolved;
    std::string text =
        "Settled: " + number_of(resolved.resolved_intents, "interrupted import", "interrupted imports") +
        ", " + number_of(resolved.destroyed_objects, "object", "objects") + " destroyed, " +
        number_of(resolved.left_tombstones, "object", "objects") + " left to be looked for\n";
    for (const std::string& reason : resolved.failed_lookups)
        text += "  nothing was destroyed, because a lookup failed: " + printable(reason) + "\n";
    for (const auto& [environment, reason] : resolved.out_of_reach)
        text += "  " + environment + " was skipped: " + printable(reason) + "\n";
    if (resolved.left_tombstones > report.absent.size() && resolved.failed_lookups.empty() &&
        resolved.out_of_reach.empty())
        text +=
            "  a running import may still make them; run the command again in half a minute, when its lease "
            "has ended\n";
    return text;
}

std::string subject(const Drift& drift) {
    if (!drift.key.empty()) return printable(drift.project + "/" + drift.key);
    if (drift.object.empty() && drift.label.empty()) return "objects without a name";
    return "\"" + printable(drift.label) + "\"";
}

std::string text_of(const Finding& finding, bool healed) {
    const Drift& drift = finding.drift;
    std::string text = "  " + std::string(to_string(drift.kind)) + ": " + subject(drift);
    if (!drift.object.empty()) text += " (id " + drift.object + ")";
    text += ": " + printable(drift.detail) + "\n";
    if (!finding.note.empty()) text += "    " + printable(finding.note) + "\n";
    if (!healed) text += "    to do: " + std::string(remedy(drift.kind)) + "\n";
    return text;
}

std::string text_of(const EnvironmentReport& environment) {
    std::string text = environment.name + ": ";
    if (environment.status == ComparisonStatus::compared)
        text += number_of(environment.objects, "object", "objects") + ", " +
                number_of(environment.drift.size(), "difference", "differences");
    else
        text += std::string("NOT COMPARED (") + to_string(environment.status) +
                "): " + printable(environment.reason);
    if (!environment.adopted.empty()) text += ", " + std::to_string(environment.adopted.size()) + " adopted";
    if (environment.removed > 0) text += ", " + std::to_string(environment.removed) + " removed";
    text += "\n";
    if (environment.status == ComparisonStatus::compared && !environment.reason.empty())
        text += "  nothing is adopted: " + printable(environment.reason) + "\n";
    if (environment.accepted_token) text += text_of(*environment.accepted_token);
    for (const Finding& finding : environment.adopted)
        text += text_of(finding, true);
    for (const Finding& finding : environment.drift)
        text += text_of(finding, false);
    return text;
}

}  // namespace

Json json_of(const service::ReconcileReport& report) {
    Json json{{"settled", json_of_resolution(report)}, {"environments", Json::array()}};
    for (const EnvironmentReport& environment : report.environments)
        json["environments"].push_back(json_of(environment));
    json["givenUp"] = json_of(report.given_up);
    json["notFound"] = json_of(report.absent);
    json["notAdopted"] = report.not_there;
    return json;
}

std::string text_of(const service::ReconcileReport& report) {
    std::string text = text_of_resolution(report) + text_of_objects(report);
    for (const EnvironmentReport& environment : report.environments)
        text += text_of(environment);
    return text;
}

}  // namespace keyward::cli
