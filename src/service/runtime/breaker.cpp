#include "service/runtime/breaker.hpp"

namespace keyward::service {

void Breaker::succeeded() {
    const Lock lock(mutex_);
    failures_ = 0;
    last_fault_.reset();
    last_success_ = std::chrono::steady_clock::now();
}

void Breaker::timed_out(std::chrono::steady_clock::time_point begun) {
    {
        const Lock lock(mutex_);
        if (last_success_ && *last_success_ > begun) return;
    }
    failed(TokenFault::unreachable);
}

void Breaker::failed(TokenFault fault) {
    switch (fault) {
        case TokenFault::unreachable:
        case TokenFault::pin: {
            const Lock lock(mutex_);
            ++failures_;
            last_fault_ = fault;
            return;
        }
        case TokenFault::refused:
        case TokenFault::mismatch:
        case TokenFault::wrong_value:
        case TokenFault::failed:
        case TokenFault::full:
        case TokenFault::missing:
            succeeded();
            return;
        case TokenFault::busy:
            return;
    }
}

bool Breaker::is_open() const {
    const Lock lock(mutex_);
    return failures_ >= limit_;
}

std::optional<TokenFault> Breaker::last_fault() const {
    const Lock lock(mutex_);
    return last_fault_;
}

}  // namespace keyward::service
