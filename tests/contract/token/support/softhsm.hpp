#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "hsm/module/module.hpp"
#include "hsm/objects/attributes.hpp"
#include "hsm/open_token.hpp"
#include "hsm/session/session_pool.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/files.hpp"

namespace keyward::tests {

inline constexpr const char* softhsm_module = "/usr/lib/softhsm/libsofthsm2.so";
inline constexpr const char* p11_kit_module = "/usr/lib/x86_64-linux-gnu/pkcs11/p11-kit-client.so";
inline constexpr const char* test_pin = "4711-test";

/// SoftHSM2 with token folders of its own. Sets SOFTHSM2_CONF of this process, which the module reads when it
/// is initialized, so only one may exist at a time.
class SoftHsm {
  public:
    SoftHsm();
    /// Creates a token with `test_pin`, from another process.
    void add_token(const std::string& label) const;
    /// Removes all tokens; `put_tokens_back` restores them. No process may use the tokens during either call.
    void take_tokens() const;
    void put_tokens_back() const;
    [[nodiscard]] std::string configuration() const { return folder_.path() / "softhsm2.conf"; }
    [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }

  private:
    test::TemporaryFolder folder_;
};

/// A p11-kit server over that SoftHSM2, reached through p11-kit-client: the closest available substitute for
/// a network HSM.
class P11KitServer {
  public:
    explicit P11KitServer(const SoftHsm& softhsm);
    /// Ends the server and the processes that serve its connections.
    void stop();
    void start();

  private:
    const SoftHsm& softhsm_;
    std::filesystem::path socket_;
    std::unique_ptr<test::ChildProcess> process_;
};

/// Settings that work with the token, for a test to modify.
hsm::TokenSettings settings_for(const std::string& module, const std::string& label);
hsm::PoolSettings pool_settings_for(const std::string& label);

/// Attributes of a token object, read by the test directly.
struct ObjectFacts {
    CK_OBJECT_CLASS object_class;
    CK_KEY_TYPE key_type;
    std::string label;
    std::vector<CK_ATTRIBUTE_TYPE> granted;  ///< the attributes of `asked` that are true
};
std::vector<ObjectFacts> inspect(hsm::SessionPool& pool, const ObjectId& id,
                                 const std::vector<CK_ATTRIBUTE_TYPE>& asked);

/// Creates an object as another application would. It exists for as long as its CKA_TOKEN says.
CK_OBJECT_HANDLE create(hsm::SessionPool& pool, hsm::AttributeTemplate object);

/// Closes every session of the process with the token, as a restart of the HSM does.
void lose_sessions(hsm::SessionPool& pool);

}  // namespace keyward::tests
