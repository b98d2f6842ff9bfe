#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/timed_mutex.hpp"
#include "domain/token.hpp"
#include "hsm/cryptoki/cryptoki.hpp"

namespace keyward::hsm {

class Login;
class LoginAttempts;
struct Library;
struct InitialisedModule;

/// A token that the module shows at this moment.
struct FoundToken {
    CK_SLOT_ID slot;
    TokenIdentity identity;
};

/// The initialised tokens that a module shows at this moment.
struct ShownTokens {
    std::vector<FoundToken> found;
    CK_RV unreadable = CKR_OK;  ///< what C_GetTokenInfo said of the first token that can't be read
};

/// The one owner of a PKCS#11 library in this process. It is loaded and initialised by the first use, and
/// finalised when the last shared_ptr goes; everything made with it holds one, so it is made first and
/// destroyed last.
///
/// One thread at a time loads, initialises or finalises it, and holds no lock while the module works: a hang
/// there holds up no other module, and callers of this one wait `patience` and no longer.
///
/// libp11 finds slots and tokens. It is given no session, no login and no slot list to free before the end:
/// freeing a slot closes every session of that slot in the whole process. Raw Cryptoki does the rest through
/// `UseGuard::p11()`. Any thread may call.
class Module : public std::enable_shared_from_this<Module> {
  public:
    /// `init_args` becomes CK_C_INITIALIZE_ARGS.pReserved; empty stands for NULL. Nothing is loaded yet.
    Module(std::string path, std::string init_args);
    Module(const Module&) = delete;
    Module& operator=(const Module&) = delete;
    Module(Module&&) = delete;
    Module& operator=(Module&&) = delete;
    ~Module();

    /// While one lives, the module stays initialised: `reinitialize` waits for all of them. Held by
    /// everything that calls Cryptoki.
    class UseGuard {
      public:
        UseGuard(UseGuard&& other) noexcept;
        UseGuard(const UseGuard&) = delete;
        UseGuard& operator=(const UseGuard&) = delete;
        UseGuard& operator=(UseGuard&&) = delete;
        ~UseGuard();

        [[nodiscard]] const Functions& p11() const { return *functions_; }
        /// Rises each time the module is initialised anew; sessions and handles of an earlier generation are
        /// void.
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

    /// How long a call waits at most for another thread that loads, initialises or finalises the module.
    static constexpr std::chrono::seconds patience{5};

    /// Loads and initialises the module if that has not been done. Throws TokenFault::unreachable when it
    /// can't be, or when another thread does so for longer than the limit.
    UseGuard use(std::chrono::milliseconds limit = patience);

    /// A use only if the module is initialised and of that generation still: for closing sessions. Nothing,
    /// too, when another thread changes it for longer than `patience`.
    std::optional<UseGuard> use_of(std::uint64_t generation);

    /// The initialised tokens in all slots, looked up at each call. Throws TokenFault::unreachable when the
    /// slots can't be listed, or when another thread does so for longer than the limit of the use.
    ShownTokens tokens(const UseGuard& use);

    /// Finalises and initialises a module that shows no token any more, as p11-kit-client after its server
    /// died. Waits for the calls under way to end, and gives up after two seconds; does so once in three
    /// seconds at most, and only while the module's list of tokens fails or is empty, so one missing token
    /// never costs another environment its sessions. The caller must hold no UseGuard. True when the module
    /// is another than `failed_generation` now and a second try makes sense.
    bool reinitialize(std::uint64_t failed_generation, std::chrono::milliseconds limit = patience);

    /// Finalises and initialises a module that works, for tokens whose module shows what other processes made
    /// or destroyed only from then on. At most once a minute, and only while no other call runs in it: it
    /// waits 200 ms for those under way, and new ones wait for it. Sessions and handles of the earlier
    /// generation are void then, as after `reinitialize`; logins are repeated by the calls that follow, so
    /// nothing is done while one could not be. The caller must hold no UseGuard. True when it was done; where
    /// a call went on running, it can be asked for again a second later, and then at pauses that double up to
    /// a minute.
    bool reinitialize_when_idle();

    /// The same for a module that works and does not show a token that is looked for: some read their tokens
    /// only while they are initialised. At most once in three seconds; it waits 500 ms for calls under way.
    /// True when the module is another than `failed_generation` now and a second look makes sense.
    bool look_again(std::uint64_t failed_generation, std::chrono::milliseconds limit = patience);

    /// A module that works is initialised again only while each of these logins could be repeated.
    void add(Login& login);
    void remove(Login& login);

    /// The memory of the logins to a token, shared by all who use it.
    std::shared_ptr<LoginAttempts> login_attempts(const TokenIdentity& token);

    [[nodiscard]] const std::string& init_args() const { return init_args_; }

  private:
    class Change;
    bool wait_for_change(std::unique_lock<std::mutex>& lock, std::chrono::milliseconds limit);
    void start(std::unique_lock<std::mutex>& lock);
    enum class Tokens { work, gone };
    bool restart(std::unique_lock<std::mutex>& lock, std::chrono::milliseconds drain, Tokens tokens);
    /// For callers that met that generation. At most once in three seconds over all of them.
    bool restart_once(std::uint64_t failed_generation, std::chrono::milliseconds limit,
                      std::chrono::milliseconds drain, Tokens tokens);
    bool logins_can_be_repeated();
    bool shows_tokens(std::chrono::milliseconds limit);
    void leave();

    const std::string path_;
    std::string init_args_;
    TimedMutex libp11_mutex_;    ///< libp11's slot lists are not made for several threads
    std::mutex attempts_mutex_;  ///< guards what follows; a login holds its own mutex when it takes it
    std::map<std::string, std::shared_ptr<LoginAttempts>> attempts_;  ///< by what identifies a token
    std::mutex logins_mutex_;  ///< guards what follows; held when those of the logins are taken
    std::set<Login*> logins_;
    std::mutex mutex_;  ///< guards what follows
    std::condition_variable changed_;
    bool changing_ = false;  ///< one thread loads or ends what follows, without the mutex
    std::unique_ptr<Library> library_;
    std::unique_ptr<InitialisedModule> initialised_;
    std::uint64_t generation_ = 0;
    std::size_t users_ = 0;
    std::chrono::steady_clock::time_point next_restart_;
    std::chrono::steady_clock::time_point next_reinitialisation_;
    std::chrono::seconds reinitialisation_pause_;  ///< after an attempt that found the module busy; grows
};

}  // namespace keyward::hsm
