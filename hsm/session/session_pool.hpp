#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hsm/module/module.hpp"
#include "hsm/module/token_claims.hpp"
#include "hsm/module/token_locator.hpp"
#include "hsm/session/login.hpp"
#include "hsm/session/session.hpp"

namespace keyward::hsm {

struct PoolSettings {
    std::string label;
    std::string serial;  ///< empty: any
    PinSource pin;
    std::size_t sessions;                      ///< how many may be open at once, that of the login among them
    std::chrono::milliseconds wait;            ///< how long a caller waits for one before TokenFault::busy
    std::shared_ptr<TokenClaims> claims = {};  ///< of the module; null where nobody else may want the token
    Claimant environment = {};
};

/// While it is the same, a handle of an object in the token stands for the same object.
struct SessionEpoch {
    std::uint64_t generation;  ///< of the module
    std::uint64_t login;       ///< begins anew when the token has lost the sessions
    bool operator==(const SessionEpoch&) const = default;
};

/// The sessions of one environment's token: bound by label and serial, logged in, lent one by one. At most as
/// many are open as are configured and as the token says that it has room for. One of them holds the login
/// and is lent only where there is room for no other. A token that has no room for one more while some are
/// lent is busy: the caller waits for one of these. Nothing is asked of the module before the first lease.
/// When the token is lost, the lease that notices fails and the next one looks for it again; where no serial
/// is configured, that of the token bound first is required from then on. Any thread may call.
class SessionPool {
  public:
    class Lease;

    SessionPool(std::shared_ptr<Module> module, PoolSettings settings);
    SessionPool(const SessionPool&) = delete;
    SessionPool& operator=(const SessionPool&) = delete;
    SessionPool(SessionPool&&) = delete;
    SessionPool& operator=(SessionPool&&) = delete;
    ~SessionPool();

    /// A session that lives and is logged in, waiting for a free one if need be.
    Lease lease();
    /// What a ping does beyond asking for a sign of life.
    using WithPing = std::function<void(const Module::UseGuard&, const FoundToken&, const SessionEpoch&)>;
    /// The login session and the token answer; needs no free session.
    void ping(const WithPing& more = {});
    FoundToken token();
    /// See Token::refresh. The caller must hold no lease.
    bool refresh() { return module_->reinitialize_when_idle(); }
    /// Never waits, also while a call hangs in the module.
    void reload_pin() { login_.reload(); }
    /// Changes each time the token was looked for again, or its sessions began again.
    [[nodiscard]] std::uint64_t epoch() const { return bindings_ + login_.beginnings(); }
    [[nodiscard]] const std::string& label() const { return settings_.label; }

  private:
    friend class Lease;
    struct Bound {
        FoundToken token;
        std::uint64_t generation;
    };
    /// One of the `sessions` places; given back at its end.
    class Place {
      public:
        explicit Place(SessionPool& pool);
        Place(Place&& other) noexcept : pool_(std::exchange(other.pool_, nullptr)) {}
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;
        Place& operator=(Place&&) = delete;
        ~Place();

      private:
        friend class SessionPool;
        struct Taken {};
        Place(SessionPool& pool, Taken) : pool_(&pool) {}

        SessionPool* pool_;
    };
    using Deadline = std::chrono::steady_clock::time_point;
    struct Lent {
        Session session;
        bool is_only;  ///< with the right to the only session, which ends when this is returned
    };

    template <typename Attempt>
    auto with_reinitialization(const Attempt& attempt);
    bool look_again(std::uint64_t failed_generation);
    bool is_time_to_look_again();
    FoundToken connect(const Module::UseGuard& use);
    /// Nothing while none is bound.
    std::optional<FoundToken> bound_in(std::uint64_t generation);
    void claim(CK_SLOT_ID slot, std::uint64_t generation);
    [[nodiscard]] Deadline deadline() const;
    Lent logged_in_session(const Module::UseGuard& use, Deadline deadline);
    std::optional<Session> living_idle_session(const Module::UseGuard& use);
    Session fresh_session(const Module::UseGuard& use, Session opened);
    /// The login session, where there is room for no other. The caller has the right to it.
    Session only_session(const Module::UseGuard& use);
    /// Waits for that right; nothing when there is room for others by then.
    std::optional<Lent> lend_only_session(const Module::UseGuard& use, Deadline deadline);
    /// A session in place of one that the caller has closed; it may have the right to the only one.
    Lent replacement(const Module::UseGuard& use, Deadline deadline, bool has_right);
    std::optional<Session> take_idle(const Module::UseGuard& use);
    void give_back(Session session, const Module::UseGuard& use);
    /// A lent session was given back or closed, or could not be had after all.
    void returned(bool was_only);
    /// Waits for a session to be returned since there were `returns`; false when there is none to return.
    /// Throws TokenFault::busy at the deadline.
    bool wait_for_return(std::uint64_t returns, Deadline deadline);
    std::optional<Place> place_at_once();
    void ping_only_session(Module::UseGuard use);
    void look_for_more_room(const Module::UseGuard& use, const FoundToken& token);
    [[nodiscard]] bool has_only_one() const;
    /// The same. The caller holds the mutex.
    [[nodiscard]] bool is_only_one() const { return only_one_ || limit_ == 1; }
    /// How many may be lent at once. The caller holds the mutex.
    [[nodiscard]] std::size_t most_lent() const;
    void rebind();

