#include "service/runtime/environments.hpp"

#include <algorithm>

namespace keyward::service {

Environment* Environments::find(const std::string& name) const {
    const auto found = std::ranges::find_if(all_, [&](const auto& each) { return each->name() == name; });
    return found == all_.end() ? nullptr : found->get();
}

bool Environments::stop(std::chrono::milliseconds limit) {
    using Time = std::chrono::steady_clock;
    const auto until = Time::now() + limit;
    bool all_ended = true;
    for (const auto& environment : all_) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Time::now());
        all_ended = environment->stop(std::max(left, std::chrono::milliseconds(0))) && all_ended;
    }
    return all_ended;
}

std::chrono::milliseconds Environments::lease() const {
    std::chrono::milliseconds longest{0};
    for (const auto& environment : all_)
        longest = std::max(longest, environment->profile().deadline);
    // A request may wait for an import, then for its cleanup; the rest is for the database and a busy
    // machine.
    return 2 * longest + std::chrono::seconds(20);
}

ThreadLimits thread_limits(std::size_t sessions, std::size_t environments, std::size_t processors) {
    const std::size_t all = std::max(least_threads, threads_a_processor * processors);
    const std::size_t share =
        std::max(least_threads_of_environment, all / std::max<std::size_t>(environments, 1));
    const std::size_t workers = std::min({sessions, most_workers, share / 2});
    return {workers, std::min(workers * queued_calls_a_worker, share - workers)};
}

}  // namespace keyward::service
