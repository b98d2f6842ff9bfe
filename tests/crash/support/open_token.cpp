#include "tests/crash/support/open_token.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <stdexcept>

#include <dlfcn.h>

namespace keyward::e2e {
namespace {

std::string failure(const char* call, CK_RV result) {
    return std::string(call) + ": " + std::to_string(result);
}

void check(const char* call, CK_RV result) {
    if (result != CKR_OK) throw std::runtime_error(failure(call, result));
}

CK_BYTE* octets_of(std::string& text) {
    return reinterpret_cast<CK_BYTE*>(text.data());
}

}  // namespace

Module::Module(const Home& home) {
    void* library = ::dlopen(softhsm_module, RTLD_NOW);
    if (library == nullptr) throw std::runtime_error(::dlerror());
    const auto get_list = reinterpret_cast<CK_C_GetFunctionList>(::dlsym(library, "C_GetFunctionList"));
    check("C_GetFunctionList", get_list(&functions_));
    ::setenv("SOFTHSM2_CONF", home.softhsm_conf().c_str(), 1);
    const CK_RV result = functions_->C_Initialize(nullptr);
    ::unsetenv("SOFTHSM2_CONF");  // child processes of the test use their own home
    check("C_Initialize", result);
}

OpenToken::OpenToken(const Module& module, const std::string& label, std::string pin) : p11_(module) {
    check("C_OpenSession",
          p11_->C_OpenSession(slot_of(label), CKF_SERIAL_SESSION, nullptr, nullptr, &session_));
    check("C_Login", p11_->C_Login(session_, CKU_USER, octets_of(pin), pin.size()));
}

CK_SLOT_ID OpenToken::slot_of(const std::string& label) const {
    CK_ULONG count = 0;
    check("C_GetSlotList", p11_->C_GetSlotList(CK_TRUE, nullptr, &count));
    std::vector<CK_SLOT_ID> slots(count);
    check("C_GetSlotList", p11_->C_GetSlotList(CK_TRUE, slots.data(), &count));
    for (const CK_SLOT_ID slot : slots) {
        CK_TOKEN_INFO info{};
        check("C_GetTokenInfo", p11_->C_GetTokenInfo(slot, &info));
        std::string name(reinterpret_cast<const char*>(info.label), sizeof info.label);
        name.resize(name.find_last_not_of(' ') + 1);
        if (name == label) return slot;
    }
    throw std::runtime_error("no token " + label);
}

std::vector<CK_OBJECT_HANDLE> OpenToken::all() const {
    std::vector<CK_OBJECT_HANDLE> handles;
    std::array<CK_OBJECT_HANDLE, 256> some{};
    check("C_FindObjectsInit", p11_->C_FindObjectsInit(session_, nullptr, 0));
    for (CK_ULONG count = 1; count > 0;
         handles.insert(handles.end(), some.begin(), some.begin() + static_cast<long>(count)))
        check("C_FindObjects", p11_->C_FindObjects(session_, some.data(), some.size(), &count));
    check("C_FindObjectsFinal", p11_->C_FindObjectsFinal(session_));
    return handles;
}

std::string OpenToken::attribute(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) const {
    std::string value(1024, '\0');
    CK_ATTRIBUTE wanted{type, value.data(), value.size()};
    if (p11_->C_GetAttributeValue(session_, object, &wanted, 1) != CKR_OK) return {};
    value.resize(wanted.ulValueLen);
    return value;
}

CK_ULONG OpenToken::number(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) const {
    const std::string value = attribute(object, type);
    CK_ULONG number = CK_UNAVAILABLE_INFORMATION;
    if (value.size() == sizeof number) std::ranges::copy(value, reinterpret_cast<char*>(&number));
    return number;
}

template <typename Call>
OpenToken::Outcome OpenToken::used(const char* name, Call call, std::string input) const {
    std::string output(1024, '\0');
    CK_ULONG size = output.size();
    const CK_RV result = call(session_, octets_of(input), input.size(), octets_of(output), &size);
    if (result != CKR_OK) return {{}, failure(name, result)};
    output.resize(size);
    return {output, {}};
}

OpenToken::Outcome OpenToken::encrypt(CK_OBJECT_HANDLE key, CK_MECHANISM_TYPE type, std::string input) const {
    CK_MECHANISM mechanism{type, nullptr, 0};
    if (const CK_RV result = p11_->C_EncryptInit(session_, &mechanism, key); result != CKR_OK)
        return {{}, failure("C_EncryptInit", result)};
    return used("C_Encrypt", p11_->C_Encrypt, std::move(input));
}

OpenToken::Outcome OpenToken::sign(CK_OBJECT_HANDLE key, CK_MECHANISM_TYPE type, std::string input) const {
    CK_MECHANISM mechanism{type, nullptr, 0};
    if (const CK_RV result = p11_->C_SignInit(session_, &mechanism, key); result != CKR_OK)
        return {{}, failure("C_SignInit", result)};
    return used("C_Sign", p11_->C_Sign, std::move(input));
}

}  // namespace keyward::e2e
