#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/mutex.hpp"
#include "domain/catalogue.hpp"

namespace keyward::service {

/// Whether the catalogue can be written and read, as last probed. Thread-safe; only `probe` blocks.
class CatalogueHealth {
  public:
    /// A probe that has not ended after `patience` counts as failed while it runs: so a database that hangs
    /// is known to be down long before the deadline of a statement. `owner` is this process.
    CatalogueHealth(CatalogueProbe& probe, std::string owner, Clock clock,
                    std::chrono::milliseconds patience = std::chrono::milliseconds(900));

    /// Waits for the catalogue. Call it repeatedly, from one thread.
    void probe();
    /// False before the first probe has ended.
    [[nodiscard]] bool is_up() const;

  private:
    using Time = std::chrono::steady_clock;
    void begin();
    void end(bool up, const std::string& reason);
    /// Returns the previous reason.
    std::string note(bool up, std::string reason);

    CatalogueProbe& probe_;
    std::string owner_;
    Clock clock_;
    std::chrono::milliseconds patience_;
    mutable Mutex mutex_;
    bool up_ KEYWARD_GUARDED_BY(mutex_) = false;
    std::optional<Time::time_point> probing_since_ KEYWARD_GUARDED_BY(mutex_);
    std::string reason_ KEYWARD_GUARDED_BY(mutex_);  ///< of the last failure; empty while it is up
};

}  // namespace keyward::service
