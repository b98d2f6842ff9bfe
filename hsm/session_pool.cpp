#include "hsm/session_pool.hpp"

#include <algorithm>
#include <exception>

#include "core/log.hpp"

namespace keyward::hsm {

using service::TokenError;
using service::TokenFault;
using service::TokenPhase;

namespace {

/// Between two initialisations of a module that others use, for a token that it does not show.
constexpr std::chrono::seconds shortest_look_pause{2};
constexpr std::chrono::seconds longest_look_pause{60};

}  // namespace

SessionPool::Place::Place(SessionPool& pool) : pool_(&pool) {
    std::unique_lock lock(pool.mutex_);
    if (!pool.freed_.wait_for(lock, pool.settings_.wait,
                              [&] { return pool.lent_ < pool.settings_.sessions; }))
        throw TokenError(TokenFault::busy, "The token is busy: no session became free in time", {}, {},
                         TokenPhase::opening_session);
    ++pool.lent_;
}

SessionPool::Place::~Place() {
    if (pool_ == nullptr) return;
    {
        const std::lock_guard lock(pool_->mutex_);
        --pool_->lent_;
    }
    pool_->freed_.notify_one();
}

Lease::Lease(SessionPool& pool, Place place, Module::Use use, Session session)
    : pool_(&pool),
      place_(std::move(place)),
      use_(std::move(use)),
      session_(std::move(session)),
      era_{use_.generation(), pool.login_.beginnings()},
      exceptions_(std::uncaught_exceptions()) {}

Lease::~Lease() {
    if (session_ && !spoilt_ && std::uncaught_exceptions() == exceptions_)
        pool_->give_back(std::move(*session_), use_);
}

bool Lease::sees_private_objects() const {
    const Session::Health health = session_->health();
    return health == Session::Health::logged_in ||
           (health == Session::Health::public_only && pool_->login_.needless());
}

void Lease::replace_spoilt() {
    if (!spoilt_) return;
    session_.reset();
    session_ = pool_->logged_in_session(use_);
    spoilt_ = false;
    if (pool_->login_.beginnings() != era_.login)
        throw TokenError(TokenFault::unreachable, "The token's sessions were lost while a key was used");
}

bool Lease::token_answers() const {
    const auto token = pool_->bound_in(use_.generation());
    try {
        return token && is_in_place(use_, *token) && pool_->login_.lives(use_) &&
               pool_->login_.beginnings() == era_.login;
    } catch (const TokenError&) {
        return false;
    }
}

void Lease::discard() {
    // The module may have given the number to a new session already, if it closed ours.
    if (session_ && session_->health() == Session::Health::lost) session_->forget();
    session_.reset();
}

void Lease::lost() {
    discard();
    pool_->rebind();
}

SessionPool::SessionPool(std::shared_ptr<Module> module, PoolSettings settings)
    : module_(std::move(module)),
      settings_(std::move(settings)),
      login_(*module_, settings_.label, settings_.pin) {
    idle_.reserve(settings_.sessions);  // a lease's end gives its session back without memory
}

SessionPool::~SessionPool() {
    const auto use = module_->use_of(idle_generation_);
    if (!use)
        for (Session& session : idle_)
            session.forget();
    idle_.clear();
    login_.end(use.has_value());
    if (settings_.claims) settings_.claims->release(settings_.environment);
}

template <typename Attempt>
auto SessionPool::with_revival(const Attempt& attempt) {
    std::uint64_t generation = 0;
    try {
        return attempt(generation);
    } catch (const TokenAbsent&) {
        rebind();
        if (!module_->revive(generation, settings_.wait) && !look_again(generation)) throw;
    } catch (const TokenError& error) {
        if (error.fault() != TokenFault::unreachable || error.phase() == TokenPhase::loading) throw;
        rebind();
        if (!module_->revive(generation, settings_.wait)) throw;
    }
    return attempt(generation);
}

bool SessionPool::look_again(std::uint64_t failed_generation) {
    return is_time_to_look_again() && module_->look_again(failed_generation, settings_.wait);
}

bool SessionPool::is_time_to_look_again() {
    const std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (now < next_look_) return false;
    look_pause_ = std::clamp(2 * look_pause_, shortest_look_pause, longest_look_pause);
    next_look_ = now + look_pause_;
    return true;
}

Lease SessionPool::lease() {
    Place place(*this);
    return with_revival([&](std::uint64_t& generation) {
        Module::Use use = module_->use(settings_.wait);
        generation = use.generation();
        Session session = logged_in_session(use);
        return Lease(*this, std::move(place), std::move(use), std::move(session));
    });
}

void SessionPool::ping() {
    with_revival([&](std::uint64_t& generation) {
        const Module::Use use = module_->use(settings_.wait);
        generation = use.generation();
        const FoundToken token = connect(use);
        if (is_in_place(use, token)) {
            login_.ensure(use, token);
        } else {
            rebind();
            connect(use);
        }
    });
}

FoundToken SessionPool::token() {
    return with_revival([&](std::uint64_t& generation) {
        const Module::Use use = module_->use(settings_.wait);
        generation = use.generation();
        return connect(use);
    });
}

std::optional<FoundToken> SessionPool::bound_in(std::uint64_t generation) {
    const std::lock_guard lock(mutex_);
    if (bound_ && bound_->generation == generation) return bound_->token;
    return std::nullopt;
}

FoundToken SessionPool::connect(const Module::Use& use) {
    if (auto token = bound_in(use.generation())) return *token;
    const std::lock_guard alone(binding_);
    if (auto token = bound_in(use.generation())) return *token;
    const bool found_before = settings_.serial.empty() && !first_serial_.empty();
    FoundToken token = bind_token(
        *module_, use, {settings_.label, found_before ? first_serial_ : settings_.serial, found_before});
    claim(token.slot, use.generation());
    login_.ensure(use, token);
    first_serial_ = token.identity.serial;
    ++bindings_;
    log::info("token.bound", {{"label", token.identity.label},
                              {"serial", token.identity.serial},
                              {"model", token.identity.model}});
    const std::lock_guard lock(mutex_);
    bound_ = Bound{token, use.generation()};
    look_pause_ = {};
    next_look_ = {};
    return token;
}

// A lost session may mean that another token is in the slot by now, so the token is looked for anew before it
// gets a PIN.
Session SessionPool::logged_in_session(const Module::Use& use) {
    FoundToken token = connect(use);
    while (auto idle = take_idle(use)) {
        switch (idle->health()) {
            case Session::Health::logged_in:
                return std::move(*idle);
            case Session::Health::public_only:
                if (!login_.needless()) login_.ensure(use, token);
                return std::move(*idle);
            case Session::Health::lost:
                idle->forget();
                rebind();
                break;
        }
    }
    token = connect(use);
    Session fresh(use.p11(), token.slot);
    if (fresh.health() != Session::Health::public_only || login_.needless()) return fresh;
    rebind();
    return Session(use.p11(), connect(use).slot);
}

std::optional<Session> SessionPool::take_idle(const Module::Use& use) {
    const std::lock_guard lock(mutex_);
    if (idle_generation_ != use.generation()) {
        for (Session& session : idle_)
            session.forget();
        idle_.clear();
        idle_generation_ = use.generation();
    }
    if (idle_.empty()) return std::nullopt;
    Session session = std::move(idle_.back());
    idle_.pop_back();
    return session;
}

void SessionPool::give_back(Session session, const Module::Use& use) {
    const std::lock_guard lock(mutex_);
    if (idle_generation_ == use.generation()) idle_.push_back(std::move(session));
}

void SessionPool::claim(CK_SLOT_ID slot, std::uint64_t generation) {
    if (settings_.claims && !settings_.environment.name.empty())
        settings_.claims->take(settings_.environment, slot, generation);
}

void SessionPool::rebind() {
    if (settings_.claims) settings_.claims->release(settings_.environment);
    const std::lock_guard lock(mutex_);
    bound_.reset();
}

}  // namespace keyward::hsm
