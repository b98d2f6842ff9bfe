#pragma once

#include <mutex>
#include <thread>

#include "service/comparison.hpp"
#include "service/workplace.hpp"

namespace keyward::service {

/// Looks for drift in every environment once, on a thread of its own, and writes what it found into the log.
/// An environment with a single worker is passed over: a walk would hold up its requests.
class DriftWatch {
  public:
    explicit DriftWatch(Workplace workplace) : workplace_(std::move(workplace)) {}
    DriftWatch(const DriftWatch&) = delete;
    DriftWatch& operator=(const DriftWatch&) = delete;
    DriftWatch(DriftWatch&&) = delete;
    DriftWatch& operator=(DriftWatch&&) = delete;
    ~DriftWatch() = default;  // stops the walk and joins the thread

    /// Returns at once; the second time it does nothing.
    void begin();

  private:
    void look(const std::stop_token& stop);

    Workplace workplace_;
    std::once_flag begun_;
    std::jthread thread_;  // the last member, since it uses the others to its end
};

}  // namespace keyward::service
