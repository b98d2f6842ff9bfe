#include "api/work_memory.hpp"

#include <algorithm>

#include "domain/errors.hpp"

namespace keyward::api {
namespace {

constexpr std::size_t much = std::size_t{1} << 20U;

ServiceError user_holds_too_much() {
    return {
        ErrorKind::too_many_requests,
        "Your other requests take all the memory that one user may have; send fewer at once, or try again"};
}

ServiceError all_hold_too_much() {
    return {ErrorKind::overloaded,
            "The requests being worked on take all the memory there is for them; try again"};
}

}  // namespace

void WorkMemory::Share::resize(std::size_t size) {
    give_back();
    if (size < smallest_counted) return;
    const std::size_t wanted = std::min(size, memory_->user_limit());
    memory_->take(user_, wanted);
    size_ = wanted;
}

void WorkMemory::Share::add(std::size_t size) noexcept {
    if (size_ == 0 && size < smallest_counted) return;
    const Lock lock(memory_->mutex_);
    try {
        memory_->users_[user_] += size;
    } catch (...) {  // no memory for the count
        return;
    }
    memory_->taken_ += size;
    size_ += size;
}

void WorkMemory::Share::give_back() noexcept {
    if (size_ == 0) return;
    {
        const Lock lock(memory_->mutex_);
        const auto held = memory_->users_.find(user_);
        held->second -= size_;
        if (held->second == 0) memory_->users_.erase(held);
        memory_->taken_ -= size_;
        if (size_ >= much) memory_->much_was_given_back_ = true;
    }
    size_ = 0;
    memory_->given_back_.notify_all();
}

bool WorkMemory::take_given_back() noexcept {
    const Lock lock(mutex_);
    return std::exchange(much_was_given_back_, false);
}

bool WorkMemory::user_has_room(const std::string& user, std::size_t size) const {
    const auto held = users_.find(user);
    return held == users_.end() || held->second + size <= user_limit();
}

void WorkMemory::take(const std::string& user, std::size_t size) {
    const Lock lock(mutex_);
    if (!fits(user, size) && waiting_ < most_waiting) {
        ++waiting_;
        given_back_.wait_for(mutex_, patience_, [&]() KEYWARD_REQUIRES(mutex_) { return fits(user, size); });
        --waiting_;
    }
    if (!user_has_room(user, size)) throw user_holds_too_much();
    if (!has_room(size)) throw all_hold_too_much();
    users_[user] += size;
    taken_ += size;
}

}  // namespace keyward::api
