#include "service/operations/use_key.hpp"

#include <algorithm>
#include <functional>
#include <set>

#include "base/client_text.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "domain/key_text.hpp"
#include "service/operations/adaptive_batch_size.hpp"
#include "service/operations/software_public_ops.hpp"
#include "service/operations/token_capabilities.hpp"
#include "service/operations/usable_key.hpp"
#include "service/operations/use_request.hpp"
#include "service/runtime/token_errors.hpp"

namespace keyward::service {
namespace {

constexpr int most_attempts = 3;

/// The time of a key's change comes from the clock of the replica that made it; replicas' clocks differ by
/// some seconds.
constexpr auto clock_margin = std::chrono::minutes(1);

constexpr auto not_decrypted_text = "The input could not be decrypted";

using Operations = std::shared_ptr<const std::vector<CryptoRequest>>;

std::string too_many_failures_text(std::chrono::seconds wait) {
    return "Too many decryptions with this key have failed; try again in " + std::to_string(wait.count()) +
           " s";
}

std::string too_slow_text(std::chrono::milliseconds limit) {
    return "Not tried: the batch took longer than " + duration_text(limit) + "; send the rest again";
}

std::string not_tried_text(const ServiceError& busy) {
    return std::string("Not tried: ") + busy.what() + "; send the rest again";
}

/// Fields that could not be read are reported already, and look as if they were missing.
void add_where_readable(std::vector<FieldError>& mistakes, std::vector<FieldError> found) {
    std::set<std::string> unreadable;
    for (const FieldError& mistake : mistakes)
        unreadable.insert(mistake.pointer);
    for (FieldError& mistake : found)
        if (!unreadable.contains(mistake.pointer)) mistakes.push_back(std::move(mistake));
}

/// One call of one of the actions, from the current key to the results.
class Usage {
  public:
    Usage(const ServiceContext& service_context, const SteadyClock& clock, KeyCache& keys,
          DecryptionRateLimiter& rate_limiter, const Caller& caller, const Project& project,
          UseKeyRequest& request)
        : service_context_(service_context),
          clock_(clock),
          keys_(keys),
          rate_limiter_(rate_limiter),
          caller_(caller),
          project_(project),
          request_(request),
          environment_(usable_environment(service_context, caller, project, request.environment)),
          key_(found_key()) {}

    std::vector<UseResult> run(std::vector<FieldError> mistakes) {
        check(std::move(mistakes));
        require_that_it_can_be_opened();
        try {
            auto results = run_all();
            log_failures();
            return results;
        } catch (...) {
            log_failures();
            throw;
        }
    }

  private:
    std::shared_ptr<const Key> found_key() {
        auto key = keys_.find(project_.id, request_.key_name);
        if (!key) throw key_not_found(request_.key_name);
        return key;
    }

    void check(std::vector<FieldError> mistakes) {
        const Deployment* const there =
            environment_ == nullptr ? nullptr : deployment_in(*key_, request_.environment);
        const UseRules rules{.action = request_.action,
                             .key = *key_,
                             .deployment = there,
                             .legacy_allowed = service_context_.policy.legacy_mechanisms};
        std::vector<CryptoRequest> operations;
        operations.reserve(request_.operations.size());
        std::vector<FieldError> found;
        for (OperationFields& fields : request_.operations) {
            pointers_.push_back(fields.pointer);
            CheckedRequest checked = check_operation(rules, std::move(fields), found);
            operations.push_back(std::move(checked.operation));
            forms_.push_back(checked.form);
        }
        add_where_readable(mistakes, std::move(found));
        if (!mistakes.empty()) throw ServiceError(std::move(mistakes));
        if (environment_ == nullptr) throw environment_not_found(request_.environment);
        deployment_ = &usable_deployment(*key_, there, request_.environment);
        for (CryptoRequest& operation : operations) {
            if (!is_public(*operation.mechanism, request_.action)) continue;
            operation.public_key_sha256 = deployment_->public_key_sha256;
            needs_public_half_ = true;
        }
        operations_ = std::make_shared<const std::vector<CryptoRequest>>(std::move(operations));
    }

    std::vector<UseResult> run_all() {
        AdaptiveBatchSize pace(clock_, environment_->profile().deadline);
        std::vector<UseResult> results;
        results.reserve(operations_->size());
        while (results.size() < operations_->size()) {
            const std::size_t before = results.size();
            if (before > 0 && pace.is_over())
                leave_the_rest(results, too_slow_text(pace.limit()));
            else
                run_next(results, pace.next());
            pace.done(results.size() - before);
        }
        return results;
    }

