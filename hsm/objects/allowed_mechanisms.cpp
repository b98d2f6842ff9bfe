#include "hsm/objects/allowed_mechanisms.hpp"

#include <algorithm>
#include <array>

#include "domain/key_purposes.hpp"
#include "hsm/cryptoki/errors.hpp"
#include "hsm/cryptoki/mechanism_codes.hpp"
#include "hsm/objects/attributes.hpp"
#include "hsm/objects/objects.hpp"

namespace keyward::hsm {
namespace {

constexpr std::size_t probe_size = 16;

void add_once(MechanismCodes& codes, CK_MECHANISM_TYPE code) {
    if (std::ranges::find(codes, code) == codes.end()) codes.push_back(code);
}

/// Whether the code may mean either an unknown attribute or a disturbed token.
bool tells_nothing(const TokenError& error) {
    constexpr std::array silent{"CKR_GENERAL_ERROR", "CKR_FUNCTION_FAILED", "CKR_DEVICE_ERROR"};
    return std::ranges::find(silent, error.code()) != silent.end() || error.code().starts_with("0x");
}

bool is_about_attributes(const TokenError& error) {
    return error.call() == "C_CreateObject" || error.call() == "C_GetAttributeValue";
}

/// Whether the token accepts a session object with these allowed mechanisms. The object is destroyed at once.
bool takes(Lease& lease, const MechanismCodes& allowed) {
    const SecretBytes octets = random_secret(probe_size);
    const ObjectId id = ObjectId::random();
    AttributeTemplate object;
    object.number(CKA_CLASS, CKO_SECRET_KEY).number(CKA_KEY_TYPE, CKK_AES).borrowed(CKA_ID, id.octets());
    for (const Flag& flag :
         flags_of(ObjectClass::secret_key, ObjectLifetime::session, {KeyUsage::encrypt_decrypt}))
        object.flag(flag.type, flag.value);
    object.borrowed(CKA_VALUE, octets.reveal());
    if (!allowed.empty()) object.borrowed(CKA_ALLOWED_MECHANISMS, octets_of(allowed));
    CK_OBJECT_HANDLE handle = CK_INVALID_HANDLE;
    if (lease.p11().C_CreateObject(lease.session(), object.data(), object.size(), &handle) != CKR_OK)
        return false;
    MadeObjects made(lease, id);
    made.add(handle);
    return true;
}

}  // namespace

MechanismCodes allowed_mechanisms(const ImportRequest& request) {
    MechanismCodes codes;
    const auto names = reachable_without_content(keys::algorithm_of(request.material), request.mechanisms);
    for (const std::string& name : names) {
        const MechanismCode& row = code_of(name);
        add_once(codes, row.code);
        add_once(codes, row.instead);
    }
    return codes;
}

bool allows(std::span<const CK_MECHANISM_TYPE> allowed, CK_MECHANISM_TYPE code) {
    return allowed.empty() || std::ranges::find(allowed, code) != allowed.end();
}

MechanismCodes MechanismLimits::for_import(const Lease& lease, const ImportRequest& request) {
    if (request.mechanisms.empty() || support(lease, request) == Support::absent) return {};
    return allowed_mechanisms(request);
}

// SoftHSM2 returns CKR_GENERAL_ERROR when a search meets a half-written object. It then accepts the session
// object, and the failure has nothing to do with the limit.
bool MechanismLimits::may_have_failed(Lease& lease, const ImportRequest& request, const TokenError& error) {
    if (!tells_nothing(error)) return error.fault() == TokenFault::refused;
    if (!is_about_attributes(error) || support(lease, request) == Support::there) return false;
    if (takes(lease, {CKM_AES_ECB})) return false;
    if (takes(lease, {})) {
        const Lock lock(mutex_);
        renew(lease);
        everywhere_ = Support::absent;
    }
    return true;
}

void MechanismLimits::learn(const Lease& lease, const ImportRequest& request, bool limited) {
    if (request.mechanisms.empty()) return;
    const Lock lock(mutex_);
    renew(lease);
    kinds_[kind_of(request)] = limited ? Support::there : Support::absent;
}

MechanismLimits::Kind MechanismLimits::kind_of(const ImportRequest& request) {
    return {request.material.index(), code_of(request.mechanisms.front()).code};
}

MechanismLimits::Support MechanismLimits::support(const Lease& lease, const ImportRequest& request) {
    const Lock lock(mutex_);
    renew(lease);
    if (everywhere_ == Support::absent) return Support::absent;
    const auto found = kinds_.find(kind_of(request));
    return found == kinds_.end() ? Support::unknown : found->second;
}

void MechanismLimits::renew(const Lease& lease) {
    if (generation_ == lease.generation()) return;
    generation_ = lease.generation();
    everywhere_ = Support::unknown;
    kinds_.clear();
}

}  // namespace keyward::hsm
