#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "service/recovery/reconcile.hpp"

namespace keyward::cli {

/// The report for programs: one JSON document.
nlohmann::ordered_json json_of(const service::ReconcileReport& report);

/// The same for people: plain lines, each difference with advice. Text that other applications wrote into a
/// token cannot move the terminal's cursor.
std::string text_of(const service::ReconcileReport& report);

}  // namespace keyward::cli
