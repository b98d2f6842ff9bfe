#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/crash/support/record.hpp"

namespace keyward::e2e {

/// The output of a process of one_change.cpp, and how it ended.
struct ChangeOutcome {
    std::optional<int> end;          ///< exit code, or minus the signal
    std::vector<std::string> steps;  ///< of the last change
    std::vector<nlohmann::json> answers;
};

/// Runs such a process to its end. Its log goes to the file `log` in the home.
ChangeOutcome run_changes(const Home& home, const nlohmann::json& plan);

/// The change `key.sent` in the format of a plan. With `fails`, the key for staging has an expected
/// fingerprint that no token reports.
nlohmann::json planned(const KeyRecord& key, bool fails);

}  // namespace keyward::e2e
