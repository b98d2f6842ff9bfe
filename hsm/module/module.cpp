#include "hsm/module/module.hpp"

#include <algorithm>
#include <set>
#include <span>
#include <stdexcept>
#include <utility>

#include <dlfcn.h>
#include <libp11.h>
#include <openssl/err.h>

#include "base/log.hpp"
#include "hsm/cryptoki/errors.hpp"
#include "hsm/module/token_locator.hpp"
#include "hsm/session/login.hpp"

namespace keyward::hsm {
namespace {

using namespace std::chrono_literals;
constexpr auto drain_limit = 2s;
constexpr auto between_revivals = 3s;
constexpr auto idle_limit = 200ms;
constexpr auto look_limit = 500ms;
constexpr auto shortest_attempt_pause = 1s;  // each attempt blocks new calls for up to idle_limit
constexpr auto between_reinitialisations = 1min;
constexpr std::size_t most_lists = 64;

[[noreturn]] void throw_unusable(const std::string& path, const std::string& call,
                                 const std::string& reason) {
    log::error("module.unusable", {{"module", path}, {"call", call}, {"reason", reason}});
    throw TokenError(TokenFault::unreachable, "The PKCS#11 module can't be loaded", call, reason,
                     TokenPhase::loading);
}

std::string text_or_empty(const char* text) {
    return text == nullptr ? std::string() : std::string(text);
}

}  // namespace

/// The loaded library. It stays in memory as long as its Module: some libraries don't survive being unloaded.
struct Library {
    explicit Library(const std::string& path);

    struct Unload {
        void operator()(void* library) const { dlclose(library); }
    };
    std::unique_ptr<void, Unload> handle;
    Functions* functions = nullptr;
};

Library::Library(const std::string& path) : handle(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) {
    if (!handle) throw_unusable(path, "dlopen", text_or_empty(dlerror()));  // NOLINT(concurrency-mt-unsafe)
    using GetFunctionList = CK_RV (*)(CK_FUNCTION_LIST_PTR_PTR);
    const auto get_function_list =
        reinterpret_cast<GetFunctionList>(dlsym(handle.get(), "C_GetFunctionList"));
    if (get_function_list == nullptr) throw_unusable(path, "dlsym", "it has no C_GetFunctionList");
    check("C_GetFunctionList", get_function_list(&functions));
    if (functions == nullptr) throw_unusable(path, "C_GetFunctionList", "it has no list of functions");
}

/// The initialized module. The constructor completes or leaves nothing initialized.
struct InitialisedModule {
    InitialisedModule(const Functions& functions, const std::string& path, std::string& init_args);
    InitialisedModule(const InitialisedModule&) = delete;
    InitialisedModule& operator=(const InitialisedModule&) = delete;
    InitialisedModule(InitialisedModule&&) = delete;
    InitialisedModule& operator=(InitialisedModule&&) = delete;
    ~InitialisedModule();

    void initialise(const std::string& path, std::string& init_args) const;
    void load_libp11(const std::string& path, const std::string& init_args);
    /// The slots with a token, as libp11 lists them. Returns nothing when that fails or after `most_lists`
    /// lists.
    std::optional<std::set<CK_SLOT_ID>> list_slots();

    const Functions& functions;
    PKCS11_CTX* libp11 = nullptr;

