#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/mutex.hpp"
#include "base/timed_mutex.hpp"
#include "domain/token.hpp"
#include "hsm/cryptoki/cryptoki.hpp"

namespace keyward::hsm {

class Login;
class LoginAttempts;
struct Library;
struct InitialisedModule;

/// A token that the module currently shows.
struct FoundToken {
    CK_SLOT_ID slot;
    TokenIdentity identity;
};

/// The initialized tokens that a module currently shows.
struct ShownTokens {
    std::vector<FoundToken> found;
    CK_RV unreadable = CKR_OK;  ///< result of C_GetTokenInfo for the first token that can't be read
};

/// The only owner of a PKCS#11 library in this process. The first use loads and initializes the library; it
/// is finalized when the last shared_ptr is released. Everything made with a module holds a shared_ptr to it,
/// so the module is created first and destroyed last.
///
/// Only one thread at a time loads, initializes or finalizes the library, and it holds no lock while the
/// module works. So a hang blocks no other module, and callers of this module wait for at most `patience`.
///
/// libp11 finds slots and tokens. It gets no session, no login and no slot list to free before the end:
/// freeing a slot closes every session of that slot in the whole process. All other calls use Cryptoki
/// directly, through `UseGuard::p11()`. Thread-safe.
class Module : public std::enable_shared_from_this<Module> {
  public:
    /// `init_args` becomes CK_C_INITIALIZE_ARGS.pReserved; empty means NULL. Does not load the library.
    Module(std::string path, std::string init_args);
    Module(const Module&) = delete;
    Module& operator=(const Module&) = delete;
    Module(Module&&) = delete;
    Module& operator=(Module&&) = delete;
    ~Module();

    /// Keeps the module initialized while it exists: `reinitialize` waits for all guards. Every caller of
    /// Cryptoki holds one.
    class UseGuard {
      public:
        UseGuard(UseGuard&& other) noexcept;
        UseGuard(const UseGuard&) = delete;
        UseGuard& operator=(const UseGuard&) = delete;
        UseGuard& operator=(UseGuard&&) = delete;
        ~UseGuard();

        [[nodiscard]] const Functions& p11() const { return *functions_; }
        /// Increases each time the module is initialized. Sessions and handles of an earlier generation are
        /// invalid.
        [[nodiscard]] std::uint64_t generation() const { return generation_; }

      private:
        friend class Module;
        UseGuard(std::shared_ptr<Module> module, const Functions* functions, std::uint64_t generation,
                 std::chrono::milliseconds limit);

        std::shared_ptr<Module> module_;
        const Functions* functions_;
        std::uint64_t generation_;
        std::chrono::milliseconds limit_;  ///< of waiting for other threads
    };

    /// Maximum time that a call waits for another thread that loads, initializes or finalizes the module.
    static constexpr std::chrono::seconds patience{5};

    /// Loads and initializes the module if necessary. Throws TokenFault::unreachable when that fails, or when
    /// another thread is doing so for longer than the limit.
    UseGuard use(std::chrono::milliseconds limit = patience);

    /// Returns a guard only if the module is initialized and still of that generation; used for closing
    /// sessions. Also returns nothing when another thread changes the module for longer than `patience`.
    std::optional<UseGuard> use_of(std::uint64_t generation);

    /// Returns the initialized tokens in all slots, read at each call. Throws TokenFault::unreachable when
    /// the slots can't be listed, or when another thread is doing so for longer than the limit of the guard.
    ShownTokens tokens(const UseGuard& use);

    /// Finalizes and initializes a module that no longer shows any token, such as p11-kit-client after its
    /// server died. Waits for running calls to end and gives up after two seconds. Does so at most once in
    /// three seconds, and only while the module's list of tokens fails or is empty, so a single missing token
    /// never costs another environment its sessions. The caller must hold no UseGuard. Returns true when the
    /// module is no longer of `failed_generation` and a retry makes sense.
    bool reinitialize(std::uint64_t failed_generation, std::chrono::milliseconds limit = patience);

    /// Finalizes and initializes a working module, for modules that show objects which other processes made
    /// or destroyed only after initialization. At most once a minute, and only while no other call runs in
    /// it: it waits 200 ms for running calls, and new calls wait for it. Sessions and handles of the earlier
    /// generation are then invalid, as after `reinitialize`. The following calls repeat the logins, so
    /// nothing is done while one of them can't be repeated. The caller must hold no UseGuard. Returns true
    /// when it was done. If a call kept running, this can be requested again after one second, and then at
    /// intervals that double up to a minute.
    bool reinitialize_when_idle();

    /// Same for a working module that does not show a wanted token: some modules read their tokens only
    /// during initialization. At most once in three seconds; waits 500 ms for running calls. Returns true
    /// when the module is no longer of `failed_generation` and another lookup makes sense.
    bool look_again(std::uint64_t failed_generation, std::chrono::milliseconds limit = patience);

    /// Registers a login. A working module is reinitialized only while all registered logins can be repeated.
    void add(Login& login);
    void remove(Login& login);

    /// The login history of a token, shared by all its users in this process.
    std::shared_ptr<LoginAttempts> login_attempts(const TokenIdentity& token);

    [[nodiscard]] const std::string& init_args() const { return init_args_; }

  private:
    class Change;
    bool wait_for_change(std::chrono::milliseconds limit) KEYWARD_REQUIRES(mutex_);
    void load() KEYWARD_REQUIRES(mutex_);
    void start() KEYWARD_REQUIRES(mutex_);
    enum class Tokens { work, gone };
    bool restart(std::chrono::milliseconds drain, Tokens tokens) KEYWARD_REQUIRES(mutex_);
    /// For callers that met that generation. At most once in three seconds across all callers.
    bool restart_once(std::uint64_t failed_generation, std::chrono::milliseconds limit,
                      std::chrono::milliseconds drain, Tokens tokens);
    /// It stays until the caller's UseGuard ends.
    InitialisedModule& initialised();
    bool logins_can_be_repeated();
    bool shows_tokens(std::chrono::milliseconds limit);
    void leave();

    const std::string path_;
    std::string init_args_;
    TimedMutex libp11_mutex_;  ///< libp11's slot lists are not thread-safe
    Mutex attempts_mutex_;     ///< a login holds its own mutex when it locks this one
    /// By the fields that identify a token.
    std::map<std::string, std::shared_ptr<LoginAttempts>> attempts_ KEYWARD_GUARDED_BY(attempts_mutex_);
    Mutex logins_mutex_;  ///< held while the mutexes of the logins are locked
    std::set<Login*> logins_ KEYWARD_GUARDED_BY(logins_mutex_);
    Mutex mutex_;
    ConditionVariable changed_;
    /// One thread changes the module, and releases the mutex in between.
    bool changing_ KEYWARD_GUARDED_BY(mutex_) = false;
    std::unique_ptr<Library> library_ KEYWARD_GUARDED_BY(mutex_);
    std::unique_ptr<InitialisedModule> initialised_ KEYWARD_GUARDED_BY(mutex_);
    std::uint64_t generation_ KEYWARD_GUARDED_BY(mutex_) = 0;
    std::size_t users_ KEYWARD_GUARDED_BY(mutex_) = 0;
    std::chrono::steady_clock::time_point next_restart_ KEYWARD_GUARDED_BY(mutex_);
    std::chrono::steady_clock::time_point next_reinitialisation_ KEYWARD_GUARDED_BY(mutex_);
    /// After an attempt that found the module busy; grows.
    std::chrono::seconds reinitialisation_pause_ KEYWARD_GUARDED_BY(mutex_);
};

}  // namespace keyward::hsm
