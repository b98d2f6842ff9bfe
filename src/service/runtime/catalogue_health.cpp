#include "service/runtime/catalogue_health.hpp"

#include <utility>

#include "base/log.hpp"

namespace keyward::service {

CatalogueHealth::CatalogueHealth(CatalogueProbe& probe, std::string owner, Clock clock,
                                 std::chrono::milliseconds patience)
    : probe_(probe), owner_(std::move(owner)), clock_(std::move(clock)), patience_(patience) {}

void CatalogueHealth::probe() {
    begin();
    try {
        probe_.probe(owner_, clock_());
        end(true, {});
    } catch (const std::exception& error) {
        end(false, error.what());
    }
}

bool CatalogueHealth::is_up() const {
    const Lock lock(mutex_);
    return up_ && (!probing_since_ || Time::now() - *probing_since_ <= patience_);
}

void CatalogueHealth::begin() {
    const Lock lock(mutex_);
    probing_since_ = Time::now();
}

void CatalogueHealth::end(bool up, const std::string& reason) {
    const std::string former = note(up, reason);
    // Not with the mutex held: a log with a slow reader would block callers that ask for the state.
    if (!up && reason != former) log::error("catalogue.down", {{"reason", reason}});
    if (up && !former.empty()) log::info("catalogue.up");
}

std::string CatalogueHealth::note(bool up, std::string reason) {
    const Lock lock(mutex_);
    up_ = up;
    probing_since_.reset();
    return std::exchange(reason_, std::move(reason));
}

}  // namespace keyward::service
