#include "service/recovery/recovery_runner.hpp"

#include <chrono>

#include "base/contain.hpp"
#include "base/log.hpp"

namespace keyward::service {

void RecoveryRunner::run() {
    while (!stop_.stop_requested() && recovery_.settle_intents() > 0) {
    }
    if (stop_.stop_requested()) return;
    for (const auto& [environment, tombstones] : recovery_.waiting_tombstones()) {
        std::future<void>& part = parts_[environment];
        if (part.valid() && part.wait_for(std::chrono::seconds(0)) != std::future_status::ready) continue;
        part = std::async(std::launch::async, [this, name = environment] { destroy_tombstoned(name); });
    }
}

void RecoveryRunner::destroy_tombstoned(const std::string& environment) noexcept {
    contain("recovery", [&] {
        try {
            recovery_.destroy_tombstoned(environment, stop_.get_token());
        } catch (const std::exception& error) {
            log::error("recovery.failed", {{"environment", environment}, {"reason", error.what()}});
        }
    });
}

}  // namespace keyward::service
