#include "service/catalogue_health.hpp"

#include "core/log.hpp"

namespace keyward::service {

CatalogueHealth::CatalogueHealth(Catalogue& catalogue, std::string owner, Clock clock,
                                 std::chrono::milliseconds patience)
    : catalogue_(catalogue), owner_(std::move(owner)), clock_(std::move(clock)), patience_(patience) {}

void CatalogueHealth::probe() {
    begin();
    try {
        catalogue_.probe(owner_, clock_());
        end(true, {});
    } catch (const std::exception& error) {
        end(false, error.what());
    }
}

bool CatalogueHealth::is_up() const {
    const std::lock_guard lock(mutex_);
    return up_ && (!probing_since_ || Time::now() - *probing_since_ <= patience_);
}

void CatalogueHealth::begin() {
    const std::lock_guard lock(mutex_);
    probing_since_ = Time::now();
}

void CatalogueHealth::end(bool up, const std::string& reason) {
    const std::lock_guard lock(mutex_);
    if (!up && reason != reason_) log::error("catalogue.down", {{"reason", reason}});
    if (up && !reason_.empty()) log::info("catalogue.up");
    up_ = up;
    reason_ = reason;
    probing_since_.reset();
}

}  // namespace keyward::service
