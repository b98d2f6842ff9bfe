#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/command.hpp"
#include "tests/support/files.hpp"
#include "tests/support/sockets.hpp"

namespace keyward::e2e {

inline constexpr const char* softhsm_module = "/usr/lib/softhsm/libsofthsm2.so";
inline constexpr const char* p11_kit_module = "/usr/lib/x86_64-linux-gnu/pkcs11/p11-kit-client.so";
inline constexpr const char* spy_module = "/usr/lib/x86_64-linux-gnu/pkcs11/pkcs11-spy.so";
inline constexpr const char* project = "MyProject";

struct HomeOptions {
    std::vector<std::string> environments{"production",
                                          "staging"};  ///< of MyProject, each with a SoftHSM2 token
    std::vector<std::string> remote = {};              ///< of MyProject, each with a token behind RemoteHsm
    std::vector<std::string> without_token = {};       ///< of MyProject, configured without an existing token
    std::vector<std::string> outside = {};             ///< configured with a token, but not of MyProject
    std::string http = {};                             ///< lines for [http]
    std::string policy = {};                           ///< lines for [policy]
    std::string each_environment = {};                 ///< lines for every [[environment]]
    std::string local_module = softhsm_module;         ///< of all except the remote ones
    std::string catalogue_url = {};                    ///< empty: an SQLite database in the folder
    std::string catalogue = {};                        ///< lines for [catalogue]
    bool spied_on = false;  ///< OpenSC's pkcs11-spy records every call of the module, see spy_log()
};

/// An installation in a temporary folder: SoftHSM2 tokens, PIN files, configuration, the project MyProject,
/// and `alice`, who has every grant in it.
class Home {
  public:
    explicit Home(HomeOptions options = {});

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::string database() const { return folder_.file("keyward.db"); }
    [[nodiscard]] std::string config() const { return folder_.file("keyward.toml"); }
    [[nodiscard]] const test::TemporaryFolder& folder() const { return folder_; }
    /// The variables of every program that loads the modules.
    [[nodiscard]] std::vector<std::string> environment() const;
    [[nodiscard]] std::string softhsm_conf() const { return folder_.file("softhsm2.conf"); }
    /// The socket of RemoteHsm.
    [[nodiscard]] std::string remote_socket() const { return folder_.file("p11-kit.socket"); }
    /// All calls of the module so far, with HomeOptions::spied_on.
    [[nodiscard]] std::string spy_log() const { return test::read_file(folder_.file("spy")); }
    [[nodiscard]] const std::string& pin(const std::string& token_label) const {
        return pins_.at(token_label);
    }
    [[nodiscard]] std::vector<std::string> pins() const;

    /// Runs `keyward WORD… --config …`.
    [[nodiscard]] test::CommandResult keyward(std::vector<std::string> words) const;
    /// The same for a command that must succeed; returns its output without the last line end.
    std::string must(std::vector<std::string> words) const;
    /// Creates a user with these grants in MyProject and returns a token of that user.
    [[nodiscard]] std::string user(const std::string& name, const std::vector<std::string>& grants,
                                   const std::string& environments = {}) const;
    /// Creates a user with this password.
    void user_with_password(const std::string& name, const std::string& password) const;
    /// A token of alice.
    [[nodiscard]] const std::string& token() const { return token_; }
    /// The number of environments with a token, which become ready.
    [[nodiscard]] std::size_t live_environments() const { return live_environments_; }
    /// Creates the missing token of an environment of HomeOptions::without_token.
    void init_token(const std::string& label);

  private:
    void write_config(const HomeOptions& options);

    test::TemporaryFolder folder_{test::memory_folder()};
    std::uint16_t port_;
    std::map<std::string, std::string> pins_;
    std::string token_;
    std::size_t live_environments_;
    bool spied_on_;
};

/// The path of the program under test.
std::string keyward_binary();

}  // namespace keyward::e2e
