#include "service/login_throttle.hpp"

#include <algorithm>

#include <arpa/inet.h>

#include "core/bytes.hpp"

namespace keyward::service {
namespace {

using namespace std::chrono_literals;

constexpr int failures_without_wait = 4;
constexpr std::chrono::seconds first_wait = 1s;
constexpr std::chrono::seconds longest_wait = 60s;
constexpr auto forgotten_after = 15min;

std::chrono::seconds wait_after(int failures) {
    auto wait = failures > failures_without_wait ? first_wait : 0s;
    for (int i = failures_without_wait + 1; i < failures && wait < longest_wait; ++i)
        wait *= 2;
    return std::min(wait, longest_wait);
}

/// The network of an IPv6 address, in hex; any other address as it is.
std::string network_of(const std::string& address) {
    in6_addr v6{};
    if (::inet_pton(AF_INET6, address.c_str(), &v6) != 1) return address;
    return to_hex(ByteView(v6.s6_addr).first(8)) + "/64";
}

}  // namespace

FailureCounts::Time FailureCounts::waits_until(const std::string& party) const {
    const auto found = counts_.find(party);
    return found == counts_.end() ? Time::min() : found->second.waits_until;
}

void FailureCounts::failed(const std::string& party, Time now) {
    auto found = counts_.find(party);
    if (found == counts_.end()) {
        make_room(now);
        found = counts_.try_emplace(party).first;
    }
    Count& count = found->second;
    if (now - count.last >= forgotten_after) count.failures = 0;
    // Attempts that were under way together fail together; from here on the wait does not grow.
    count.failures = std::min(count.failures + 1, 32);
    count.last = now;
    count.waits_until = now + wait_after(count.failures);
}

void FailureCounts::make_room(Time now) {
    if (counts_.size() < most_) return;
    counts_.erase(std::ranges::min_element(counts_, {}, [&](const auto& each) {
        return std::pair(each.second.waits_until > now, each.second.last);
    }));
}

std::chrono::seconds LoginThrottle::wait(const std::string& user, const std::string& address) const {
    const auto now = clock_();
    const std::lock_guard lock(mutex_);
    const auto until = std::max(users_.waits_until(user), addresses_.waits_until(network_of(address)));
    return until <= now ? 0s : std::chrono::ceil<std::chrono::seconds>(until - now);
}

void LoginThrottle::failed(const std::string& user, const std::string& address) {
    const auto now = clock_();
    const std::lock_guard lock(mutex_);
    users_.failed(user, now);
    addresses_.failed(network_of(address), now);
}

void LoginThrottle::succeeded(const std::string& user) {
    const std::lock_guard lock(mutex_);
    users_.succeeded(user);
}

}  // namespace keyward::service