    /// When too many calls wait in the environment, the batch ends and keeps the results that it has.
    void run_next(std::vector<UseResult>& results, std::size_t most) {
        try {
            if (is_slowed_down((*operations_)[results.size()]))
                run_slowed_down(results);
            else
                run_part(results, most);
        } catch (const ServiceError& error) {
            if (error.kind() != ErrorKind::overloaded || results.empty()) throw;
            leave_the_rest(results, not_tried_text(error));
        }
    }

    void leave_the_rest(std::vector<UseResult>& results, const std::string& text) const {
        while (results.size() < operations_->size())
            results.push_back({.success = false, .message = text});
    }

    void run_slowed_down(std::vector<UseResult>& results) {
        const DecryptionRateLimiter::Turn turn = rate_limiter_.turn(key_->id);
        if (turn.wait().count() == 0) return run_part(results, 1);
        std::string text = too_many_failures_text(turn.wait());
        if (results.empty()) throw ServiceError(ErrorKind::too_many_requests, text, turn.wait());
        results.push_back({.success = false, .message = std::move(text), .retry_after = turn.wait()});
    }

    [[nodiscard]] bool is_slowed_down(const CryptoRequest& operation) const {
        return request_.action == CryptoOperation::decrypt && failure_is_an_oracle(*operation.mechanism);
    }

    /// The number of operations from `first` on that go together. Those that are slowed down go one by one.
    [[nodiscard]] std::size_t part_from(std::size_t first, std::size_t most) const {
        const std::size_t end = std::min(first + most, operations_->size());
        std::size_t next = first + 1;
        while (next < end && !is_slowed_down((*operations_)[next]))
            ++next;
        return next - first;
    }

    void run_part(std::vector<UseResult>& results, std::size_t most) {
        const std::size_t first = results.size();
        std::vector<CryptoResult> outcomes = outcomes_of(first, part_from(first, most));
        for (CryptoResult& outcome : outcomes)
            results.push_back(result_of(results.size(), std::move(outcome)));
    }

    /// Results of an object that is no longer the key's are discarded: it may have been replaced while the
    /// call waited, and its handle may refer to another key by now.
    std::vector<CryptoResult> outcomes_of(std::size_t first, std::size_t count) {
        for (int attempt = 0; attempt < most_attempts; ++attempt) {
            auto outcomes = ask_token(first, count);
            if (!follow_the_key() && outcomes) return *std::move(outcomes);
        }
        throw key_changed_meanwhile(request_.key_name);
    }

    /// Nothing when the token does not hold the object because the key was changed during the call.
    std::optional<std::vector<CryptoResult>> ask_token(std::size_t first, std::size_t count) {
        try {
            return call_token(first, count);
        } catch (const TokenError& error) {
            if (error.fault() != TokenFault::missing)
                throw service_error_of(error, environment_->name(), pointers_[first]);
        }
        if (has_changed()) return std::nullopt;
        try {
            return look_again(first, count);
        } catch (const TokenError& error) {
            if (error.fault() == TokenFault::missing && has_changed()) return std::nullopt;
            throw service_error_of(error, environment_->name(), pointers_[first]);
        }
    }

    std::vector<CryptoResult> call_token(std::size_t first, std::size_t count) {
        return in_token<std::vector<CryptoResult>>([operations = operations_, first, count,
                                                    id = *deployment_->object_id,
                                                    action = request_.action](Token& token) {
            return token.operate(id, action, std::span(*operations).subspan(first, count));
        });
    }

    /// The key is deployed, so its object should exist: it may be visible once the module is initialized
    /// again. If that is not done now, another call may have done it since the first look.
    std::vector<CryptoResult> look_again(std::size_t first, std::size_t count) {
        const bool refreshed = refresh();
        auto outcomes = call_token(first, count);
        if (refreshed) refresh_pause().reset();
        return outcomes;
    }

    /// All environments of the module are interrupted, so it is done more and more rarely for objects that
    /// stay missing.
    bool refresh() {
        const Instant before = service_context_.clock();
        if (!may_be_newer_than_module() && !refresh_pause().is_over(before)) return false;
        if (!in_token<bool>([](Token& token) { return token.refresh(); })) return false;
        environment_->note_refresh(before);
        refresh_pause().begin(before);
        return true;
    }

    /// The import may have ended after the time of the change, by at most the maximum duration of a change.
    [[nodiscard]] bool may_be_newer_than_module() const {
        return environment_->last_refresh() <
               key_->updated_at + service_context_.environments.lease() + clock_margin;
    }

    GrowingPause& refresh_pause() { return service_context_.refresh_pauses->of(environment_->name()); }

    template <typename Result>
    Result in_token(const std::function<Result(Token&)>& work) {
        return request_.responder == nullptr
                   ? environment_->call<Result>(work)
                   : environment_->call_here<Result>(work, *request_.responder, caller_.user_id);
    }

