#include "service/lifecycle/import.hpp"

#include "base/log.hpp"

namespace keyward::service {
namespace {

/// The cleanup that a failed import needs.
enum class Aftermath { nothing, destroy_now, destroy_later };

Aftermath aftermath_of(TokenFault fault) {
    switch (fault) {
        case TokenFault::pin:
        case TokenFault::busy:
            return Aftermath::nothing;  // there was no session to create an object in
        case TokenFault::refused:
        case TokenFault::mismatch:
        case TokenFault::wrong_value:
        case TokenFault::failed:
        case TokenFault::full:
        case TokenFault::missing:
            return Aftermath::destroy_now;
        case TokenFault::unreachable:
            return Aftermath::destroy_later;
    }
    return Aftermath::destroy_later;
}

void log_failure(const std::string& request_id, const std::string& environment, const TokenError& error) {
    log::warn("import.failed", {{"request", request_id},
                                {"environment", environment},
                                {"reason", error.what()},
                                {"call", error.call()},
                                {"code", error.code()}});
}

}  // namespace

Import::Import(Environment& environment, ChangeLog& changes, InFlight& in_flight, Plan plan)
    : environment_(environment),
      changes_(changes),
      in_flight_(in_flight),
      plan_(std::make_shared<const Plan>(std::move(plan))) {}

void Import::start() {
    in_flight_.add(id());
    in_flight_here_ = true;
    const auto import = [plan = plan_](Token& token) {
        return token.import({.id = plan->id,
                             .label = plan->label,
                             .material = *plan->material,
                             .uses = plan->uses,
                             .lifetime = plan->lifetime,
                             .expected_check_value = plan->expected_check_value,
                             .mechanisms = plan->mechanisms});
    };
    // No caller waits any more. The tombstone, which exists or is about to be written, is removed once the
    // object is gone.
    const auto take_back = [plan = plan_, &changes = changes_, &in_flight = in_flight_](Token& token) {
        try {
            if (plan->lifetime == ObjectLifetime::token) destroy_object(changes, token, plan->id);
        } catch (const std::exception& error) {
            log::warn("import.late_cleanup_failed", {{"object", plan->id.hex()}, {"reason", error.what()}});
        }
        in_flight.remove(plan->id);
    };
    try {
        call_ = environment_.begin<ImportResult>(import, take_back, {}, plan_->user_id);
    } catch (const TokenError& error) {
        note(error);
        left_nothing_ = true;
    } catch (const std::exception& error) {
        failed_unexpectedly(error);
    }
}

void Import::finish() {
    if (!call_) return;
    try {
        result_ = environment_.wait(*call_);
    } catch (const CallTimedOut& late) {
        note(late);
        log_failure(plan_->request_id, environment(), late);
        left_nothing_ = !late.started();
        in_flight_here_ = !late.started();  // the worker ends it when the call ends
    } catch (const TokenError& error) {
        note(error);
        log_failure(plan_->request_id, environment(), error);
        const Aftermath aftermath =
            plan_->lifetime == ObjectLifetime::session ? Aftermath::nothing : aftermath_of(error.fault());
        left_nothing_ = aftermath == Aftermath::nothing;
        to_destroy_ = aftermath == Aftermath::destroy_now;
    } catch (const std::exception& error) {
        failed_unexpectedly(error);
    }
}

void Import::begin_cleanup() {
    if (!to_destroy_) return;
    try {
        cleanup_ = environment_.begin<Destruction>(
            [&changes = changes_, id = id()](Token& token) { return destroy_object(changes, token, id); }, {},
            {}, plan_->user_id);
    } catch (const std::exception& error) {
        cleanup_failed(error);
    }
}

void Import::end_cleanup() {
    to_destroy_ = false;
    if (!cleanup_) return;
    try {
        const Destruction destruction = environment_.wait(*cleanup_);
        left_nothing_ = destruction.outcome == Destruction::Outcome::destroyed ||
                        (destruction.outcome == Destruction::Outcome::not_found && !made_);
    } catch (const std::exception& error) {
        cleanup_failed(error);
    }
    cleanup_.reset();
}

void Import::note(const TokenError& failure) {
    failure_ = failure;
    failure_code_ = failure_code_of(failure);
}

void Import::failed_unexpectedly(const std::exception& error) {
    failure_ = TokenError(TokenFault::unreachable, "The import failed for a reason that is in the log");
    failure_code_ = failure_code_of(error);
    log::error("import.failed_unexpectedly",
               {{"request", plan_->request_id}, {"environment", environment()}, {"reason", error.what()}});
}

void Import::release() {
    if (in_flight_here_) in_flight_.remove(id());
    in_flight_here_ = false;
}

void Import::cleanup_failed(const std::exception& error) const {
    log::warn("import.cleanup_failed",
              {{"environment", environment()}, {"object", id().hex()}, {"reason", error.what()}});
}

}  // namespace keyward::service
