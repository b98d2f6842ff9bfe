#include "hsm/import/attribute_check.hpp"

#include <algorithm>
#include <cstring>
#include <set>

#include "hsm/cryptoki/errors.hpp"
#include "hsm/cryptoki/public_values.hpp"
#include "hsm/objects/attribute_query.hpp"
#include "hsm/objects/attribute_template.hpp"

namespace keyward::hsm {
namespace {

[[noreturn]] void throw_mismatch(std::string_view name, std::string_view reported, std::string_view asked) {
    throw TokenError(TokenFault::mismatch,
                     "The token does not hold what was sent: it reports " + std::string(name) + " = " +
                         std::string(reported) + " where " + std::string(asked) + " was asked",
                     "C_GetAttributeValue");
}

void expect_number(const AttributeQuery& query, CK_ATTRIBUTE_TYPE type, std::string_view name,
                   CK_ULONG asked) {
    const CK_ULONG reported = query.number(type).value_or(CK_UNAVAILABLE_INFORMATION);
    if (reported != asked)
        throw_mismatch(name, query.value(type) ? std::to_string(reported) : "nothing", std::to_string(asked));
}

void expect_octets(const AttributeQuery& query, CK_ATTRIBUTE_TYPE type, std::string_view name,
                   ByteView asked) {
    const auto found = query.value(type);
    if (!found || !std::ranges::equal(*found, asked))
        throw_mismatch(name, found ? "another value" : "nothing", "ours");
}

// A token that does not know an attribute can't have granted it, so a missing attribute counts as false.
void expect_flag(const AttributeQuery& query, const Flag& flag) {
    const auto found = query.flag(flag.type);
    if (found.value_or(false) != flag.value)
        throw_mismatch(flag.name, found ? (*found ? "true" : "false") : "nothing",
                       flag.value ? "true" : "false");
}

// The order of the mechanisms has no meaning.
void expect_allowed(const AttributeQuery& query, const MechanismCodes& allowed) {
    const Bytes found = query.octets(CKA_ALLOWED_MECHANISMS);
    if (found.empty())
        throw TokenError(TokenFault::refused,
                         "The token refuses the key: it does not limit it to its mechanisms",
                         "C_GetAttributeValue");
    if (found.size() % sizeof(CK_MECHANISM_TYPE) != 0)
        throw_mismatch("CKA_ALLOWED_MECHANISMS", "no list of mechanisms", "ours");
    MechanismCodes reported(found.size() / sizeof(CK_MECHANISM_TYPE));
    std::memcpy(reported.data(), found.data(), reported.size() * sizeof(CK_MECHANISM_TYPE));
    if (std::set(reported.begin(), reported.end()) != std::set(allowed.begin(), allowed.end()))
        throw_mismatch("CKA_ALLOWED_MECHANISMS", "others", "ours");
}

}  // namespace

Reported read_back(Lease& lease, CK_OBJECT_HANDLE object, const ImportRequest& order,
                   const MechanismCodes& allowed, ObjectClass object_class, CK_KEY_TYPE type) {
    const std::vector<Flag> flags = flags_of(object_class, order.lifetime, order.uses);
    AttributeQuery query;
    query.ask_number(CKA_CLASS);
    query.ask_number(CKA_KEY_TYPE);
    query.ask(CKA_ID, ObjectId::size);
    query.ask(CKA_LABEL, order.label.size() + 1);
    for (const Flag& flag : flags)
        query.ask_flag(flag.type);
    if (!allowed.empty()) query.ask(CKA_ALLOWED_MECHANISMS, octets_of(allowed).size());
    if (object_class == ObjectClass::secret_key) query.ask(CKA_CHECK_VALUE, room::check_value);
    if (object_class == ObjectClass::public_key && type == CKK_RSA)
        ask_rsa(query);
    else if (object_class == ObjectClass::public_key)
        ask_curve(query);
    query.run(lease, object);

    expect_number(query, CKA_CLASS, "CKA_CLASS", class_of(object_class));
    expect_number(query, CKA_KEY_TYPE, "CKA_KEY_TYPE", type);
    expect_octets(query, CKA_ID, "CKA_ID", order.id.octets());
    expect_octets(query, CKA_LABEL, "CKA_LABEL", as_bytes(order.label));
    for (const Flag& flag : flags)
        expect_flag(query, flag);
    if (!allowed.empty()) expect_allowed(query, allowed);
    if (object_class == ObjectClass::public_key) return {{}, public_key_in(query, type)};
    return {query.octets(CKA_CHECK_VALUE), std::nullopt};
}

}  // namespace keyward::hsm
