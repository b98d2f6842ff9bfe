#include "service/runtime/object_scan.hpp"

#include <condition_variable>

#include "base/mutex.hpp"

namespace keyward::service {
namespace {

using namespace std::chrono_literals;

/// Far longer than any scan; idle_timeout ends a scan earlier.
constexpr auto longest_scan = 24h;
constexpr auto progress_pause = 100ms;

/// Shared by the worker that scans and the thread that waits, since either may outlive the other.
class Scan {
  public:
    /// Runs on the worker.
    void take(const TokenObject& object, std::size_t place, std::size_t total) {
        const Lock lock(mutex_);
        if (abandoned_) throw TokenError(TokenFault::busy, "The object scan was given up");
        objects_.push_back(object);
        done_ = place;
        total_ = total;
        ++signs_of_life_;
    }
    void begin() {
        const Lock lock(mutex_);
        if (abandoned_) throw TokenError(TokenFault::busy, "The object scan was given up");
        ++signs_of_life_;
    }
    void end() {
        const Lock lock(mutex_);
        ended_ = true;
        changed_.notify_all();
    }

    /// True when the worker has ended; false when the scan was abandoned.
    bool wait(const std::string& name, const ScanLimits& limits, const ScanProgress& progress) {
        const Lock lock(mutex_);
        auto heard_at = std::chrono::steady_clock::now();
        std::size_t heard = signs_of_life_;
        while (!changed_.wait_for(mutex_, limits.stop, progress_pause,
                                  [&]() KEYWARD_REQUIRES(mutex_) { return ended_; })) {
            const auto now = std::chrono::steady_clock::now();
            if (signs_of_life_ != heard) heard_at = now;
            heard = signs_of_life_;
            if (limits.stop.stop_requested() || now - heard_at > limits.idle_timeout) {
                abandoned_ = true;
                return false;
            }
            tell(name, progress);
        }
        tell(name, progress);
        return true;
    }

    std::vector<TokenObject> objects() {
        const Lock lock(mutex_);
        return std::move(objects_);
    }

  private:
    void tell(const std::string& name, const ScanProgress& progress) KEYWARD_REQUIRES(mutex_) {
        const std::size_t done = done_;
        const std::size_t total = total_;
        if (!progress || total == 0) return;
        const Unlock unlocked(mutex_);
        progress(name, done, total);
    }

    Mutex mutex_;
    std::condition_variable_any changed_;  ///< waits with mutex_ itself, for a std::stop_token
    std::vector<TokenObject> objects_ KEYWARD_GUARDED_BY(mutex_);
    std::size_t done_ KEYWARD_GUARDED_BY(mutex_) = 0;
    std::size_t total_ KEYWARD_GUARDED_BY(mutex_) = 0;
    std::size_t signs_of_life_ KEYWARD_GUARDED_BY(mutex_) = 0;
    bool ended_ KEYWARD_GUARDED_BY(mutex_) = false;
    bool abandoned_ KEYWARD_GUARDED_BY(mutex_) = false;
};

/// Reports that the worker has ended, in every case.
class End {
  public:
    explicit End(Scan& scan) : scan_(scan) {}
    End(const End&) = delete;
    End& operator=(const End&) = delete;
    End(End&&) = delete;
    End& operator=(End&&) = delete;
    ~End() { scan_.end(); }

  private:
    Scan& scan_;
};

}  // namespace

std::vector<TokenObject> scan_objects(Environment& environment, const ScanLimits& limits,
                                      const ScanProgress& progress) {
    const auto scan = std::make_shared<Scan>();
    const auto call = environment.begin<bool>(
        [scan](Token& token) {
            const End end(*scan);
            scan->begin();
            token.scan([&](const TokenObject& object, std::size_t place, std::size_t total) {
                scan->take(object, place, total);
            });
            return true;
        },
        {}, longest_scan);
    if (!scan->wait(environment.name(), limits, progress)) {
        if (limits.stop.stop_requested()) throw TokenError(TokenFault::busy, "The comparison was stopped");
        throw TokenError(TokenFault::unreachable,
                         "The token of environment " + environment.name() +
                             " stopped answering while its objects were looked through");
    }
    environment.wait(*call);
    return scan->objects();
}

}  // namespace keyward::service
