#include "domain/key_purposes.hpp"

#include <algorithm>

namespace keyward {
namespace {

bool contains(const MechanismList& list, std::string_view name) {
    return std::ranges::find(list, name) != list.end();
}

bool is_signature(std::string_view name) {
    const Mechanism* const row = find_mechanism(name);
    return row != nullptr && use_of(*row) == KeyUsage::sign_verify;
}

bool decrypts_by_pkcs1(const MechanismList& mechanisms) {
    return std::ranges::any_of(mechanisms, [](const std::string& name) {
        const Mechanism* const row = find_mechanism(name);
        return row != nullptr && row->scheme == Scheme::rsa_pkcs1_cipher;
    });
}

}  // namespace

MechanismList default_mechanisms(keys::Algorithm algorithm, const keys::KeyPolicy& policy) {
    MechanismList mechanisms = default_mechanisms(algorithm);
    if (policy.refuse_two_purposes && have_two_purposes(algorithm, mechanisms))
        std::erase_if(mechanisms, [](const std::string& name) { return !is_signature(name); });
    return mechanisms;
}

bool have_two_purposes(keys::Algorithm algorithm, const MechanismList& mechanisms) {
    return uses_of(algorithm, mechanisms).size() > 1;
}

std::string conflict_among(keys::Algorithm algorithm, const MechanismList& mechanisms,
                           const keys::KeyPolicy& policy) {
    if (mechanisms.size() < 2) return {};
    if (algorithm == keys::Algorithm::aes)
        return "must be one for AES: with another beside it, each opens what the other closed";
    if (decrypts_by_pkcs1(mechanisms))
        return "must be RSA-PKCS alone or be without it: what its decryptions tell opens and forges what the "
               "others make";
    if (policy.refuse_two_purposes && have_two_purposes(algorithm, mechanisms))
        return "must be signatures or RSA-PKCS-OAEP, not both: one purpose a key (policy.rsa_two_purposes)";
    return {};
}

MechanismList reachable_without_content(keys::Algorithm algorithm, const MechanismList& mechanisms) {
    MechanismList reachable = mechanisms_for(algorithm);
    const bool among_signatures =
        algorithm != keys::Algorithm::aes && std::ranges::any_of(mechanisms, is_signature);
    std::erase_if(reachable, [&](const std::string& name) {
        return !contains(mechanisms, name) && !(among_signatures && is_signature(name));
    });
    return reachable;
}

bool may_change_without_content(keys::Algorithm algorithm, const MechanismList& from,
                                const MechanismList& to) {
    const MechanismList reachable = reachable_without_content(algorithm, from);
    return decrypts_by_pkcs1(from) == decrypts_by_pkcs1(to) &&
           std::ranges::all_of(to, [&](const std::string& name) { return contains(reachable, name); });
}

}  // namespace keyward
