#pragma once

#include <thread>
#include <vector>

#include "base/backoff.hpp"
#include "base/mutex.hpp"
#include "service/recovery/comparison.hpp"
#include "service/runtime/service_context.hpp"

namespace keyward::service {

/// Looks for drift in every environment once, on a thread of its own, and logs the findings. An environment
/// for which that failed, for instance because of the catalogue, is checked again, after growing pauses; one
/// whose token cannot be scanned is not. An environment with a single worker is skipped: a scan would block
/// its requests.
class DriftWatch {
  public:
    /// The environments are those that exist now.
    explicit DriftWatch(ServiceContext service_context);
    DriftWatch(const DriftWatch&) = delete;
    DriftWatch& operator=(const DriftWatch&) = delete;
    DriftWatch(DriftWatch&&) = delete;
    DriftWatch& operator=(DriftWatch&&) = delete;
    ~DriftWatch() = default;  // stops the scan and joins the thread

    /// Returns at once. Call it repeatedly: it does nothing while a check is running, in the pause after one
    /// that failed, and once all environments were checked.
    void begin();

  private:
    void look(const std::stop_token& stop);
    [[nodiscard]] bool look_at(Environment& environment, const std::stop_token& stop);

    ServiceContext service_context_;
    GrowingPause pause_;
    Mutex mutex_;
    bool looking_ KEYWARD_GUARDED_BY(mutex_) = false;
    std::vector<Environment*> left_;  ///< not yet checked; used by the thread while it runs
    std::jthread thread_;             // the last member, since it uses the others until it ends
};

}  // namespace keyward::service