    /// libp11's lists are freed only at the end: freeing a slot closes every session of that slot in this
    /// process.
    struct SlotList {
        PKCS11_SLOT* slots = nullptr;
        unsigned int count = 0;
    };
    std::vector<SlotList> lists;
    std::size_t lists_begun = 0;
    std::optional<std::vector<RawToken>> seen;  ///< what Cryptoki showed when `found` was made
    std::vector<FoundToken> found;
};

InitialisedModule::InitialisedModule(const Functions& functions_of_library, const std::string& path,
                                     std::string& init_args)
    : functions(functions_of_library) {
    initialise(path, init_args);
    try {
        // libp11 makes the same call but loses the error code.
        CK_INFO info{};
        check("C_GetInfo", functions.C_GetInfo(&info));
        load_libp11(path, init_args);
    } catch (...) {
        functions.C_Finalize(nullptr);
        throw;
    }
}

// libp11 initializes without CKF_OS_LOCKING_OK, which allows a module to omit its locks (PKCS#11 2.40
// section 5.4). So Keyward initializes first, and libp11 accepts a module that is already initialized.
void InitialisedModule::initialise(const std::string& path, std::string& init_args) const {
    struct {
        CK_C_INITIALIZE_ARGS standard{};
        void* end = nullptr;  // NSS reads one pointer more than the standard defines
    } args;
    args.standard.flags = CKF_OS_LOCKING_OK;
    args.standard.pReserved = init_args.empty() ? nullptr : init_args.data();
    const CK_RV value = functions.C_Initialize(&args);
    if (value == CKR_CRYPTOKI_ALREADY_INITIALIZED) {
        log::warn("module.initialised_by_others", {{"module", path}});
        return;
    }
    check("C_Initialize", value);
}

PKCS11_CTX* new_libp11() {
    static Mutex registering;  // PKCS11_CTX_new registers libp11's error texts without a lock
    const Lock lock(registering);
    return PKCS11_CTX_new();
}

void InitialisedModule::load_libp11(const std::string& path, const std::string& init_args) {
    libp11 = new_libp11();
    if (libp11 == nullptr) throw_unusable(path, "PKCS11_CTX_new", "out of memory");
    if (!init_args.empty()) PKCS11_CTX_init_args(libp11, init_args.c_str());
    if (PKCS11_CTX_load(libp11, path.c_str()) != 0) {
        const std::string reason = text_or_empty(ERR_reason_error_string(ERR_get_error()));
        ERR_clear_error();
        PKCS11_CTX_free(std::exchange(libp11, nullptr));
        throw_unusable(path, "PKCS11_CTX_load", reason);
    }
}

// When a slot can't be read, libp11 0.4.12 leaks the memory of that slot and closes all sessions of the slots
// before it, so it is not called then. `most_lists` bounds what it keeps or leaks when slots change between
// the two reads or change often.
std::optional<std::set<CK_SLOT_ID>> InitialisedModule::list_slots() {
    if (lists_begun == most_lists || !can_read_all_slots(functions)) return std::nullopt;
    ++lists_begun;
    SlotList list;
    if (PKCS11_enumerate_slots(libp11, &list.slots, &list.count) != 0) {
        ERR_clear_error();
        return std::nullopt;
    }
    lists.push_back(list);
    std::set<CK_SLOT_ID> slots;
    for (PKCS11_SLOT& slot : std::span(list.slots, list.count))
        if (slot.token != nullptr) slots.insert(PKCS11_get_slotid_from_slot(&slot));
    return slots;
}

InitialisedModule::~InitialisedModule() {
    for (const SlotList& list : lists)
        PKCS11_release_all_slots(libp11, list.slots, list.count);
    if (libp11 != nullptr) {
        PKCS11_CTX_unload(libp11);
        PKCS11_CTX_free(libp11);
    }
    functions.C_Finalize(nullptr);  // needed where libp11 has a module instance of its own
    ERR_clear_error();
}

Module::UseGuard::UseGuard(std::shared_ptr<Module> module, const Functions* functions,
                           std::uint64_t generation, std::chrono::milliseconds limit)
    : module_(std::move(module)), functions_(functions), generation_(generation), limit_(limit) {}

Module::UseGuard::UseGuard(UseGuard&& other) noexcept
    : module_(std::exchange(other.module_, nullptr)),
      functions_(other.functions_),
      generation_(other.generation_),
      limit_(other.limit_) {}

Module::UseGuard::~UseGuard() {
    if (module_) module_->leave();
}

Module::Module(std::string path, std::string init_args)
    : path_(std::move(path)),
      init_args_(std::move(init_args)),
      reinitialisation_pause_(shortest_attempt_pause) {}

Module::~Module() = default;

/// While one exists, only its thread changes the module. The thread holds the mutex when it makes and
/// destroys one, and may release it in between.
class Module::Change {
  public:
    explicit Change(Module& module) KEYWARD_REQUIRES(module.mutex_) : module_(module) {
        module.changing_ = true;
    }
    Change(const Change&) = delete;
    Change& operator=(const Change&) = delete;
    Change(Change&&) = delete;
    Change& operator=(Change&&) = delete;
    ~Change() {
        module_.mutex_.assert_held();
        module_.changing_ = false;
        module_.changed_.notify_all();
    }

