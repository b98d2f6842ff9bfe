#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/crash/support/record.hpp"

namespace keyward::e2e {

/// What a process of one_change.cpp wrote, and how it ended.
struct ChangeOutcome {
    std::optional<int> end;          ///< exit code, or minus the signal
    std::vector<std::string> steps;  ///< of the last change
    std::vector<nlohmann::json> answers;
};

/// Runs such a process to its end. What it logs goes to the file `log` in the home.
ChangeOutcome run_changes(const Home& home, const nlohmann::json& plan);

/// The change of `key.sent` as a plan has it. With `fails` staging's key has an expected fingerprint that no
/// token can report.
nlohmann::json planned(const KeyRecord& key, bool fails);

}  // namespace keyward::e2e
