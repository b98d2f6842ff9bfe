#include "tests/e2e/support/token.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <stdexcept>

#include <dlfcn.h>
#include <p11-kit/pkcs11.h>

#include "tests/e2e/support/encodings.hpp"

namespace keyward::e2e {
namespace {

void check(const char* call, CK_RV result) {
    if (result != CKR_OK) throw std::runtime_error(std::string(call) + ": " + std::to_string(result));
}

/// The module, initialized for one reading, because SoftHSM2 reads SOFTHSM2_CONF when it is initialized.
class Module {
  public:
    explicit Module(const Home& home) : library_(::dlopen(softhsm_module, RTLD_NOW)) {
        if (library_ == nullptr) throw std::runtime_error(::dlerror());
        ::setenv("SOFTHSM2_CONF", home.softhsm_conf().c_str(), 1);
        const auto get_list = reinterpret_cast<CK_C_GetFunctionList>(::dlsym(library_, "C_GetFunctionList"));
        check("C_GetFunctionList", get_list(&functions_));
        const CK_RV result = functions_->C_Initialize(nullptr);
        ::unsetenv("SOFTHSM2_CONF");  // child processes of the test use their own home
        check("C_Initialize", result);
    }
    Module(const Module&) = delete;
    Module& operator=(const Module&) = delete;
    /// Keeps the library loaded: the process crashes when SoftHSM2 is unloaded while OpenSSL's exit handlers
    /// are registered.
    ~Module() { functions_->C_Finalize(nullptr); }

    CK_FUNCTION_LIST* operator->() const { return functions_; }

  private:
    void* library_;
    CK_FUNCTION_LIST* functions_ = nullptr;
};

CK_SESSION_HANDLE open(const Module& p11, const std::string& label, std::string pin) {
    CK_ULONG count = 0;
    check("C_GetSlotList", p11->C_GetSlotList(CK_TRUE, nullptr, &count));
    std::vector<CK_SLOT_ID> slots(count);
    check("C_GetSlotList", p11->C_GetSlotList(CK_TRUE, slots.data(), &count));
    for (const CK_SLOT_ID slot : slots) {
        CK_TOKEN_INFO info{};
        check("C_GetTokenInfo", p11->C_GetTokenInfo(slot, &info));
        std::string name(reinterpret_cast<const char*>(info.label), sizeof info.label);
        name.resize(name.find_last_not_of(' ') + 1);
        if (name != label) continue;
        CK_SESSION_HANDLE session = 0;
        check("C_OpenSession", p11->C_OpenSession(slot, CKF_SERIAL_SESSION, nullptr, nullptr, &session));
        check("C_Login",
              p11->C_Login(session, CKU_USER, reinterpret_cast<CK_UTF8CHAR*>(pin.data()), pin.size()));
        return session;
    }
    throw std::runtime_error("no token " + label);
}

std::vector<CK_OBJECT_HANDLE> find_all(const Module& p11, CK_SESSION_HANDLE session, CK_BBOOL finished) {
    std::vector<CK_OBJECT_HANDLE> all;
    std::array<CK_OBJECT_HANDLE, 256> some{};
    CK_ATTRIBUTE wanted{CKA_TOKEN, &finished, sizeof finished};
    check("C_FindObjectsInit", p11->C_FindObjectsInit(session, &wanted, 1));
    for (CK_ULONG count = 1; count > 0;
         all.insert(all.end(), some.begin(), some.begin() + static_cast<long>(count)))
        check("C_FindObjects", p11->C_FindObjects(session, some.data(), some.size(), &count));
    check("C_FindObjectsFinal", p11->C_FindObjectsFinal(session));
    return all;
}

/// Empty when the object has none.
std::string attribute(const Module& p11, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object,
                      CK_ATTRIBUTE_TYPE type) {
    std::string value(4096, '\0');
    CK_ATTRIBUTE wanted{type, value.data(), value.size()};
    if (p11->C_GetAttributeValue(session, object, &wanted, 1) != CKR_OK) return {};
    value.resize(wanted.ulValueLen);
    return value;
}

const char* kind_of(const std::string& value) {
    CK_OBJECT_CLASS object_class = ~CK_OBJECT_CLASS{0};
    if (value.size() == sizeof object_class) std::ranges::copy(value, reinterpret_cast<char*>(&object_class));
    switch (object_class) {
        case CKO_SECRET_KEY:
            return "secret";
        case CKO_PRIVATE_KEY:
            return "private";
        case CKO_PUBLIC_KEY:
            return "public";
        default:
            return "other";
    }
}

TokenObject read(const Module& p11, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE handle) {
    const auto text = [&](CK_ATTRIBUTE_TYPE type) { return attribute(p11, session, handle, type); };
    const auto flag = [&](CK_ATTRIBUTE_TYPE type) { return text(type) == std::string(1, '\1'); };
    return {.kind = kind_of(text(CKA_CLASS)),
            .label = text(CKA_LABEL),
            .id = hex(text(CKA_ID)),
            .token = flag(CKA_TOKEN),
            .is_private = flag(CKA_PRIVATE),
            .sensitive = flag(CKA_SENSITIVE),
            .extractable = flag(CKA_EXTRACTABLE),
            .modifiable = flag(CKA_MODIFIABLE),
            .wraps = flag(CKA_WRAP),
            .unwraps = flag(CKA_UNWRAP)};
}

}  // namespace

std::vector<TokenObject> objects_in(const Home& home, const std::string& token_label) {
    const Module p11(home);
    const CK_SESSION_HANDLE session = open(p11, token_label, home.pin(token_label));
    std::vector<TokenObject> objects;
    for (const CK_OBJECT_HANDLE handle : find_all(p11, session, CK_TRUE))
        objects.push_back(read(p11, session, handle));
    // When an unfinished object is read, SoftHSM2 writes to it and may overwrite what its creator writes at
    // the same time.
    const TokenObject unfinished{.kind = "unfinished", .label = {}, .id = {}};
    objects.resize(objects.size() + find_all(p11, session, CK_FALSE).size(), unfinished);
    return objects;
}

std::vector<TokenObject> objects_in(const Home& home, const std::string& token_label,
                                    const std::string& label) {
    auto objects = objects_in(home, token_label);
    std::erase_if(objects, [&](const TokenObject& object) { return object.label != label; });
    return objects;
}

}  // namespace keyward::e2e
