#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "service/recovery/reconcile.hpp"

namespace keyward::cli {

/// The report for programs: one document.
nlohmann::ordered_json json_of(const service::ReconcileReport& report);

/// The same for people: plain lines, each difference with what to do about it. What other applications wrote
/// into a token can't move the terminal's cursor.
std::string text_of(const service::ReconcileReport& report);

}  // namespace keyward::cli
