#pragma once

#include <mutex>
#include <thread>
#include <vector>

#include "base/growing_pause.hpp"
#include "service/recovery/comparison.hpp"
#include "service/runtime/service_context.hpp"

namespace keyward::service {

/// Looks for drift in every environment once, on a thread of its own, and writes what it found into the log.
/// An environment at which the look failed, as with the catalogue, is looked at once more, after pauses that
/// grow; one whose token can't be looked through is not. An environment with a single worker is passed over:
/// a walk would hold up its requests.
class DriftWatch {
  public:
    /// The environments are those that there are now.
    explicit DriftWatch(ServiceContext service_context);
    DriftWatch(const DriftWatch&) = delete;
    DriftWatch& operator=(const DriftWatch&) = delete;
    DriftWatch(DriftWatch&&) = delete;
    DriftWatch& operator=(DriftWatch&&) = delete;
    ~DriftWatch() = default;  // stops the walk and joins the thread

    /// Returns at once. To be called again and again: it does nothing while a look is under way, in the pause
    /// after one that failed, and once all environments were looked at.
    void begin();

  private:
    void look(const std::stop_token& stop);
    [[nodiscard]] bool look_at(Environment& environment, const std::stop_token& stop);

    ServiceContext service_context_;
    GrowingPause pause_;
    std::mutex mutex_;
    bool looking_ = false;
    std::vector<Environment*> left_;  ///< to be looked at; the thread's while it looks
    std::jthread thread_;             // the last member, since it uses the others to its end
};

}  // namespace keyward::service
