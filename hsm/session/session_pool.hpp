#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.hpp"
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
    std::size_t sessions;            ///< maximum of open sessions, including the login session
    std::chrono::milliseconds wait;  ///< how long a caller waits for a session before TokenFault::busy
    std::shared_ptr<TokenClaims> claims = {};  ///< of the module; null: no other environment uses the token
    Claimant environment = {};
};

/// While it does not change, a handle refers to the same object in the token.
struct SessionEpoch {
    std::uint64_t generation;  ///< of the module
    std::uint64_t login;       ///< changes when the token has lost the sessions
    bool operator==(const SessionEpoch&) const = default;
};

/// The sessions of one environment's token: located by label and serial number, logged in, lent one by one.
/// The number of open sessions is limited by the configuration and by what the token reports. One session
/// holds the login and is lent only where there is room for no other. When the token refuses another session
/// while some are lent, it is busy and the caller waits for one of those. The module is not called before the
/// first lease. When the token is lost, the lease that notices fails and the next one looks for the token
/// again. Where no serial number is configured, that of the token found first is required from then on.
/// Thread-safe.
class SessionPool {
  public:
    class Lease;

    SessionPool(std::shared_ptr<Module> module, PoolSettings settings);
    SessionPool(const SessionPool&) = delete;
    SessionPool& operator=(const SessionPool&) = delete;
    SessionPool(SessionPool&&) = delete;
    SessionPool& operator=(SessionPool&&) = delete;
    ~SessionPool();

    /// Returns a valid session that is logged in. Waits for a free one if necessary.
    Lease lease();
    /// Additional work of a ping.
    using WithPing = std::function<void(const Module::UseGuard&, const FoundToken&, const SessionEpoch&)>;
    /// Checks that the login session and the token answer. Needs no free session.
    void ping(const WithPing& more = {});
    FoundToken token();
    /// See Token::refresh. The caller must hold no lease.
    bool refresh() { return module_->reinitialize_when_idle(); }
    /// Never waits, not even while a call hangs in the module.
    void reload_pin() { login_.reload(); }
    /// Changes each time the token was looked for again or its sessions were opened again.
    [[nodiscard]] std::uint64_t epoch() const { return bindings_ + login_.beginnings(); }
    [[nodiscard]] const std::string& label() const { return settings_.label; }