    const std::shared_ptr<Module> module_;
    const PoolSettings settings_;
    Login login_;
    std::atomic<std::uint64_t> bindings_ = 0;
    std::mutex binding_;        ///< one looks for the token, the others wait for what it finds
    std::string first_serial_;  ///< of the first token bound; guarded by binding_
    mutable std::mutex mutex_;  ///< guards what follows; no module call is made under it
    std::condition_variable freed_;
    std::condition_variable returned_;
    std::size_t limit_;          ///< how many sessions may be open
    bool only_one_ = false;      ///< the token has shown that it has room for one alone
    bool only_lent_ = false;     ///< and that one is lent
    std::uint64_t returns_ = 0;  ///< how many sessions were returned
    std::size_t waiting_ = 0;    ///< how many of those who hold places wait for a session
    std::vector<Session> idle_;
    std::uint64_t idle_generation_ = 0;
    std::size_t lent_ = 0;
    std::optional<Bound> bound_;
    std::chrono::seconds look_pause_{};  ///< grows while the module does not show the token
    std::chrono::steady_clock::time_point next_look_;
};

/// A lent session. It goes back to the pool at its end, but is closed when it ends in a throw: an operation
/// that was begun and not finished would poison it (CKR_OPERATION_ACTIVE).
class SessionPool::Lease {
  public:
    Lease(Lease&&) = delete;
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Lease& operator=(Lease&&) = delete;
    ~Lease();

    [[nodiscard]] const Functions& p11() const { return use_.p11(); }
    /// False after `discard`, and when a poisoned session was not replaced: its session objects and
    /// operations have ended with it.
    [[nodiscard]] bool has_session() const { return session_.has_value(); }
    /// Throws TokenFault::unreachable when there is no session.
    [[nodiscard]] CK_SESSION_HANDLE session() const { return living().handle(); }
    [[nodiscard]] CK_SLOT_ID slot() const { return living().slot(); }
    [[nodiscard]] std::uint64_t generation() const { return use_.generation(); }
    /// Asks the token whether the session still has the login that it was lent with, or needs none.
    [[nodiscard]] bool sees_private_objects() const;
    /// An operation may have been left unfinished in the session: `replace_poisoned` closes it, or the
    /// lease's end.
    void poison() { poisoned_ = true; }
    /// Another session of the same epoch in place of a poisoned one; throws when there is none.
    void replace_poisoned();
    using Epoch = SessionEpoch;
    [[nodiscard]] const Epoch& epoch() const { return epoch_; }
    /// Whether the token itself answers, asked after a call in this session failed: it is in its slot, and
    /// the session that holds the login still has it. That session is lent only where there is room for no
    /// other, so no request can have harmed it. False when the token has lost the process's sessions.
    [[nodiscard]] bool token_answers() const;
    /// Ends the session: it is closed if it lives.
    void discard();
    /// The token could not be reached in this session: it is closed, and the next lease looks for the token
    /// anew.
    void lost();

  private:
    friend class SessionPool;
    [[nodiscard]] const Session& living() const;
    [[nodiscard]] bool has_login() const;
    Lease(SessionPool& pool, Place place, Module::UseGuard use, Lent lent, Deadline deadline);

    SessionPool* pool_;
    Place place_;
    Module::UseGuard use_;
    std::optional<Session> session_;
    bool is_only_;  ///< this lease has the right to the only session
    Epoch epoch_;
    Deadline deadline_;
    int exceptions_;
    bool poisoned_ = false;
};

using Lease = SessionPool::Lease;

}  // namespace keyward::hsm
