#include <cctype>
#include <csignal>
#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/crash/change_process.hpp"
#include "tests/crash/operations.hpp"
#include "tests/crash/support/disagreements.hpp"

namespace keyward::e2e {

// In this namespace, so that GoogleTest finds it.
static void PrintTo(const Operation& operation, std::ostream* stream) {
    *stream << operation.name;
}

namespace {

using nlohmann::json;
using testing::HasSubstr;

const std::vector<std::string> environments{"production", "staging"};
const json made_well{{"success", true}, {"message", "Deployment completed successfully"}};
const json removed_well{{"success", true}, {"message", "Undeployment completed successfully"}};
const json nothing_to_do{{"intents", 0}, {"objects", 0}, {"tombstones", 0}, {"left", 0}, {"unreached", 0}};

struct FaultPoint {
    const Operation* operation;
    std::size_t step;
    bool before;
};

void PrintTo(const FaultPoint& point, std::ostream* stream) {
    *stream << point.operation->name << (point.before ? ", before " : ", after ")
            << point.operation->steps[point.step];
}

std::vector<FaultPoint> all_points() {
    std::vector<FaultPoint> points;
    for (const Operation& operation : operations())
        for (std::size_t step = 0; step < operation.steps.size(); ++step)
            for (const bool before : {true, false})
                points.push_back({&operation, step, before});
    return points;
}

/// `remove_tombstone staging` as RemoveTombstoneStaging.
std::string in_camel_case(const std::string& step) {
    std::string name;
    bool upper_case = true;
    for (const char c : step) {
        if (std::isalnum(static_cast<unsigned char>(c)) != 0)
            name += upper_case ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
        upper_case = c == '_' || c == ' ';
    }
    return name;
}

std::string name_of_operation(const testing::TestParamInfo<Operation>& parameter) {
    return parameter.param.name;
}

std::string name_of_point(const testing::TestParamInfo<FaultPoint>& parameter) {
    const FaultPoint& point = parameter.param;
    return point.operation->name + (point.before ? "KilledBefore" : "KilledAfter") +
           in_camel_case(point.operation->steps[point.step]);
}

/// One home for all tests until one fails. Each test creates a key of its own and deletes it.
class ChangeTest : public testing::Test {
  protected:
    static void SetUpTestSuite() { materials_ = std::make_unique<Materials>(); }
    static void TearDownTestSuite() {
        materials_.reset();
        home_.reset();
    }
    void SetUp() override {
        if (!home_) home_ = std::make_unique<Home>();
    }
    void TearDown() override {
        if (HasFailure()) home_.reset();  // the next test must not find what this one left
    }

    static std::string last_log() { return test::read_file(home_->folder().file("log")); }

    void send(Action action, const std::string& environment = {}) {
        Change change{action, {}, environment, false};
        if (action == Action::create || action == Action::update)
            for (const std::string& each : environments)
                change.fresh[each] = fresh(each);
        if (action == Action::redeploy) change.fresh[environment] = fresh(environment);
        key_.sent = change;
    }
    void send(const Operation& operation) {
        const bool in_one = operation.action == Action::redeploy || operation.action == Action::undeploy;
        send(operation.action, in_one ? "staging" : "");
        key_.sent->roll_back = operation.fails;
    }

    /// A key of its own, which exists already unless the operation creates it, and a plan that ends with the
    /// operation.
    json plan_of(const Operation& operation, Kind kind) {
        static int count = 0;
        key_ = KeyRecord{"key-" + std::to_string(++count), kind, false, {}, {}, {}};
        json changes = json::array();
        if (operation.action != Action::create) {
            send(Action::create);
            changes.push_back(planned(key_, false));
            key_.carry_out();
        }
        send(operation);
        changes.push_back(planned(key_, operation.fails));
        return {{"changes", changes}, {"steps", operation.steps}};
    }

    static ChangeOutcome run(const json& plan) { return run_changes(*home_, plan); }
    json answer_to(const json& change) {
        const ChangeOutcome outcome = run({{"changes", {change}}});
        EXPECT_EQ(outcome.end, 0);
        return outcome.answers.empty() ? json() : outcome.answers.back();
    }

    /// Rows and objects match the record, and no work is left.
    void expect_whole() {
        const CatalogueState catalogue = catalogue_state(*home_);
        for (const Finding& finding :
             disagreements({{key_.name, key_}}, catalogue, held_objects(*home_, environments)))
            ADD_FAILURE() << finding.name << ": " << finding.what;
        EXPECT_TRUE(catalogue.tombstones.empty());
    }

    void remove_key() {
        if (!key_.exists) return;
        send(Action::remove);
        EXPECT_EQ(answer_to(planned(key_, false)), removed_well);
        key_.carry_out();
        expect_whole();
    }

    Material fresh(const std::string& environment) {
        const auto old = key_.deployed.find(environment);
        return materials_->other_than(old == key_.deployed.end() ? std::string() : old->second.fingerprint,
                                      key_.kind, random_);
    }

