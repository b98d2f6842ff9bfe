#include "cli/reconcile_text.hpp"

#include <gtest/gtest.h>

namespace keyward::cli {
namespace {

using service::ComparisonStatus;
using service::DriftKind;

service::ReconcileReport report_with(service::Finding finding) {
    service::ReconcileReport report;
    report.resolved = service::RecoveryReport{2, 1, 1, 0, {}, {}};
    service::EnvironmentReport production;
    production.name = "production";
    production.objects = 3;
    production.drift.push_back(std::move(finding));
    report.environments.push_back(production);
    service::EnvironmentReport staging;
    staging.name = "staging";
    staging.status = ComparisonStatus::skipped;
    staging.reason = "The token can't be reached";
    report.environments.push_back(staging);
    return report;
}

service::Finding missing() {
    return {{DriftKind::missing, "production", "MyProject", "k", "00ff", "MyProject/k", "It is not there"},
            {}};
}

service::PendingObject pending(const std::string& environment, bool is_of_import) {
    service::PendingObject object;
    object.id = ObjectId::from_hex("00112233445566778899aabbccddeeff");
    object.environment = environment;
    object.is_of_import = is_of_import;
    return object;
}

TEST(ReconcileText, ForPeopleEveryDifferenceSaysWhatToDo) {
    EXPECT_EQ(text_of(report_with(missing())),
              "Settled: 2 interrupted imports, 1 object destroyed, 0 objects left to be looked for\n"
              "production: 3 objects, 1 difference\n"
              "  missing: MyProject/k (id 00ff): It is not there\n"
              "    to do: send its content again with PUT; until then --adopt makes it show as FAILED\n"
              "staging: NOT COMPARED (skipped): The token can't be reached\n");
}

service::ReconcileReport report_of_absent_objects() {
    const ObjectId id = ObjectId::from_hex("00112233445566778899aabbccddeeff");
    service::ReconcileReport report;
    report.resolved = service::RecoveryReport{0, 0, 0, 1, {}, {}};
    report.given_up = {{id, true, "Given up: it was not found in two lookups"},
                       {id, false, "The catalogue has no tombstone with this id"}};
    report.absent = {{id, "production", 2}};
    report.not_there = {"ffeeddccbbaa99887766554433221100"};
    return report;
}

TEST(ReconcileText, WhatWasNotFoundIsToldWithTheOptionThatEndsIt) {
    EXPECT_EQ(
        text_of(report_of_absent_objects()),
        "Settled: 0 interrupted imports, 0 objects destroyed, 1 object left to be looked for\n"
        "  00112233445566778899aabbccddeeff: Given up: it was not found in two lookups\n"
        "  00112233445566778899aabbccddeeff: NOT GIVEN UP: The catalogue has no tombstone with this id\n"
        "  production: an object to be destroyed was not found (id 00112233445566778899aabbccddeeff, 2 "
        "looks after an initialization)\n"
        "    to do: nothing, the service looks for it again; if another program destroyed it: --give-up "
        "00112233445566778899aabbccddeeff\n"
        "  ffeeddccbbaa99887766554433221100: NOT ADOPTED: no environment that was compared has an unknown "
        "object with this id\n");
}

TEST(ReconcileText, ForProgramsItIsListedToo) {
    const auto json = json_of(report_of_absent_objects());
    EXPECT_EQ(json["givenUp"].dump(), R"([{"objectId":"00112233445566778899aabbccddeeff","done":true,)"
                                      R"("note":"Given up: it was not found in two lookups"},)"
                                      R"({"objectId":"00112233445566778899aabbccddeeff","done":false,)"
                                      R"("note":"The catalogue has no tombstone with this id"}])");
    EXPECT_EQ(json["notFound"].dump(),
              R"([{"environment":"production","objectId":"00112233445566778899aabbccddeeff","looks":2}])");
    EXPECT_EQ(json["notAdopted"].dump(), R"(["ffeeddccbbaa99887766554433221100"])");
}

TEST(ReconcileText, ForProgramsItIsOneDocument) {
    const auto json = json_of(report_with(missing()));
    EXPECT_EQ(json.dump(),
              R"({"settled":{"dryRun":false,"intents":2,"destroyedObjects":1,"tombstones":1,"left":0,)"
              R"("failedLookups":[],"outOfReach":{}},"environments":[{"name":"production",)"
              R"("status":"compared","objects":3,"drift":[{"kind":"missing","project":"MyProject",)"
              R"("key":"k","objectId":"00ff","label":"MyProject/k","count":1,"detail":"It is not there"}],)"
              R"("adopted":[],"removed":0},{"name":"staging","status":"skipped",)"
              R"("reason":"The token can't be reached","objects":0,"drift":[],"adopted":[],"removed":0}],)"
              R"("givenUp":[],"notFound":[],"notAdopted":[]})");
}

TEST(ReconcileText, ADryRunSaysWhatThereIsToSettle) {
    service::ReconcileReport report;
    report.pending.objects = {pending("production", true), pending("production", false),
                              pending("staging", false)};
    report.pending.objects[0].project = "MyProject";
    report.pending.objects[0].key = "k";
    report.pending.objects[0].in_token = true;
    report.pending.objects[0].label = "alias";
    report.pending.objects[1].in_token = true;
    report.pending.objects[1].label = "MyProject/\x1b";
    report.pending.objects[2].in_token = false;
    const std::string id = "00112233445566778899aabbccddeeff";
    EXPECT_EQ(text_of(report),
              "To be settled: 1 interrupted import, 2 objects to be destroyed\n"
              "  production: MyProject/k (id " +
                  id +
                  "), of an interrupted import, in the token: it would be destroyed\n"
                  "  production: \"\"MyProject/\\u001b\"\" (id " +
                  id +
                  "), replaced or deleted, in the token: it would be destroyed\n"
                  "  staging: (id " +
                  id + "), replaced or deleted, not in the token\n");
    EXPECT_EQ(json_of(report)["settled"].dump(),
              R"({"dryRun":true,"intents":1,"tombstones":2,"objects":[{"environment":"production",)"
              R"("objectId":"00112233445566778899aabbccddeeff","cause":"interrupted import",)"
              R"("project":"MyProject","key":"k","inToken":true,"label":"alias"},)"
              R"({"environment":"production","objectId":"00112233445566778899aabbccddeeff",)"
              R"("cause":"replaced or deleted","inToken":true,"label":"MyProject/\u001b"},)"
              R"({"environment":"staging","objectId":"00112233445566778899aabbccddeeff",)"
              R"("cause":"replaced or deleted","inToken":false}]})");
}

TEST(ReconcileText, WhatWasNotLookedForIsNotSaidToBeGone) {
    service::ReconcileReport report;
    report.pending.objects = {pending("staging", true)};
    EXPECT_EQ(text_of(report),
              "To be settled: 1 interrupted import, 0 objects to be destroyed\n"
              "  staging: (id 00112233445566778899aabbccddeeff), of an interrupted import, in a token that "
              "was not scanned\n");
    EXPECT_FALSE(json_of(report)["settled"]["objects"][0].contains("inToken"));
}

TEST(ReconcileText, AnAcceptedTokenIsNamedBesideTheOneBefore) {
    auto report = report_with(missing());
    report.environments[0].accepted_token = {"0002", "0001", true};
    EXPECT_NE(
        text_of(report).find("  the token with serial 0002, in place of 0001, is accepted as the one that "
                             "holds the keys; restart services that saw another one\n"),
        std::string::npos)
        << text_of(report);
    EXPECT_EQ(json_of(report)["environments"][0]["acceptedToken"].get<std::string>(), "0002");
}

TEST(ReconcileText, ATokenThatADryRunWouldAcceptIsNotSaidToBeAccepted) {
    auto report = report_with(missing());
    report.environments[0].accepted_token = {"0002", std::nullopt, false};
    EXPECT_NE(text_of(report).find("  the token with serial 0002 would be accepted as the one that holds the "
                                   "keys, and those that it does not hold marked as FAILED\n"),
              std::string::npos)
        << text_of(report);
    EXPECT_FALSE(json_of(report)["environments"][0].contains("acceptedToken"));
    EXPECT_EQ(json_of(report)["environments"][0]["tokenToAccept"].get<std::string>(), "0002");
}

TEST(ReconcileText, ALabelCanNotMoveTheCursor) {
    service::Finding finding;
    finding.drift.kind = DriftKind::unknown;
    finding.drift.label = "\x1b[2J";
    finding.drift.object = "01";
    const std::string text = text_of(report_with(finding));
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
    EXPECT_NE(text.find("\\u001b[2J"), std::string::npos) << text;
}

}  // namespace
}  // namespace keyward::cli
