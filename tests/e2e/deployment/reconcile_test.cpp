#include <atomic>
#include <csignal>
#include <filesystem>
#include <memory>
#include <mutex>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "tests/e2e/support/catalogue_rows.hpp"
#include "tests/e2e/support/encodings.hpp"
#include "tests/e2e/support/keys.hpp"
#include "tests/e2e/support/live.hpp"
#include "tests/e2e/support/remote_hsm.hpp"
#include "tests/e2e/support/token.hpp"
#include "tests/e2e/support/tool.hpp"
#include "tests/support/polling.hpp"
#include "tests/support/raw_http.hpp"

namespace keyward::e2e {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

/// Changes the catalogue without the service.
void change_catalogue(const Home& home, const std::string& sql) {
    sqlite3* opened = nullptr;
    const int result = sqlite3_open(home.folder().file("keyward.db").c_str(), &opened);
    const std::unique_ptr<sqlite3, decltype(&sqlite3_close)> database(opened, sqlite3_close);
    if (result == SQLITE_OK) sqlite3_busy_timeout(opened, 10'000);
    if (result != SQLITE_OK || sqlite3_exec(opened, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
        throw std::runtime_error(sqlite3_errmsg(opened));
}

struct Reconciled {
    int code;
    json report;

    [[nodiscard]] const json& environment(std::size_t place = 0) const {
        return report.at("environments").at(place);
    }
    [[nodiscard]] std::vector<std::string> kinds(std::size_t place = 0) const {
        std::vector<std::string> all;
        for (const json& drift : environment(place).at("drift"))
            all.push_back(drift.at("kind"));
        return all;
    }
};

/// Runs `keyward reconcile --json …`. The test fails when the output is not JSON.
Reconciled reconcile(const Home& home, std::vector<std::string> words = {}) {
    words.insert(words.begin(), {"reconcile", "--json"});
    const test::CommandResult outcome = home.keyward(words);
    json report = json::parse(outcome.output, nullptr, false);
    if (report.is_discarded()) throw std::runtime_error("no JSON: " + outcome.output + outcome.errors);
    return {outcome.code, std::move(report)};
}

/// A home with one environment, and a server when a test starts one.
class Reconcile : public testing::Test {
  protected:
    void start() { server_ = std::make_unique<Server>(home_); }
    void stop() {
        EXPECT_EQ(server_->stop(), 0) << server_->log();
        server_.reset();
    }
    Answer send(const Request& request) { return HttpClient(home_.port()).send(request); }
    void create(const std::string& name, const std::string& type, const std::string& content) {
        const Answer answer = send({.method = "POST",
                                    .path = keys_path(),
                                    .body = text_of(create_body(name, type, "", {{"production", content}})),
                                    .token = home_.token()});
        ASSERT_EQ(answer.status, 200) << answer.body;
    }
    void create_aes(const std::string& name) { create(name, "SECRET_KEY", base64(random_octets(32))); }
    /// Creates the keys with a server that it starts and stops.
    void create_keys(const std::vector<std::string>& names) {
        start();
        for (const std::string& name : names)
            create_aes(name);
        stop();
    }
    json key(const std::string& name) {
        return send({.path = key_path(name), .token = home_.token()}).json().at("resultList").at(0);
    }
    std::string state(const std::string& name) {
        return key(name).at("cryptoKeyInfoEnvironmentList").at(0).at("state");
    }
    std::vector<TokenObject> objects_of_key(const std::string& name) {
        return objects_in(home_, "production", std::string(project) + "/" + name);
    }
    void destroy(const std::string& name) {
        const auto objects = objects_of_key(name);
        ASSERT_EQ(objects.size(), 1U);
        pkcs11_tool(home_, "production", {"--delete-object", "--type", "secrkey", "--id", objects[0].id});
    }
    /// Replaces the token by an empty one with the same label.
    void replace_token() {
        test::output_of({"softhsm2-util", "--delete-token", "--token", "production"}, home_.environment());
        home_.init_token("production");
    }

    Home home_{{.environments = {"production"}}};
    std::unique_ptr<Server> server_;
};

TEST_F(Reconcile, IsInOrderAfterOrdinaryWork) {
    start();
    create_aes("secret");
    create("rsa", "PRIVATE_KEY", base64(key_pair("RSA-2048").pkcs8_der));
    create("ec", "PRIVATE_KEY", base64(key_pair("P-256").pkcs8_der));
    create("ed", "PRIVATE_KEY", base64(key_pair("Ed25519").pkcs8_der));
    create("public", "PUBLIC_KEY", base64(key_pair("RSA-2048", 1).spki_der));
    const Reconciled beside = reconcile(home_);
    EXPECT_EQ(beside.code, 0) << beside.report;
    EXPECT_EQ(beside.environment().at("status"), "compared");
    EXPECT_EQ(beside.environment().at("objects"), 8);
    stop();
    EXPECT_EQ(reconcile(home_).code, 0);
    const test::CommandResult text = home_.keyward({"reconcile"});
    EXPECT_EQ(text.code, 0);
    EXPECT_EQ(text.output,
              "Settled: 0 interrupted imports, 0 objects destroyed, 0 objects left to be looked for\n"
              "production: 8 objects, 0 differences\n");
    EXPECT_EQ(text.errors, "");
}

TEST_F(Reconcile, AnObjectThatSomeoneDestroyedIsMissingUntilItIsAdopted) {
    create_keys({"k", "other"});
    destroy("k");
    const Reconciled found = reconcile(home_);
    EXPECT_EQ(found.code, 1);
    EXPECT_THAT(found.kinds(), ElementsAre("missing"));
    EXPECT_EQ(found.environment().at("drift").at(0).at("key"), "k");
    const Reconciled adopted = reconcile(home_, {"--adopt"});
    EXPECT_EQ(adopted.code, 0) << adopted.report;
    EXPECT_EQ(adopted.environment().at("adopted").at(0).at("note"), "Marked as FAILED");
    EXPECT_EQ(reconcile(home_).code, 0);
    start();
    EXPECT_EQ(state("k"), "FAILED");
    EXPECT_EQ(state("other"), "DEPLOYED");
    stop();
}

TEST_F(Reconcile, AForeignObjectIsUnknownAndNeverTouched) {
    pkcs11_tool(home_, "production", {"--keygen", "--key-type", "AES:32", "--label", "theirs", "--id", "01"});
    for (const std::vector<std::string>& words :
         std::vector<std::vector<std::string>>{{}, {"--adopt", "--remove-incomplete"}}) {
        const Reconciled found = reconcile(home_, words);
        EXPECT_EQ(found.code, 1);
        EXPECT_THAT(found.kinds(), ElementsAre("unknown"));
        EXPECT_EQ(found.environment().at("drift").at(0).at("objectId"), "01");
    }
    EXPECT_EQ(objects_in(home_, "production", "theirs").size(), 1U);
    const test::CommandResult text = home_.keyward({"reconcile"});
    EXPECT_THAT(text.output, HasSubstr("unknown: \"theirs\" (id 01)"));
    EXPECT_THAT(text.output, HasSubstr("to do: "));
}

TEST_F(Reconcile, KeysThatTheCatalogueLostAreAdoptedAndWork) {
    start();
    create_aes("k");
    create("ec", "PRIVATE_KEY", base64(key_pair("P-256").pkcs8_der));
    const json before = key("k");
    stop();
    change_catalogue(home_, "delete from deployments; delete from keys");
    EXPECT_THAT(reconcile(home_).kinds(), ElementsAre("unknown", "unknown"));
    const Reconciled adopted = reconcile(home_, {"--adopt"});
    EXPECT_EQ(adopted.code, 0) << adopted.report;
    start();
    json after = key("k");
    EXPECT_EQ(after.at("cryptoKeyInfoEnvironmentList"), before.at("cryptoKeyInfoEnvironmentList"));
    EXPECT_EQ(after.at("mechanisms"), before.at("mechanisms"));
    EXPECT_EQ(key("ec").at("cryptoKeyInfoEnvironmentList").at(0).at("publicKeySha256"),
              key_pair("P-256").public_key_sha256());
    stop();
}

TEST_F(Reconcile, AStrangersObjectUnderAKeysLabelIsTakenInByItsIdAlone) {
    const std::string id = "00112233445566778899aabbccddeeff";
    const std::string label = std::string(project) + "/bank";
    start();
    // A key manager of another project could do this before labels of other projects were refused.
    json body = create_body("mine", "SECRET_KEY", "AES", {{"production", base64(random_octets(32))}});
    body["cryptoKeyInfoEnvironmentList"][0]["alias"] = label;
    ASSERT_EQ(
        send({.method = "POST", .path = keys_path(), .body = text_of(body), .token = home_.token()}).status,
        200);
    stop();
    const std::string object = objects_in(home_, "production", label).at(0).id;
    change_catalogue(home_, "delete from deployments; delete from keys");
    const Reconciled refused = reconcile(home_, {"--adopt"});
    EXPECT_EQ(refused.code, 1);
    EXPECT_THAT(refused.environment().at("drift").at(0).value("note", ""),
                HasSubstr("nothing proves that it was made for that key"));
    EXPECT_EQ(rows_in(home_, "keys"), 0);
    EXPECT_EQ(reconcile(home_, {"--adopt", id}).report.at("notAdopted"), json::array({id}));
    const Reconciled adopted = reconcile(home_, {"--adopt", object, "--mechanism", "AES-GCM"});
    EXPECT_EQ(adopted.code, 0) << adopted.report;
    EXPECT_EQ(rows_in(home_, "keys where name = 'bank'"), 1);
}

TEST_F(Reconcile, ADeletedKeyWhoseObjectOthersDestroyedIsDeletingUntilItIsGivenUp) {
    create_keys({"k", "other"});
    const std::string id = objects_of_key("k").at(0).id;
    destroy("k");
    start();
    for (int call = 0; call < 2; ++call) {
        const Answer answer = send({.method = "DELETE", .path = key_path("k"), .token = home_.token()});
        EXPECT_EQ(answer.status, 200);
        EXPECT_EQ(answer.json().at("deploymentResult").at("success"), false) << answer.body;
        EXPECT_THAT(answer.body, HasSubstr("keyward reconcile --give-up " + id));
    }
    EXPECT_EQ(state("k"), "DELETING");
    EXPECT_EQ(state("other"), "DEPLOYED");
    stop();
    const Reconciled found = reconcile(home_);
    EXPECT_EQ(found.code, 1);
    EXPECT_EQ(found.report.at("notFound").at(0).at("objectId"), id);
    const Reconciled given_up = reconcile(home_, {"--give-up", id});
    EXPECT_EQ(given_up.code, 0) << given_up.report;
    EXPECT_EQ(given_up.report.at("givenUp").at(0).at("done"), true);
    EXPECT_EQ(rows_in(home_, "audit where result like '%not found; given up by an operator%'"), 1);
    EXPECT_EQ(rows_in(home_, "audit where result like '%" + id + " destroyed%'"), 0);
    start();
    EXPECT_EQ(send({.path = key_path("k"), .token = home_.token()}).status, 404);
    create_aes("k");
    stop();
}

TEST_F(Reconcile, AnObjectThatIsThereIsNotGivenUp) {
    create_keys({"k"});
    const std::string id = objects_of_key("k").at(0).id;
    const Reconciled refused = reconcile(home_, {"--give-up", id});
    EXPECT_EQ(refused.code, 1);
    EXPECT_EQ(refused.report.at("givenUp").at(0).at("note"),
              "It is a key's that is deployed: undeploy or delete the key first");
    EXPECT_EQ(objects_of_key("k").size(), 1U);
}

TEST_F(Reconcile, AHalfMadeObjectGoesWithItsFlagAlone) {
    create_keys({"k"});
    // The object file that a killed SoftHSM2 2.6.1 leaves: big-endian triples of type, kind and value (its
    // src/lib/object_store/File.cpp), here CKA_CLASS secret key and CKA_KEY_TYPE AES without CKA_TOKEN.
    const auto number = [](std::uint64_t value) {
        std::string octets(8, '\0');
        for (int i = 7; i >= 0; --i, value >>= 8)
            octets[static_cast<std::size_t>(i)] = static_cast<char>(value & 0xff);
        return octets;
    };
    const std::string object = number(1) + number(0x0) + number(2) + number(4) + number(0x100) + number(2) +
                               number(0x1f) + number(0x1) + number(1) + std::string(1, '\0') + number(0x2) +
                               number(1) + std::string(1, '\1');
    const auto token = std::filesystem::directory_iterator(home_.folder().path() / "tokens")->path();
    const auto name = "tokens/" + token.filename().string() + "/00000000-0000-0000-0000-000000000001.object";
    home_.folder().write(name, object);

    const Reconciled found = reconcile(home_, {"--adopt"});
    EXPECT_EQ(found.code, 1);
    EXPECT_THAT(found.kinds(), ElementsAre("half-made"));
    const Reconciled removed = reconcile(home_, {"--remove-incomplete"});
    EXPECT_EQ(removed.code, 0) << removed.report;
    EXPECT_EQ(removed.environment().at("removed"), 1);
    EXPECT_EQ(rows_in(home_, "audit where action = 'reconcile.remove_half_made'"), 2);
    EXPECT_EQ(objects_in(home_, "production").size(), 1U);
    EXPECT_EQ(objects_of_key("k").size(), 1U);
}

TEST_F(Reconcile, ADryRunChangesNothing) {
    create_keys({"k", "lost"});
    destroy("lost");
    const std::string id = objects_of_key("k").at(0).id;
    change_catalogue(home_,
                     "insert into tombstones (object_id, environment, owner, lease_until, keep_until) values "
                     "('00112233445566778899aabbccddeeff', 'production', 'nobody', 0, 0); "
                     "delete from environment_tokens");
    const int audited = rows_in(home_, "audit");
    const Reconciled found = reconcile(home_, {"--dry-run"});
    EXPECT_EQ(found.code, 1);
    const json listed{{"environment", "production"},
                      {"objectId", "00112233445566778899aabbccddeeff"},
                      {"cause", "replaced or deleted"},
                      {"inToken", false}};
    EXPECT_EQ(
        found.report.at("settled"),
        (json{{"dryRun", true}, {"intents", 0}, {"tombstones", 1}, {"objects", json::array({listed})}}));
    EXPECT_THAT(found.kinds(), ElementsAre("missing"));
    EXPECT_EQ(rows_in(home_, "audit"), audited);
    EXPECT_EQ(rows_in(home_, "tombstones"), 1);
    EXPECT_EQ(rows_in(home_, "environment_tokens"), 0);
    EXPECT_EQ(objects_of_key("k").at(0).id, id);
}

TEST_F(Reconcile, WrongUsageIsExitCodeTwo) {
    for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
             {"reconcile", "--dry-run", "--adopt"},
             {"reconcile", "--dry-run", "--remove-incomplete"},
             {"reconcile", "--dry-run", "--remove-unidentified"},
             {"reconcile", "--environment", "moon"},
             {"reconcile", "--environment", "production", "--give-up", "00112233445566778899aabbccddeeff"},
             {"reconcile", "--environment", "production", "--accept-token", "staging"},
             {"reconcile", "--accept-token", "moon"},
             {"reconcile", "--dry-run", "--accept-token", "moon"},
             {"reconcile", "--accept-token"},
             {"reconcile", "--adopt", "k"},
             {"reconcile", "--adopt", ""},
             {"reconcile", "--adopt", "--mechanism", "AES-CTR"},
             {"reconcile", "--mechanism", "AES-CTR"},
             {"reconcile", "--adopt", "00112233445566778899aabbccddeeff", "--mechanism", "ROT13"},
             {"reconcile", "--give-up"},
             {"reconcile", "--give-up", ""},
             {"reconcile", "--give-up", "0011"},
             {"reconcile", "--dry-run", "--give-up", "00112233445566778899aabbccddeeff"},
             {"reconcile", "--heal"}}) {
        const test::CommandResult outcome = home_.keyward(words);
        EXPECT_EQ(outcome.code, 2) << outcome.errors;
        EXPECT_EQ(outcome.output, "");
    }
}

TEST_F(Reconcile, HelpTellsTheExitCodes) {
    const test::CommandResult help = test::run_command({keyward_binary(), "reconcile", "--help"});
    EXPECT_EQ(help.code, 0);
    EXPECT_THAT(help.output, HasSubstr("Exit code 0: everything is resolved"));
}

TEST_F(Reconcile, ATokenThatWasMadeAnewIsRefusedAndNothingIsDestroyed) {
    create_keys({"k"});
    replace_token();
    change_catalogue(home_,
                     "insert into tombstones (object_id, environment, owner, lease_until, keep_until) values "
                     "('00112233445566778899aabbccddeeff', 'production', 'nobody', 0, 0)");
    const Reconciled refused = reconcile(home_);
    EXPECT_EQ(refused.code, 1);
    EXPECT_EQ(refused.environment().at("status"), "skipped");
    EXPECT_EQ(refused.environment().at("reason"),
              "The token of environment production is not the one that holds its keys");
    EXPECT_EQ(refused.report.at("settled").at("left"), 1);
    EXPECT_EQ(rows_in(home_, "tombstones"), 1);
    EXPECT_EQ(rows_in(home_, "deployments where state = 'deployed'"), 1);
    const test::CommandResult check = home_.keyward({"check"});
    EXPECT_EQ(check.code, 1);
    EXPECT_THAT(check.output, HasSubstr("is not the one that holds its keys"));

    server_ = std::make_unique<Server>(home_, 0);
    const Answer answer = send({.method = "POST",
                                .path = keys_path(),
                                .body = text_of(create_body("new", "SECRET_KEY", "AES",
                                                            {{"production", base64(random_octets(32))}})),
                                .token = home_.token()});
    EXPECT_EQ(answer.status, 503) << answer.body;
    EXPECT_THAT(server_->log(), HasSubstr("keyward reconcile --accept-token production"));
    stop();
    EXPECT_EQ(objects_in(home_, "production").size(), 0U);
}

TEST_F(Reconcile, ATokenThatWasMadeAnewIsUsedOnceItIsAccepted) {
    create_keys({"k"});
    replace_token();
    const Reconciled adopted = reconcile(home_, {"--adopt"});
    EXPECT_EQ(adopted.code, 1);
    EXPECT_EQ(adopted.environment().at("status"), "skipped");
    const Reconciled dry = reconcile(home_, {"--dry-run", "--accept-token", "production"});
    EXPECT_EQ(dry.code, 1);
    EXPECT_TRUE(dry.environment().contains("tokenToAccept")) << dry.report;
    EXPECT_EQ(rows_in(home_, "deployments where state = 'deployed'"), 1);
    const Reconciled accepted = reconcile(home_, {"--accept-token", "production"});
    EXPECT_EQ(accepted.code, 0) << accepted.report;
    EXPECT_EQ(accepted.environment().at("acceptedToken"), dry.environment().at("tokenToAccept"));
    EXPECT_EQ(accepted.environment().at("adopted").size(), 1U);
    start();
    EXPECT_EQ(state("k"), "FAILED");
    create_aes("new");
    stop();
    EXPECT_EQ(reconcile(home_).code, 0);
}

TEST_F(Reconcile, ATokenThatWasMadeAnewIsRefusedWhereNoneWasRecordedToo) {
    create_keys({"k"});
    replace_token();
    change_catalogue(home_, "delete from environment_tokens");
    const Reconciled refused = reconcile(home_);
    EXPECT_EQ(refused.code, 1);
    EXPECT_THAT(refused.environment().value("reason", ""), HasSubstr("holds none of the keys"));
    EXPECT_THAT(refused.kinds(), ElementsAre("missing"));
    EXPECT_EQ(rows_in(home_, "environment_tokens"), 0);
    EXPECT_THAT(home_.keyward({"reconcile"}).errors,
                HasSubstr("accept it with: keyward reconcile --accept-token production"));
}

/// A token that is reinitialized in its slot. SoftHSM2 keeps the serial number then, as HSMs do.
class ReinitialisedToken : public testing::Test {
  protected:
    ReinitialisedToken() {
        initialise("--free");
        {
            Server server(home_, 1);
            for (const char* const name : {"k", "l"})
                EXPECT_EQ(create(name).status, 200);
            EXPECT_EQ(server.stop(), 0);
        }
        initialise("--token=production");
    }
    void initialise(const std::string& where) {
        test::output_of({"softhsm2-util", "--init-token", where, "--label", "production", "--pin",
                         test::read_file(home_.folder().file("production.pin")), "--so-pin", "12345678"},
                        home_.environment());
    }
    Answer create(const std::string& name) {
        return HttpClient(home_.port())
            .send({.method = "POST",
                   .path = keys_path(),
                   .body = text_of(
                       create_body(name, "SECRET_KEY", "AES", {{"production", base64(random_octets(32))}})),
                   .token = home_.token()});
    }

    Home home_{{.environments = {}, .without_token = {"production"}}};
};

const char* const none_of_its_keys = "holds none of the keys that are recorded for it";

TEST_F(ReinitialisedToken, IsRefusedAlthoughItHasItsSerialNumber) {
    const test::CommandResult check = home_.keyward({"check"});
    EXPECT_EQ(check.code, 1);
    EXPECT_THAT(check.output, HasSubstr(none_of_its_keys));
    EXPECT_THAT(check.output, HasSubstr("keyward reconcile --accept-token production"));
    Server server(home_, 0);
    const Answer answer = create("new");
    EXPECT_EQ(answer.status, 503) << answer.body;
    EXPECT_THAT(answer.body, HasSubstr(none_of_its_keys));
    EXPECT_EQ(server.stop(), 0);
    EXPECT_EQ(objects_in(home_, "production").size(), 0U);
}

TEST_F(ReinitialisedToken, IsUsedOnceItIsAccepted) {
    const Reconciled shown = reconcile(home_, {"--adopt"});
    EXPECT_EQ(shown.code, 1);
    EXPECT_THAT(shown.kinds(), ElementsAre("missing", "missing"));
    EXPECT_EQ(rows_in(home_, "deployments where state = 'deployed'"), 2);
    const Reconciled accepted = reconcile(home_, {"--accept-token", "production"});
    EXPECT_EQ(accepted.code, 0) << accepted.report;
    EXPECT_EQ(rows_in(home_, "deployments where state = 'failed'"), 2);
    Server server(home_, 1);
    EXPECT_EQ(create("new").status, 200);
    EXPECT_EQ(server.stop(), 0);
    EXPECT_EQ(reconcile(home_).code, 0);
}

TEST_F(Reconcile, BesideARunningServerItTakesNoLiveWorkForDrift) {
    start();
    std::atomic<bool> ending = false;
    std::atomic<int> failures = 0;
    std::vector<std::jthread> clients;
    for (int i = 0; i < 3; ++i)
        clients.emplace_back([&] {
            HttpClient client(home_.port());
            const auto body = [&](const std::string& name) {
                return text_of(
                    create_body(name, "SECRET_KEY", "AES", {{"production", base64(random_octets(32))}}));
            };
            while (!ending) {
                const std::string name = unique_name();
                const auto ask = [&](const char* method, const std::string& path, const std::string& sent) {
                    const Answer answer =
                        client.send({.method = method, .path = path, .body = sent, .token = home_.token()});
                    if (answer.status != 200) ++failures;
                };
                ask("POST", keys_path(), body(name));
                ask("PUT", key_path(name), body(name));
                if (name.ends_with('0')) ask("DELETE", key_path(name), "");
            }
        });
    for (int i = 0; i < 5; ++i) {
        const Reconciled beside = reconcile(home_, {"--adopt"});
        EXPECT_EQ(beside.environment().at("drift"), json::array());
        EXPECT_EQ(beside.environment().at("adopted"), json::array());
    }
    ending = true;
    clients.clear();
    EXPECT_EQ(failures, 0);
    stop();
    const Reconciled after = reconcile(home_);
    EXPECT_EQ(after.code, 0) << after.report;
    EXPECT_EQ(static_cast<int>(objects_in(home_, "production").size()), rows_in(home_, "deployments"));
}

TEST_F(Reconcile, WhatSigkillCutOffIsSettledWithoutAServer) {
    start();
    std::vector<std::jthread> clients;
    for (int i = 0; i < 4; ++i)
        clients.emplace_back([&] {
            HttpClient client(home_.port());
            const std::string name = unique_name();
            int status = 200;
            for (int turn = 0; status != 0; ++turn) {
                const std::string body = text_of(
                    create_body(name, "SECRET_KEY", "AES", {{"production", base64(random_octets(32))}}));
                status = client
                             .send({.method = turn == 0 ? "POST" : "PUT",
                                    .path = turn == 0 ? keys_path() : key_path(name),
                                    .body = body,
                                    .token = home_.token()})
                             .status;
            }
        });
    ASSERT_TRUE(
        test::comes_true([&] { return rows_in(home_, "audit") > 60 && rows_in(home_, "intents") > 0; }));
    server_->kill();
    clients.clear();
    server_.reset();
    // A tombstone whose object was not found is kept until no call can create the object any more, for about
    // 30 s.
    Reconciled last{-1, {}};
    EXPECT_TRUE(test::comes_true(
        [&] {
            last = reconcile(home_, {"--remove-incomplete"});
            return last.code == 0;
        },
        std::chrono::seconds(60)))
        << last.report;
    EXPECT_EQ(rows_in(home_, "intents"), 0);
    EXPECT_EQ(rows_in(home_, "tombstones"), 0);
    EXPECT_EQ(static_cast<int>(objects_in(home_, "production").size()), rows_in(home_, "deployments"));
}

TEST(ReconcileBesideAServer, AnotherProcessesInterruptedWorkIsSettledOnceItsTokenAnswers) {
    const Home home{{.environments = {}, .remote = {"remote"}}};
    const RemoteHsm hsm(home);
    auto server = std::make_unique<Server>(home);
    hsm.hang();
    test::RawClient client(home.port());
    client.send(raw_create(
        home, create_body("cut-off", "SECRET_KEY", "AES", {{"remote", base64(random_octets(32))}})));
    ASSERT_TRUE(test::comes_true([&] { return rows_in(home, "intents") == 1; }));
    server->kill();
    hsm.go_on();
    server = std::make_unique<Server>(home);
    Reconciled last{-1, {}};
    EXPECT_TRUE(test::comes_true(
        [&] {
            last = reconcile(home);
            return last.code == 0 && rows_in(home, "tombstones") == 0;
        },
        std::chrono::seconds(60)))
        << last.report;
    EXPECT_EQ(objects_in(home, "remote").size(), 0U);
    HttpClient reader(home.port());
    EXPECT_EQ(reader.send({.path = key_path("cut-off"), .token = home.token()}).status, 404);
    EXPECT_EQ(server->stop(), 0);
}

TEST_F(Reconcile, TheServiceLogsDriftAtItsStart) {
    create_keys({"k", "other"});
    destroy("k");
    start();
    EXPECT_TRUE(test::comes_true([&] { return server_->log().find("drift.found") != std::string::npos; }));
    EXPECT_THAT(server_->log(), HasSubstr(R"("missing":1)"));
    EXPECT_EQ(state("k"), "DEPLOYED");
    stop();
}

}  // namespace
}  // namespace keyward::e2e
