#pragma once

#include <string>
#include <vector>

#include <p11-kit/pkcs11.h>

#include "tests/e2e/support/home.hpp"

namespace keyward::e2e {

/// SoftHSM2 with the tokens of a home, for the length of one reading: it reads SOFTHSM2_CONF when it is
/// initialised. One at a time. Throws std::runtime_error when it can't be loaded.
class Module {
  public:
    explicit Module(const Home& home);
    Module(const Module&) = delete;
    Module& operator=(const Module&) = delete;
    /// The library itself stays: it does not survive being unloaded with OpenSSL's handlers in place.
    ~Module() { functions_->C_Finalize(nullptr); }

    CK_FUNCTION_LIST* operator->() const { return functions_; }

  private:
    CK_FUNCTION_LIST* functions_ = nullptr;
};

/// One of its tokens by raw Cryptoki, logged in; ends with the module. For one thread.
class OpenToken {
  public:
    /// Throws std::runtime_error when there is no token of that label, or it refuses the PIN.
    OpenToken(const Module& module, const std::string& label, std::string pin);

    [[nodiscard]] std::vector<CK_OBJECT_HANDLE> all() const;
    /// Empty when the object has none.
    [[nodiscard]] std::string attribute(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) const;
    /// CK_UNAVAILABLE_INFORMATION when the object has none.
    [[nodiscard]] CK_ULONG number(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) const;

    /// What the token makes of an input, or why it does not.
    struct Outcome {
        std::string octets;
        std::string failure;
    };
    [[nodiscard]] Outcome encrypt(CK_OBJECT_HANDLE key, CK_MECHANISM_TYPE type, std::string input) const;
    [[nodiscard]] Outcome sign(CK_OBJECT_HANDLE key, CK_MECHANISM_TYPE type, std::string input) const;

  private:
    [[nodiscard]] CK_SLOT_ID slot_of(const std::string& label) const;
    template <typename Call>
    [[nodiscard]] Outcome used(const char* name, Call call, std::string input) const;

    const Module& p11_;
    CK_SESSION_HANDLE session_ = 0;
};

}  // namespace keyward::e2e
