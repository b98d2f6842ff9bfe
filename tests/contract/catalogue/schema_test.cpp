#include <algorithm>

#include "tests/contract/catalogue/support/fixture.hpp"

namespace keyward::storage {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST_P(CatalogueContract, ASecondOpeningFindsWhatTheFirstWrote) {
    new_user();
    catalogue_.reset();
    EXPECT_TRUE(another()->users.find_user("alice"));
    EXPECT_THAT(database_->query("select version from schema_migrations"),
                ElementsAre(ElementsAre("1"), ElementsAre("2"), ElementsAre("3")));
}

// Reverts all later versions, so that the database is like one of the first release.
void return_to_first_version(TestDatabase& database) {
    for (const auto* statement : {"drop table login_networks",
                                  "drop table attempts",
                                  "drop table environment_tokens",
                                  "drop index api_tokens_by_end",
                                  "alter table keys drop column revision",
                                  "alter table deployments drop column uses",
                                  "alter table tombstones drop column keep_until",
                                  "alter table tombstones drop column serial",
                                  "alter table deployments drop column serial",
                                  "alter table intents drop column serial",
                                  "drop table access_version",
                                  "drop index audit_by_change",
                                  "alter table audit drop column change_id",
                                  "drop table probes",
                                  "alter table tombstones drop column deployed",
                                  "alter table tombstones drop column attempted",
                                  "alter table tombstones drop column created_at",
                                  "alter table tombstones drop column absent_looks",
                                  "alter table tombstones drop column look_after",
                                  "delete from schema_migrations where version > 1"})
        database.query(statement);
}

TEST_P(CatalogueContract, ADatabaseOfTheFirstVersionIsBroughtUpToDateWithAllThatItHolds) {
    const auto key = committed(new_project());
    const auto gone = new_tombstones("first", at(5000));
    catalogue_.reset();
    return_to_first_version(*database_);
    catalogue_ = another();
    EXPECT_EQ(found(key), key);  // its uses follow from its mechanisms
    EXPECT_EQ(catalogue_->changes.tombstones().size(), gone.size());
    EXPECT_EQ(catalogue_->changes.tombstones().at(0).keep_until, Instant{});
    const auto change = updating(key, {"staging"});
    EXPECT_TRUE(
        catalogue_->keys.commit_update(change.key, {"staging"}, resolution("first", at(1)), audit("x")));
}

TEST_P(CatalogueContract, ASchemaNewerThanTheProgramIsRefused) {
    database_->query("insert into schema_migrations (version, applied_at) values (999, 0)");
    try {
        const auto opened = another();
        FAIL() << "it was opened";
    } catch (const CatalogueError& error) {
        EXPECT_STREQ(error.what(),
                     "the catalogue has schema version 999, but this keyward knows only up to 3: run the "
                     "version of keyward that made "
                     "it, or a newer one");
    }
}

TEST_P(CatalogueContract, AWordOfANewerProgramIsAnErrorThatSaysSo) {
    const auto work = begun(new_project());
    database_->query("update keys set state = 'frozen'");
    try {
        state_of(work.key);
        FAIL() << "it was read";
    } catch (const CatalogueError& error) {
        EXPECT_THAT(error.what(), HasSubstr("'frozen' as a key's state, which this program does not know"));
    }
}

TEST_P(CatalogueContract, UsesOfANewerProgramAreAnErrorThatSaysSo) {
    const auto key = committed(new_project());
    database_->query("update deployments set uses = 'derivation'");
    try {
        found(key);
        FAIL() << "it was read";
    } catch (const CatalogueError& error) {
        EXPECT_THAT(error.what(),
                    HasSubstr("'derivation' as the uses of an object, which this program does not know"));
    }
}

TEST_P(CatalogueContract, ADamagedObjectIdIsAnErrorThatSaysSo) {
    begun(new_project());
    database_->query("update intents set object_id = 'xyz' where environment = 'staging'");
    try {
        catalogue_->changes.intents();
        FAIL() << "it was read";
    } catch (const CatalogueError& error) {
        EXPECT_THAT(error.what(), HasSubstr("'xyz' where the 32 hexadecimal digits"));
    }
}

std::vector<std::string> columns_of(TestDatabase& database, bool sqlite) {
    const auto rows =
        database.query(sqlite ? "select m.name || '.' || c.name || ' ' || lower(c.type) from sqlite_schema m "
                                "join pragma_table_info(m.name) c"
                                " where m.type = 'table' and m.name not like 'sqlite_%'"
                              : "select table_name || '.' || column_name || ' ' || case data_type when "
                                "'bigint' then 'bigint' else data_type end"
                                " from information_schema.columns where table_schema = 'public'");
    std::vector<std::string> columns;
    for (const auto& row : rows)
        columns.push_back(row.at(0) == "audit.id integer" ? "audit.id bigint" : row.at(0));
    std::sort(columns.begin(), columns.end());
    return columns;
}

TEST_P(CatalogueContract, TheDatabaseHasTheseColumnsAndNoneForMaterial) {
    EXPECT_THAT(
        columns_of(*database_, GetParam().name == "sqlite"),
        ElementsAre(
            "access_version.version bigint",  //
            "api_tokens.created_at bigint", "api_tokens.expires_at bigint", "api_tokens.hash text",
            "api_tokens.id text", "api_tokens.name text", "api_tokens.revoked bigint",
            "api_tokens.user_id text",  //
            "attempts.answer text", "attempts.changed_at bigint", "attempts.fingerprint text",
            "attempts.idempotency_key text", "attempts.lease_until bigint", "attempts.owner text",
            "attempts.user_id text",  //
            "audit.action text", "audit.actor text", "audit.change_id text", "audit.environments text",
            "audit.happened_at bigint", "audit.id bigint", "audit.key_name text", "audit.project text",
            "audit.request_id text",
            "audit.result text",  //
            "deployments.alias text", "deployments.environment text", "deployments.failure text",
            "deployments.key_check_value text", "deployments.key_id text", "deployments.object_id text",
            "deployments.position bigint", "deployments.public_key_pem text",
            "deployments.public_key_sha256 text", "deployments.serial text", "deployments.size bigint",
            "deployments.source text", "deployments.state text", "deployments.uses text",  //
            "environment_tokens.environment text", "environment_tokens.serial text",       //
            "grants.environment text", "grants.permission text", "grants.project_id text",
            "grants.user_id text",  //
            "intents.environment text", "intents.key_id text", "intents.lease_until bigint",
            "intents.object_id text", "intents.owner text",
            "intents.serial text",  //
            "keys.algorithm text", "keys.created_at bigint", "keys.description text", "keys.id text",
            "keys.mechanisms text", "keys.name text", "keys.project_id text", "keys.revision bigint",
            "keys.state text", "keys.type text",
            "keys.updated_at bigint",  //
            "login_networks.last_login_at bigint", "login_networks.network text",
            "login_networks.user_id text",                   //
            "probes.owner text", "probes.probed_at bigint",  //
            "project_environments.name text", "project_environments.position bigint",
            "project_environments.project_id text",                                     //
            "projects.id text", "projects.name text",                                   //
            "schema_migrations.applied_at bigint", "schema_migrations.version bigint",  //
            "tombstones.absent_looks bigint", "tombstones.attempted bigint", "tombstones.created_at bigint",
            "tombstones.deployed bigint", "tombstones.environment text", "tombstones.keep_until bigint",
            "tombstones.lease_until bigint", "tombstones.look_after bigint", "tombstones.object_id text",
            "tombstones.owner text", "tombstones.serial text",  //
            "users.id text", "users.name text", "users.password_hash text"));
}

TEST_P(CatalogueContract, LookUpsOfTheHotPathUseAnIndex) {
    const std::vector<std::string> look_ups{
        "select id from keys where project_id = 'p' and name = 'n'",
        "select alias from deployments where key_id = 'k'",
        "select user_id from api_tokens where hash = 'h'",
        "select owner from intents where key_id = 'k'",
        "select owner from tombstones where lease_until <= 5 or owner = 'o'",
        "select permission from grants where user_id = 'u'",
        "select name from keys where project_id = 'p' and state <> 'creating' and name > 'n' order by name "
        "limit 9",
        "select answer from attempts where user_id = 'u' and idempotency_key = 'k'",
        "delete from attempts where changed_at < 5 and (answer is not null or lease_until < 5)",
        "update attempts set lease_until = 5 where owner = 'o' and answer is null",
        "delete from api_tokens where name = 'login' and expires_at < 5"};
    const bool sqlite = GetParam().name == "sqlite";
    if (!sqlite) database_->query("set enable_seqscan = off");
    for (const auto& look_up : look_ups) {
        std::string plan;
        for (const auto& row : database_->query((sqlite ? "explain query plan " : "explain ") + look_up))
            plan += row.back() + "\n";
        EXPECT_THAT(plan, testing::AnyOf(HasSubstr("USING INDEX"), HasSubstr("USING COVERING INDEX"),
                                         HasSubstr("Index")))
            << look_up;
        EXPECT_THAT(plan, testing::Not(testing::AnyOf(HasSubstr("SCAN "), HasSubstr("Seq Scan")))) << look_up;
    }
}

}  // namespace
}  // namespace keyward::storage
