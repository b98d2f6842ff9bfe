#pragma once

#include <memory>
#include <optional>
#include <string>

#include "domain/failure_code.hpp"
#include "service/runtime/environment.hpp"
#include "service/runtime/in_flight.hpp"
#include "service/runtime/object_destruction.hpp"

namespace keyward::service {

/// One key on its way into one environment's token: import, and destruction where it must not stay.
/// Made, used and ended by the thread of one request; the call itself may outlive it.
class Import {
  public:
    /// What the object is to be. Nothing happens yet.
    struct Plan {
        ObjectId id;
        std::string label;
        std::shared_ptr<const keys::KeyMaterial> material;
        KeyUsages uses;
        ObjectLifetime lifetime;  ///< `session`: a trial, after which nothing is left
        std::optional<std::string> expected_check_value;
        std::string user_id;     ///< for its turns
        std::string request_id;  ///< for the log
        MechanismList mechanisms{};
    };
    Import(Environment& environment, Catalogue& catalogue, InFlight& in_flight, Plan plan);

    /// Puts the call into the environment's queue; returns at once. From now on its object is in flight.
    void start();
    /// Waits until the token has answered or the deadline has passed.
    void finish();
    /// An import that succeeded is to be taken back.
    void undo() { receipt_.reset(), to_destroy_ = true, made_ = true; }
    /// Destroys what must not stay, where the token is alive: begins, and waits for the end. Nothing happens
    /// where there is nothing to destroy.
    void begin_cleanup();
    void end_cleanup();
    /// What becomes of the object is written in the catalogue: it is in flight no more, unless the call
    /// hangs.
    void release();

    [[nodiscard]] const std::string& environment() const { return environment_.name(); }
    [[nodiscard]] const ObjectId& id() const { return plan_->id; }
    [[nodiscard]] bool succeeded() const { return receipt_.has_value(); }
    /// Not the opposite of `succeeded`: an import that was undone neither failed nor stands.
    [[nodiscard]] bool failed() const { return failure_.has_value(); }
    [[nodiscard]] const ImportResult& receipt() const { return *receipt_; }
    [[nodiscard]] const TokenError& failure() const { return *failure_; }
    [[nodiscard]] FailureCode failure_code() const { return failure_code_; }
    /// Whether the token is known to hold no object of ours under this CKA_ID.
    [[nodiscard]] bool left_nothing() const { return left_nothing_; }
    /// Whether the token is known to have held its object.
    [[nodiscard]] bool was_made() const { return made_; }

  private:
    void note(const TokenError& failure);
    void failed_unexpectedly(const std::exception& error);
    void cleanup_failed(const std::exception& error) const;

    Environment& environment_;
    Catalogue& catalogue_;
    InFlight& in_flight_;
    std::shared_ptr<const Plan> plan_;
    std::shared_ptr<Call<ImportResult>> call_;
    std::shared_ptr<Call<Destruction>> cleanup_;
    std::optional<ImportResult> receipt_;
    std::optional<TokenError> failure_;
    FailureCode failure_code_ = FailureCode::internal_error;
    bool left_nothing_ = false;
    bool to_destroy_ = false;
    bool made_ = false;
    bool in_flight_here_ = false;  ///< and not a late worker's
};

}  // namespace keyward::service
