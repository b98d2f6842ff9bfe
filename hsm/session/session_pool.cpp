#include "hsm/session/session_pool.hpp"

#include <algorithm>
#include <exception>

#include "base/log.hpp"
#include "hsm/cryptoki/errors.hpp"
#include "hsm/session/session.hpp"

namespace keyward::hsm {

namespace {

/// Pause between two initializations of a module in use, for a token that it does not show.
constexpr std::chrono::seconds shortest_look_pause{2};
constexpr std::chrono::seconds longest_look_pause{60};

[[noreturn]] void throw_busy() {
    throw TokenError(TokenFault::busy, "The token is busy: no session became free in time", {}, {},
                     TokenPhase::opening_session);
}

}  // namespace

SessionPool::Place::Place(SessionPool& pool) : pool_(&pool) {
    const Lock lock(pool.mutex_);
    const auto is_free = [&]() KEYWARD_REQUIRES(pool.mutex_) { return pool.lent_ < pool.most_lent(); };
    if (!pool.freed_.wait_for(pool.mutex_, pool.settings_.wait, is_free)) throw_busy();
    ++pool.lent_;
}

SessionPool::Place::~Place() {
    if (pool_ == nullptr) return;
    {
        const Lock lock(pool_->mutex_);
        --pool_->lent_;
        ++pool_->returns_;
    }
    pool_->freed_.notify_one();
    pool_->returned_.notify_all();
}

Lease::Lease(SessionPool& pool, Place place, Module::UseGuard use, Lent lent, Deadline deadline)
    : pool_(&pool),
      place_(std::move(place)),
      use_(std::move(use)),
      session_(std::move(lent.session)),
      is_only_(lent.is_only),
      epoch_{use_.generation(), pool.login_.beginnings()},
      deadline_(deadline),
      exceptions_(std::uncaught_exceptions()) {}

Lease::~Lease() {
    if (session_ && !poisoned_ && std::uncaught_exceptions() == exceptions_)
        pool_->give_back(std::move(*session_), use_);
    session_.reset();
    pool_->returned(is_only_);
}

const Session& Lease::living() const {
    if (!session_)
        throw TokenError(TokenFault::unreachable, "The session was lost, and there is no other in its place");
    return *session_;
}

bool Lease::sees_private_objects() const {
    if (!session_) return false;
    const Session::Health health = session_->health();
    return health == Session::Health::logged_in ||
           (health == Session::Health::public_only && pool_->login_.needless());
}

void Lease::replace_session() {
    session_.reset();
    if (is_only_ && !pool_->has_only_one()) pool_->returned(std::exchange(is_only_, false));
    Lent lent = pool_->replacement(use_, deadline_, is_only_);
    session_ = std::move(lent.session);
    is_only_ = lent.is_only;
}

void Lease::replace_poisoned() {
    if (!poisoned_) return;
    replace_session();
    if (pool_->login_.beginnings() != epoch_.login)
        throw TokenError(TokenFault::unreachable, "The token's sessions were lost while a key was used");
    poisoned_ = false;
}

void Lease::replace_poisoned_without_handles() {
    if (!poisoned_) return;
    replace_session();
    epoch_.login = pool_->login_.beginnings();
    poisoned_ = false;
}

/// Where the token has room for only one session, that session holds the login and carries the calls.
bool Lease::has_login() const {
    return pool_->has_only_one() ? sees_private_objects() : pool_->login_.lives(use_);
}

bool Lease::token_answers() const {
    const auto token = pool_->located_in(use_.generation());
    try {
        return token && is_in_place(use_, *token) && has_login() &&
               pool_->login_.beginnings() == epoch_.login;
    } catch (const TokenError&) {
        return false;
    }
}

void Lease::discard() {
    session_.reset();
}

void Lease::lost() {
    discard();
    pool_->rebind();
}

SessionPool::SessionPool(std::shared_ptr<Module> module, PoolSettings settings)
    : module_(std::move(module)),
      settings_(std::move(settings)),
      login_(*module_, settings_.label, settings_.pin),
      limit_(settings_.sessions) {
    idle_.reserve(settings_.sessions);  // so that returning a session allocates no memory
}

SessionPool::~SessionPool() {
    login_.end();
    const auto use = module_->use_of(idle_generation_);
    if (!use)
        for (Session& session : idle_)
            session.forget();
    idle_.clear();
    if (settings_.claims) settings_.claims->release(settings_.environment);
}

template <typename Attempt>
auto SessionPool::with_reinitialization(const Attempt& attempt) {
    std::uint64_t generation = 0;
    try {
        return attempt(generation);
    } catch (const TokenAbsent&) {
        rebind();
        if (!module_->reinitialize(generation, settings_.wait) && !look_again(generation)) throw;
    } catch (const TokenError& error) {
        if (error.fault() != TokenFault::unreachable || error.phase() == TokenPhase::loading) throw;
        rebind();
        if (!module_->reinitialize(generation, settings_.wait)) throw;
    }
    return attempt(generation);
}

bool SessionPool::look_again(std::uint64_t failed_generation) {
    return is_time_to_look_again() && module_->look_again(failed_generation, settings_.wait);
}

bool SessionPool::is_time_to_look_again() {
    const Lock lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (now < next_look_) return false;
    look_pause_ = std::clamp(2 * look_pause_, shortest_look_pause, longest_look_pause);
    next_look_ = now + look_pause_;
    return true;
}

Lease SessionPool::lease() {
    const Deadline until = deadline();
    Place place(*this);
    return with_reinitialization([&](std::uint64_t& generation) {
        Module::UseGuard use = module_->use(settings_.wait);
        generation = use.generation();
        Lent lent = logged_in_session(use, until);
        return Lease(*this, std::move(place), std::move(use), std::move(lent), until);
    });
}

void SessionPool::ping(const WithPing& more) {
    with_reinitialization([&](std::uint64_t& generation) {
        Module::UseGuard use = module_->use(settings_.wait);
        generation = use.generation();
        FoundToken token = connect(use);
        if (!is_in_place(use, token)) {
            rebind();
            token = connect(use);
        }
        look_for_more_room(use, token);
        if (!has_only_one()) login_.ensure(use, token);
        if (more) more(use, token, {use.generation(), login_.beginnings()});
        if (has_only_one()) ping_only_session(std::move(use));
    });
}

/// While the only session is lent, no ping is needed: the token has just answered in it.
void SessionPool::ping_only_session(Module::UseGuard use) {
    auto place = place_at_once();
    if (!place) return;
    auto lent = lend_only_session(use, deadline());
    if (!lent) return;
    const Lease lease(*this, *std::move(place), std::move(use), *std::move(lent), deadline());
}

/// When other applications used up the token's sessions, there may be room for a second one again.
void SessionPool::look_for_more_room(const Module::UseGuard& use, const FoundToken& token) {
    {
        const Lock lock(mutex_);
        if (!only_one_ || limit_ == 1) return;
    }
    OpenedSession opened = open_session(use.p11(), token.slot);
    if (!opened.session) return;
    login_.take_back(*std::move(opened.session), use.generation());
    {
        const Lock lock(mutex_);
        only_one_ = false;
    }
    freed_.notify_all();
    returned_.notify_all();
}

FoundToken SessionPool::token() {
    return with_reinitialization([&](std::uint64_t& generation) {
        const Module::UseGuard use = module_->use(settings_.wait);
        generation = use.generation();
        return connect(use);
    });
}

std::optional<FoundToken> SessionPool::located_in(std::uint64_t generation) {
    const Lock lock(mutex_);
    if (bound_ && bound_->generation == generation) return bound_->token;
    return std::nullopt;
}

FoundToken SessionPool::connect(const Module::UseGuard& use) {
    if (auto token = located_in(use.generation())) return *token;
    const Lock alone(binding_);
    if (auto token = located_in(use.generation())) return *token;
    const bool found_before = settings_.serial.empty() && !first_serial_.empty();
    FoundToken token = locate_token(*module_, use,
                                    {.label = settings_.label,
                                     .serial = found_before ? first_serial_ : settings_.serial,
                                     .found_before = found_before});
    claim(token.slot, use.generation());
    const std::size_t limit = session_limit(use.p11(), token.slot, settings_.sessions);
    {
        const Lock lock(mutex_);
        limit_ = limit;
    }
    if (limit < settings_.sessions)
        log::info("token.sessions_limited",
                  {{"label", token.identity.label}, {"limit", limit}, {"configured", settings_.sessions}});
    if (!has_only_one()) login_.ensure(use, token);
    first_serial_ = token.identity.serial;
    ++bindings_;
    log::info("token.bound", {{"label", token.identity.label},
                              {"serial", token.identity.serial},
                              {"model", token.identity.model}});
    claim(token.slot, use.generation());  // the login may have taken long enough for the claim to be released
    const Lock lock(mutex_);
    bound_ = Bound{token, use.generation()};
    look_pause_ = {};
    next_look_ = {};
    return token;
}

SessionPool::Lent SessionPool::logged_in_session(const Module::UseGuard& use, Deadline deadline) {
    for (;;) {
        connect(use);
        if (has_only_one()) {
            if (auto only = lend_only_session(use, deadline)) return *std::move(only);
            continue;
        }
        const std::uint64_t returns = [&] {
            const Lock lock(mutex_);
            return returns_;
        }();
        if (auto idle = living_idle_session(use)) return {*std::move(idle), false};
        OpenedSession opened = open_session(use.p11(), connect(use).slot);
        if (opened.session) return {fresh_session(use, *std::move(opened.session)), false};
        if (!may_be_too_many_sessions(opened.value)) check("C_OpenSession", opened.value);
        if (wait_for_return(returns, deadline)) continue;
        if (auto login = login_.lend(use.generation())) {
            log::warn("token.one_session_left", {{"label", settings_.label}});
            const Lock lock(mutex_);
            only_one_ = true;
            only_lent_ = true;
            return {*std::move(login), true};
        }
        throw error_of("C_OpenSession", opened.value);
    }
}

// A lost session may mean that another token is in the slot, so the token is looked for again before it gets
// a PIN.
std::optional<Session> SessionPool::living_idle_session(const Module::UseGuard& use) {
    while (auto idle = take_idle(use)) {
        switch (idle->health()) {
            case Session::Health::logged_in:
                return idle;
            case Session::Health::public_only:
                if (!login_.needless()) login_.ensure(use, connect(use));
                return idle;
            case Session::Health::lost:
                rebind();
                break;
        }
    }
    return std::nullopt;
}

Session SessionPool::fresh_session(const Module::UseGuard& use, Session opened) {
    if (opened.health() != Session::Health::public_only || login_.needless()) return opened;
    rebind();
    const CK_SLOT_ID slot = connect(use).slot;
    return slot == opened.slot() ? std::move(opened) : Session(use.p11(), slot);
}

std::optional<SessionPool::Lent> SessionPool::lend_only_session(const Module::UseGuard& use,
                                                                Deadline deadline) {
    {
        const Lock lock(mutex_);
        const auto may_go_on = [&]() KEYWARD_REQUIRES(mutex_) { return !only_lent_ || !is_only_one(); };
        if (!returned_.wait_until(mutex_, deadline, may_go_on)) throw_busy();
        if (!is_only_one()) return std::nullopt;
        only_lent_ = true;
    }
    try {
        return Lent{only_session(use), true};
    } catch (...) {
        returned(true);
        throw;
    }
}

SessionPool::Lent SessionPool::replacement(const Module::UseGuard& use, Deadline deadline, bool has_right) {
    return has_right ? Lent{only_session(use), true} : logged_in_session(use, deadline);
}

Session SessionPool::only_session(const Module::UseGuard& use) {
    if (auto session = login_.lend(use.generation())) {
        const Session::Health health = session->health();
        if (health == Session::Health::logged_in ||
            (health == Session::Health::public_only && login_.needless()))
            return *std::move(session);
        session.reset();
        rebind();
    }
    login_.ensure(use, connect(use));
    return login_.lend(use.generation()).value();
}

bool SessionPool::wait_for_return(std::uint64_t returns, Deadline deadline) {
    const Lock lock(mutex_);
    if (returns_ != returns) return true;
    if (lent_ <= waiting_ + 1) return false;
    ++waiting_;
    const auto is_returned = [&]() KEYWARD_REQUIRES(mutex_) { return returns_ != returns; };
    const bool in_time = returned_.wait_until(mutex_, deadline, is_returned);
    --waiting_;
    if (!in_time) throw_busy();
    return true;
}

void SessionPool::returned(bool was_only) {
    {
        const Lock lock(mutex_);
        ++returns_;
        if (was_only) only_lent_ = false;
    }
    returned_.notify_all();
}

bool SessionPool::has_only_one() const {
    const Lock lock(mutex_);
    return is_only_one();
}

std::size_t SessionPool::most_lent() const {
    return only_one_ || limit_ <= 2 ? 1 : limit_ - 1;
}

std::optional<SessionPool::Place> SessionPool::place_at_once() {
    const Lock lock(mutex_);
    if (lent_ >= most_lent()) return std::nullopt;
    ++lent_;
    return Place(*this, Place::Taken{});
}

SessionPool::Deadline SessionPool::deadline() const {
    return std::chrono::steady_clock::now() + settings_.wait;
}

std::optional<Session> SessionPool::take_idle(const Module::UseGuard& use) {
    const Lock lock(mutex_);
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

void SessionPool::give_back(Session session, const Module::UseGuard& use) {
    if (has_only_one()) return login_.take_back(std::move(session), use.generation());
    const Lock lock(mutex_);
    if (idle_generation_ == use.generation()) idle_.push_back(std::move(session));
}

void SessionPool::claim(CK_SLOT_ID slot, std::uint64_t generation) {
    if (settings_.claims && !settings_.environment.name.empty())
        settings_.claims->take(settings_.environment, slot, generation);
}

void SessionPool::rebind() {
    if (settings_.claims) settings_.claims->release(settings_.environment);
    const Lock lock(mutex_);
    bound_.reset();
}

}  // namespace keyward::hsm
