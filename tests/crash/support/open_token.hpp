#pragma once

#include <string>
#include <vector>

#include <p11-kit/pkcs11.h>

#include "tests/e2e/support/home.hpp"

namespace keyward::e2e {

/// SoftHSM2 with the tokens of a home, initialized for one reading, because it reads SOFTHSM2_CONF when it is
/// initialized. Only one may exist at a time. Throws std::runtime_error when it can't be loaded.
class Module {
  public:
    explicit Module(const Home& home);
    Module(const Module&) = delete;
    Module& operator=(const Module&) = delete;
    /// Keeps the library loaded: the process crashes when it is unloaded while OpenSSL's exit handlers are
    /// registered.
    ~Module() { functions_->C_Finalize(nullptr); }

    CK_FUNCTION_LIST* operator->() const { return functions_; }

  private:
    CK_FUNCTION_LIST* functions_ = nullptr;
};

/// One of its tokens over raw Cryptoki, logged in. The module must outlive it. For one thread.
class OpenToken {
  public:
    /// Throws std::runtime_error when no token has that label, or when the token refuses the PIN.
    OpenToken(const Module& module, const std::string& label, std::string pin);

    [[nodiscard]] std::vector<CK_OBJECT_HANDLE> all() const;
    /// Empty when the object has none.
    [[nodiscard]] std::string attribute(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) const;
    /// CK_UNAVAILABLE_INFORMATION when the object has none.
    [[nodiscard]] CK_ULONG number(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) const;

    /// The output of the token, or the reason why there is none.
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