  private:
    Module& module_;
};

bool Module::wait_for_change(std::chrono::milliseconds limit) {
    return changed_.wait_for(mutex_, limit, [this]() KEYWARD_REQUIRES(mutex_) { return !changing_; });
}

Module::UseGuard Module::use(std::chrono::milliseconds limit) {
    const Lock lock(mutex_);
    if (!wait_for_change(limit))
        throw TokenError(TokenFault::unreachable,
                         "The PKCS#11 module can't be used: its initialisation does not end", {}, {},
                         TokenPhase::loading);
    if (!initialised_) {
        const Change change(*this);
        start();
    }
    ++users_;
    return {shared_from_this(), library_->functions, generation_, limit};
}

std::optional<Module::UseGuard> Module::use_of(std::uint64_t generation) {
    const Lock lock(mutex_);
    if (!wait_for_change(patience) || !initialised_ || generation_ != generation) return std::nullopt;
    ++users_;
    return UseGuard(shared_from_this(), library_->functions, generation_, patience);
}

void Module::leave() {
    const Lock lock(mutex_);
    if (--users_ == 0) changed_.notify_all();
}

/// Loads the library, the first time. As `start`.
void Module::load() {
    if (library_) return;
    std::unique_ptr<Library> loaded;
    {
        const Unlock unlocked(mutex_);
        loaded = std::make_unique<Library>(path_);
    }
    library_ = std::move(loaded);
}

/// Finalizes the module if it is initialized, and initializes it. The caller has a Change. Releases the mutex
/// while the module works.
void Module::start() {
    auto ended = std::move(initialised_);
    load();
    const Functions& functions = *library_->functions;
    std::unique_ptr<InitialisedModule> made;
    {
        const Unlock unlocked(mutex_);
        ended.reset();
        made = std::make_unique<InitialisedModule>(functions, path_, init_args_);
    }
    initialised_ = std::move(made);
    ++generation_;
    log::info("module.initialised",
              {{"module", path_}, {"generation", static_cast<std::size_t>(generation_)}});
}

/// Restarts the module if no call runs in it within the limit and its tokens lose no login that can't be
/// repeated.
bool Module::restart(std::chrono::milliseconds drain, Tokens tokens) {
    const Change change(*this);
    const auto is_idle = [this]() KEYWARD_REQUIRES(mutex_) { return users_ == 0; };
    if (!changed_.wait_for(mutex_, drain, is_idle)) return false;
    if (tokens == Tokens::work) {
        const Unlock unlocked(mutex_);
        if (!logins_can_be_repeated()) return false;
    }
    try {
        start();
        return true;
    } catch (const TokenError&) {
        log::warn("module.not_revived", {{"module", path_}});  // the next use tries again
        return false;
    }
}

bool Module::logins_can_be_repeated() {
    const Lock lock(logins_mutex_);
    const bool all = std::ranges::all_of(logins_, [](Login* login) { return login->can_be_repeated(); });
    if (!all)
        log::warn(
            "module.not_reinitialised",
            {{"module", path_}, {"reason", "the PIN of a token that is logged in has changed or is gone"}});
    return all;
}

void Module::add(Login& login) {
    const Lock lock(logins_mutex_);
    logins_.insert(&login);
}

void Module::remove(Login& login) {
    const Lock lock(logins_mutex_);
    logins_.erase(&login);
}

std::shared_ptr<LoginAttempts> Module::login_attempts(const TokenIdentity& token) {
    const Lock lock(attempts_mutex_);
    auto& attempts =
        attempts_[token.label + '\n' + token.serial + '\n' + token.manufacturer + '\n' + token.model];
    if (!attempts) attempts = std::make_shared<LoginAttempts>();
    return attempts;
}

// PKCS11_update_slots would keep one list up to date, but libp11 0.4.12 reads past the end of the list when
// it has two slots or more. So each update makes a new list, and only when Cryptoki shows a change: a long
// outage does not accumulate lists. libp11 names the slots; the data of their tokens comes from bounded
// reads. Where libp11 makes no list, the slots are those that Cryptoki shows.
ShownTokens Module::tokens(const UseGuard& use) {
    const std::unique_lock lock(libp11_mutex_, use.limit_);
    if (!lock.owns_lock())
        throw TokenError(TokenFault::unreachable,
                         "The PKCS#11 module can't be used: the list of its slots does not come",
                         "C_GetSlotList", {}, TokenPhase::binding);
    InitialisedModule& module = initialised();
    auto [tokens, unreadable] = raw_tokens(use.p11());
    if (module.seen == tokens) return {module.found, unreadable};

    const auto listed = module.list_slots();
    module.found.clear();
    for (const RawToken& token : tokens)
        if (token.initialised && (!listed || listed->contains(token.slot)))
            module.found.push_back({token.slot, token.identity});
    module.seen = std::move(tokens);
    return {module.found, unreadable};
}

InitialisedModule& Module::initialised() {
    const Lock lock(mutex_);
    return *initialised_;
}

bool Module::shows_tokens(std::chrono::milliseconds limit) {
    try {
        const UseGuard holding = use(limit);
        return !tokens(holding).found.empty();
    } catch (const TokenError&) {
        return false;
    }
}

bool Module::restart_once(std::uint64_t failed_generation, std::chrono::milliseconds limit,
                          std::chrono::milliseconds drain, Tokens tokens) {
    const Lock lock(mutex_);
    if (!wait_for_change(limit)) return false;
    if (generation_ != failed_generation) return initialised_ != nullptr;
    const auto now = std::chrono::steady_clock::now();
    if (!initialised_ || now < next_restart_) return false;
    next_restart_ = now + between_revivals;
    return restart(drain, tokens);
}

bool Module::reinitialize(std::uint64_t failed_generation, std::chrono::milliseconds limit) {
    return !shows_tokens(limit) && restart_once(failed_generation, limit, drain_limit, Tokens::gone);
}

bool Module::look_again(std::uint64_t failed_generation, std::chrono::milliseconds limit) {
    return restart_once(failed_generation, limit, look_limit, Tokens::work);
}

bool Module::reinitialize_when_idle() {
    const Lock lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (changing_ || !initialised_ || now < next_reinitialisation_) return false;
    next_reinitialisation_ = now + between_reinitialisations;
    const auto pause = reinitialisation_pause_;
    const bool done = restart(idle_limit, Tokens::work);
    reinitialisation_pause_ =
        done ? shortest_attempt_pause
             : std::min<std::chrono::seconds>(2 * reinitialisation_pause_, between_reinitialisations);
    if (!done && initialised_) next_reinitialisation_ = now + pause;  // nothing was done
    return done;
}

}  // namespace keyward::hsm
