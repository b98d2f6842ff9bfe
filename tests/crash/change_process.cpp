#include "tests/crash/change_process.hpp"

#include "tests/support/child_process.hpp"

namespace keyward::e2e {

using nlohmann::json;

ChangeOutcome run_changes(const Home& home, const json& plan) {
    test::ChildProcess process(
        {"sh", "-c", R"(exec "$@" </dev/null 2>>"$0")", home.folder().file("log"), KEYWARD_ONE_CHANGE,
         home.config(), home.folder().write("plan.json", plan.dump())},
        home.environment());
    const std::string step = "step ";
    const std::string answer = "answer ";
    ChangeOutcome outcome;
    while (const auto line = process.read_line()) {
        if (line->starts_with(step)) outcome.steps.push_back(line->substr(step.size()));
        if (line->starts_with(answer)) outcome.answers.push_back(json::parse(line->substr(answer.size())));
    }
    outcome.end = process.wait();
    return outcome;
}

json planned(const KeyRecord& key, bool fails) {
    const KindWords& words = words_of(key.kind);
    json entries = json::array();
    for (const auto& [environment, material] : key.sent->fresh) {
        json entry{{"name", environment}, {"content", material.content}};
        if (fails && environment == "staging") entry["expected"] = std::string(words.pair ? 64 : 6, '0');
        entries.push_back(std::move(entry));
    }
    return {{"action", to_string(key.sent->action)},
            {"key", key.name},
            {"type", words.key_type},
            {"algorithm", words.algorithm},
            {"environments", entries},
            {"environment", key.sent->environment},
            {"rollback", key.sent->roll_back}};
}

}  // namespace keyward::e2e
