#pragma once

#include <memory>
#include <optional>
#include <string>

#include "domain/failure_code.hpp"
#include "service/runtime/environment.hpp"
#include "service/runtime/in_flight.hpp"
#include "service/runtime/object_destruction.hpp"

namespace keyward::service {

/// The import of one key into one environment's token, and its destruction if it must not stay. Used by the
/// thread of one request only; the call itself may outlive it.
class Import {
  public:
    /// Describes the object to create. No call is made yet.
    struct Plan {
        ObjectId id;
        std::string label;
        std::shared_ptr<const keys::KeyMaterial> material;
        KeyUsages uses;
        ObjectLifetime lifetime;  ///< `session`: a trial, which leaves nothing behind
        std::optional<std::string> expected_check_value;
        std::string user_id;     ///< for fair queueing
        std::string request_id;  ///< for the log
        MechanismList mechanisms{};
    };
    Import(Environment& environment, ChangeLog& changes, InFlight& in_flight, Plan plan);

    /// Puts the call into the environment's queue and returns at once. Its object is in flight from now on.
    void start();
    /// Waits until the token has answered or the deadline has passed.
    void finish();
    /// Marks an import that succeeded to be taken back.
    void undo() { result_.reset(), to_destroy_ = true, made_ = true; }
    /// Destroys what must not stay, where the token is alive: begin_cleanup starts the call, end_cleanup
    /// waits for it. Both do nothing when there is nothing to destroy.
    void begin_cleanup();
    void end_cleanup();
    /// The catalogue has recorded what becomes of the object: it is no longer in flight, unless the call
    /// hangs.
    void release();

    [[nodiscard]] const std::string& environment() const { return environment_.name(); }
    [[nodiscard]] const ObjectId& id() const { return plan_->id; }
    [[nodiscard]] bool succeeded() const { return result_.has_value(); }
    /// Not the opposite of `succeeded`: an import that was undone is neither.
    [[nodiscard]] bool failed() const { return failure_.has_value(); }
    [[nodiscard]] const ImportResult& result() const { return *result_; }
    [[nodiscard]] const TokenError& failure() const { return *failure_; }
    [[nodiscard]] FailureCode failure_code() const { return failure_code_; }
    /// Whether the token is known to hold no object of ours under this CKA_ID.
    [[nodiscard]] bool left_nothing() const { return left_nothing_; }
    /// Whether the token is known to have held the object.
    [[nodiscard]] bool was_made() const { return made_; }

  private:
    void note(const TokenError& failure);
    void failed_unexpectedly(const std::exception& error);
    void cleanup_failed(const std::exception& error) const;

    Environment& environment_;
    ChangeLog& changes_;
    InFlight& in_flight_;
    std::shared_ptr<const Plan> plan_;
    std::shared_ptr<Call<ImportResult>> call_;
    std::shared_ptr<Call<Destruction>> cleanup_;
    std::optional<ImportResult> result_;
    std::optional<TokenError> failure_;
    FailureCode failure_code_ = FailureCode::internal_error;
    bool left_nothing_ = false;
    bool to_destroy_ = false;
    bool made_ = false;
    bool in_flight_here_ = false;  ///< held by this import and not by a late worker
};

}  // namespace keyward::service