    /// Refuses to encrypt to a private key what its token could not decrypt.
    void require_that_it_can_be_opened() const {
        if (request_.action != CryptoOperation::encrypt || !needs_public_half_) return;
        const TokenCapabilities capabilities = capabilities_of(*environment_, pointers_.front());
        std::vector<FieldError> mistakes;
        for (std::size_t i = 0; i < operations_->size(); ++i)
            if (auto missing =
                    missing_in(capabilities, (*operations_)[i], pointers_[i], environment_->name()))
                mistakes.push_back(*std::move(missing));
        if (!mistakes.empty()) throw ServiceError(std::move(mistakes));
    }

    bool has_changed() {
        const auto now = found_key();
        return now->id != key_->id || now->revision != key_->revision;
    }

    /// Reads the current key. Returns true when its object in the environment is another one, which the
    /// operations fit as well.
    bool follow_the_key() {
        const auto now = found_key();
        if (now->id == key_->id && now->revision == key_->revision) return false;
        const Deployment& there =
            usable_deployment(*now, deployment_in(*now, request_.environment), request_.environment);
        const bool fits = now->id == key_->id && now->algorithm == key_->algorithm &&
                          now->type == key_->type && now->mechanisms == key_->mechanisms &&
                          there.size == deployment_->size && there.source == deployment_->source &&
                          (!needs_public_half_ || there.public_key_sha256 == deployment_->public_key_sha256);
        if (!fits) throw key_changed_meanwhile(request_.key_name);
        const bool is_another = there.object_id != deployment_->object_id;
        key_ = now;
        deployment_ = &there;
        return is_another;
    }

    UseResult result_of(std::size_t position, CryptoResult outcome) {
        switch (outcome.kind) {
            case CryptoResult::Kind::done:
                return successful_result(request_.action, (*operations_)[position], forms_[position],
                                         std::move(outcome.output));
            case CryptoResult::Kind::failed:
                return failure(position);
            case CryptoResult::Kind::refused:
                return refusal(position, outcome.reason);
            case CryptoResult::Kind::unanswered:
            case CryptoResult::Kind::not_offered:
                return without_the_token(position);
        }
        return {};
    }

    UseResult failure(std::size_t position) {
        if (request_.action == CryptoOperation::verify) return {.valid = false};
        ++failed_decryptions_;
        if (is_slowed_down((*operations_)[position])) rate_limiter_.failed(key_->id);
        return {.success = false, .message = not_decrypted_text};
    }

    [[nodiscard]] UseResult refusal(std::size_t position, const std::string& reason) const {
        if (request_.batch) return {.success = false, .message = reason};
        const bool digest = (*operations_)[position].input_is_digest;
        throw ServiceError({{pointers_[position] + (digest ? "/digest" : "/input"), reason}});
    }

    UseResult without_the_token(std::size_t position) {
        const CryptoRequest& operation = (*operations_)[position];
        if (is_public(*operation.mechanism, request_.action))
            return result_of(position,
                             operate_in_software(request_.action, operation, deployment_->public_key_pem));
        const std::string& pointer = pointers_[position];
        const auto missing =
            missing_in(capabilities_of(*environment_, pointer), operation, pointer, environment_->name());
        throw ServiceError({missing.value_or(not_offered(pointer, environment_->name()))});
    }

    void log_failures() const {
        if (failed_decryptions_ == 0) return;
        log::warn("key.decryption_failed", {{"request", request_.origin.request_id},
                                            {"user", caller_.user_name},
                                            {"project", project_.name},
                                            {"key", shown_name(key_->name)},
                                            {"environment", request_.environment},
                                            {"failures", failed_decryptions_}});
    }

    const ServiceContext& service_context_;
    const SteadyClock& clock_;
    KeyCache& keys_;
    DecryptionRateLimiter& rate_limiter_;
    const Caller& caller_;
    const Project& project_;
    UseKeyRequest& request_;
    Environment* environment_;
    std::shared_ptr<const Key> key_;
    const Deployment* deployment_ = nullptr;  ///< in key_
    Operations operations_;
    std::vector<SignatureForm> forms_;
    std::vector<std::string> pointers_;
    bool needs_public_half_ = false;
    std::size_t failed_decryptions_ = 0;
};

}  // namespace

UseKey::UseKey(ServiceContext service_context, SteadyClock clock)
    : service_context_(std::move(service_context)),
      clock_(std::move(clock)),
      keys_(service_context_.catalogue.keys),
      rate_limiter_(clock_) {}

std::vector<UseResult> UseKey::run(const Caller& caller, const Project& project, UseKeyRequest request,
                                   std::vector<FieldError> mistakes) {
    return Usage(service_context_, clock_, keys_, rate_limiter_, caller, project, request)
        .run(std::move(mistakes));
}

}  // namespace keyward::service