  private:
    friend class Lease;
    struct Bound {
        FoundToken token;
        std::uint64_t generation;
    };
    /// One of the `sessions` places; the destructor returns it.
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
        bool is_only;  ///< holds the right to the only session; the right ends when this is returned
    };

    template <typename Attempt>
    auto with_reinitialization(const Attempt& attempt);
    bool look_again(std::uint64_t failed_generation);
    bool is_time_to_look_again();
    FoundToken connect(const Module::UseGuard& use);
    /// Returns nothing while no token is bound.
    std::optional<FoundToken> located_in(std::uint64_t generation);
    void claim(CK_SLOT_ID slot, std::uint64_t generation);
    [[nodiscard]] Deadline deadline() const;
    Lent logged_in_session(const Module::UseGuard& use, Deadline deadline);
    std::optional<Session> living_idle_session(const Module::UseGuard& use);
    Session fresh_session(const Module::UseGuard& use, Session opened);
    /// The login session, where there is room for no other. The caller has the right to it.
    Session only_session(const Module::UseGuard& use);
    /// Waits for that right. Returns nothing when there is room for other sessions by then.
    std::optional<Lent> lend_only_session(const Module::UseGuard& use, Deadline deadline);
    /// A session that replaces one that the caller has closed. It may have the right to the only one.
    Lent replacement(const Module::UseGuard& use, Deadline deadline, bool has_right);
    std::optional<Session> take_idle(const Module::UseGuard& use);
    void give_back(Session session, const Module::UseGuard& use);
    /// A lent session was returned or closed, or could not be opened.
    void returned(bool was_only);
    /// Waits until a session is returned after there were `returns`. Returns false when there is none to
    /// return. Throws TokenFault::busy at the deadline.
    bool wait_for_return(std::uint64_t returns, Deadline deadline);
    std::optional<Place> place_at_once();
    void ping_only_session(Module::UseGuard use);
    void look_for_more_room(const Module::UseGuard& use, const FoundToken& token);
    [[nodiscard]] bool has_only_one() const;
    [[nodiscard]] bool is_only_one() const KEYWARD_REQUIRES(mutex_) { return only_one_ || limit_ == 1; }
    /// Maximum number of lent sessions.
    [[nodiscard]] std::size_t most_lent() const KEYWARD_REQUIRES(mutex_);
    void rebind();

    const std::shared_ptr<Module> module_;
    const PoolSettings settings_;
    Login login_;
    std::atomic<std::uint64_t> bindings_ = 0;
    Mutex binding_;  ///< one thread looks for the token, the others wait for its result
    /// Of the first token bound.
    std::string first_serial_ KEYWARD_GUARDED_BY(binding_);
    mutable Mutex mutex_;  ///< never held during module calls
    ConditionVariable freed_;
    ConditionVariable returned_;
    std::size_t limit_ KEYWARD_GUARDED_BY(mutex_);  ///< maximum number of open sessions
    /// The token has shown that it has room for only one session.
    bool only_one_ KEYWARD_GUARDED_BY(mutex_) = false;
    bool only_lent_ KEYWARD_GUARDED_BY(mutex_) = false;     ///< and that session is lent
    std::uint64_t returns_ KEYWARD_GUARDED_BY(mutex_) = 0;  ///< number of returned sessions
    /// Number of callers that hold a place and wait for a session.
    std::size_t waiting_ KEYWARD_GUARDED_BY(mutex_) = 0;
    std::vector<Session> idle_ KEYWARD_GUARDED_BY(mutex_);
    std::uint64_t idle_generation_ KEYWARD_GUARDED_BY(mutex_) = 0;
    std::size_t lent_ KEYWARD_GUARDED_BY(mutex_) = 0;
    std::optional<Bound> bound_ KEYWARD_GUARDED_BY(mutex_);
    /// Grows while the module does not show the token.
    std::chrono::seconds look_pause_ KEYWARD_GUARDED_BY(mutex_){};
    std::chrono::steady_clock::time_point next_look_ KEYWARD_GUARDED_BY(mutex_);
};

/// A lent session. The destructor returns it to the pool, or closes it when an exception is in flight: an
/// operation left unfinished would poison it (CKR_OPERATION_ACTIVE).
class SessionPool::Lease {
  public:
    Lease(Lease&&) = delete;
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Lease& operator=(Lease&&) = delete;
    ~Lease();

    [[nodiscard]] const Functions& p11() const { return use_.p11(); }
    /// False after `discard`, and when a poisoned session was not replaced. Its session objects and
    /// operations have ended with it.
    [[nodiscard]] bool has_session() const { return session_.has_value(); }
    /// Throws TokenFault::unreachable when there is no session.
    [[nodiscard]] CK_SESSION_HANDLE session() const { return living().handle(); }
    [[nodiscard]] CK_SLOT_ID slot() const { return living().slot(); }
    [[nodiscard]] std::uint64_t generation() const { return use_.generation(); }
    /// Asks the token whether the session still has its login, or needs none.
    [[nodiscard]] bool sees_private_objects() const;
    /// An operation may have been left unfinished in the session. `replace_poisoned` or the lease's
    /// destructor closes it.
    void poison() { poisoned_ = true; }
    /// Replaces a poisoned session by another one of the same epoch. Throws when there is none: then the
    /// handles of private objects are not valid any more (PKCS#11 section 5.6.8, C_Logout).
    void replace_poisoned();
    /// The same for a caller that holds no handle: the other session may have a new login, as where the
    /// poisoned session was the only one.
    void replace_poisoned_without_handles();
    using Epoch = SessionEpoch;
    [[nodiscard]] const Epoch& epoch() const { return epoch_; }
    /// Whether the token itself answers after a call in this session failed: it is in its slot, and the
    /// session that holds the login still has it. That session is lent only where there is room for no other,
    /// so no request can have damaged it. False when the token has lost the process's sessions.
    [[nodiscard]] bool token_answers() const;
    /// Ends the session: closes it if it still exists.
    void discard();
    /// The token could not be reached in this session. Closes the session; the next lease looks for the token
    /// again.
    void lost();

  private:
    friend class SessionPool;
    [[nodiscard]] const Session& living() const;
    [[nodiscard]] bool has_login() const;
    void replace_session();
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