    static std::unique_ptr<Home> home_;
    static std::unique_ptr<Materials> materials_;
    std::mt19937 random_{std::random_device{}()};
    KeyRecord key_;
};

std::unique_ptr<Home> ChangeTest::home_;
std::unique_ptr<Materials> ChangeTest::materials_;

class UndisturbedChange : public ChangeTest, public testing::WithParamInterface<Operation> {};

TEST_P(UndisturbedChange, TakesTheStepsThatTheFaultPointsAreMadeOf) {
    const ChangeOutcome outcome = run(plan_of(GetParam(), Kind::rsa));
    EXPECT_EQ(outcome.end, 0) << last_log();
    EXPECT_EQ(outcome.steps, GetParam().steps);
    EXPECT_EQ(outcome.answers.back()["success"], json(!GetParam().fails)) << outcome.answers.back();
    if (GetParam().fails)
        key_.sent.reset();
    else
        key_.carry_out();
    expect_whole();
    remove_key();
}

INSTANTIATE_TEST_SUITE_P(All, UndisturbedChange, testing::ValuesIn(operations()), name_of_operation);

class FaultPoints : public ChangeTest, public testing::WithParamInterface<FaultPoint> {
  protected:
    static const Operation& operation() { return *GetParam().operation; }
    static bool was_committed() {
        const std::size_t done = GetParam().step + (GetParam().before ? 0 : 1);
        return operation().commit && done > *operation().commit;
    }

    void kill_it() {
        const auto kind = all_kinds[GetParam().step % all_kinds.size()];
        json plan = plan_of(operation(), kind);
        plan["fault"] = {{"step", GetParam().step}, {"before", GetParam().before}};
        const ChangeOutcome outcome = run(plan);
        ASSERT_EQ(outcome.end, -SIGKILL) << last_log();
        auto steps = operation().steps;
        steps.resize(GetParam().step + (GetParam().before ? 0 : 1));
        ASSERT_EQ(outcome.steps, steps);
    }

    /// Before recovery.
    void expect_that_the_old_or_the_new_key_works() {
        const CatalogueState catalogue = catalogue_state_of_copy(*home_);
        for (const Finding& finding : key_disagreements(known_keys({{key_.name, key_}}, catalogue), catalogue,
                                                        held_objects(*home_, environments)))
            ADD_FAILURE() << finding.name << ": " << finding.what;
    }

    /// The first pass destroys the objects that it finds, the second one ends the tombstones that were kept
    /// because no object was found, and the third one finds no work.
    void expect_that_recovery_resolves_it() {
        const json passes = answer_to({{"action", "resolve"}});
        ASSERT_EQ(passes.size(), 3U) << last_log();
        EXPECT_EQ(passes[0]["unreached"], json(0));
        EXPECT_EQ(passes[1]["intents"], json(0));
        EXPECT_EQ(passes[1]["objects"], json(0));
        EXPECT_EQ(passes[1]["left"], json(0));
        EXPECT_EQ(passes[2], nothing_to_do);
    }

    void expect_old_or_new_key() {
        const auto made = was_made(key_, catalogue_state(*home_));
        ASSERT_TRUE(made) << "neither the old key nor the new one";
        EXPECT_EQ(*made, was_committed());
        if (*made)
            key_.carry_out();
        else
            key_.sent.reset();
        expect_whole();
    }

    /// The answer to a repetition of the request.
    void expect_that_a_repeat_completes_it() {
        const bool made = was_committed();
        send(operation());
        const json answer = answer_to(planned(key_, operation().fails));
        if (operation().fails) {
            EXPECT_EQ(answer["success"], json(false));
            EXPECT_THAT(answer["message"].get<std::string>(), HasSubstr("/cryptoKeyInfoEnvironmentList/1"));
            EXPECT_EQ(answer_to(planned(key_, false)), made_well);
        } else if (made && operation().action == Action::create) {
            EXPECT_EQ(answer, refusal("Key (name: " + key_.name +
                                      ") is already exist! Try update operation if want to change its "
                                      "value."));
            key_.sent.reset();
        } else if (made && operation().action == Action::remove) {
            EXPECT_EQ(answer, refusal("Key (name: " + key_.name + ") is not found"));
        } else if (made && operation().action == Action::undeploy) {
            EXPECT_EQ(answer, refusal("Key (name: " + key_.name +
                                      ") is not deployed in environment (name: staging)"));
        } else {
            EXPECT_EQ(answer, key_.sent->fresh.empty() ? removed_well : made_well);
        }
        if (key_.sent) key_.carry_out();
        expect_whole();
    }

  private:
    static json refusal(const std::string& text) { return {{"success", false}, {"message", text}}; }
};

TEST_P(FaultPoints, LeaveTheOldKeyOrTheNewOneWhole) {
    ASSERT_NO_FATAL_FAILURE(kill_it());
    expect_that_the_old_or_the_new_key_works();
    ASSERT_NO_FATAL_FAILURE(expect_that_recovery_resolves_it());
    ASSERT_NO_FATAL_FAILURE(expect_old_or_new_key());
    expect_that_a_repeat_completes_it();
    remove_key();
}

INSTANTIATE_TEST_SUITE_P(All, FaultPoints, testing::ValuesIn(all_points()), name_of_point);

}  // namespace
}  // namespace keyward::e2e
