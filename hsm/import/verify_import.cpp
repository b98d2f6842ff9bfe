#include "hsm/import/verify_import.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <set>

#include "base/text.hpp"
#include "hsm/cryptoki/errors.hpp"
#include "hsm/cryptoki/public_values.hpp"
#include "hsm/import/key_self_test.hpp"
#include "hsm/objects/attribute_query.hpp"
#include "hsm/objects/attributes.hpp"
#include "keys/public/fingerprint.hpp"

namespace keyward::hsm {
namespace {

/// What the token reports of an object, beyond what was already compared.
struct Reported {
    Bytes check_value;                          ///< CKA_CHECK_VALUE; empty when the token reports none
    std::optional<keys::PublicKey> public_key;  ///< of a public object, built from its attributes
};

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

/// Reads an object's attributes in one call and compares class, type, CKA_ID, label and all flags with the
/// request. Throws TokenFault::mismatch that names the attribute, the reported and the requested value.
/// Throws TokenFault::refused when the token does not report the requested allowed mechanisms.
Reported check_attributes(Lease& lease, CK_OBJECT_HANDLE object, const ImportRequest& request,
                          const MechanismCodes& allowed, ObjectClass object_class, CK_KEY_TYPE type) {
    const std::vector<Flag> flags = flags_of(object_class, request.lifetime, request.uses);
    AttributeQuery query;
    query.ask_number(CKA_CLASS);
    query.ask_number(CKA_KEY_TYPE);
    query.ask(CKA_ID, ObjectId::size);
    query.ask(CKA_LABEL, request.label.size() + 1);
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
    expect_octets(query, CKA_ID, "CKA_ID", request.id.octets());
    expect_octets(query, CKA_LABEL, "CKA_LABEL", as_bytes(request.label));
    for (const Flag& flag : flags)
        expect_flag(query, flag);
    if (!allowed.empty()) expect_allowed(query, allowed);
    if (object_class == ObjectClass::public_key) return {{}, public_key_in(query, type)};
    return {query.octets(CKA_CHECK_VALUE), std::nullopt};
}

// Check values and public-key hashes are not secret, so the error shows the reported value. It does not show
// the expected value, which comes from the client and may be any text of that length.
void expect_value(const std::string& reported, const std::string& expected, std::string_view what) {
    if (equal_ignoring_case(reported, expected)) return;
    throw TokenError(TokenFault::wrong_value,
                     reported.empty()
                         ? "The token reports no " + std::string(what) + " to compare with the expected one"
                         : "The token reports the " + std::string(what) + " " + reported +
                               ", which is not the expected one");
}

ImportResult verify_secret(Lease& lease, CK_OBJECT_HANDLE object, const ImportRequest& request,
                           const MechanismCodes& allowed, const keys::SecretKey& key) {
    const Reported reported = check_attributes(lease, object, request, allowed, ObjectClass::secret_key,
                                               key_type_of_secret(key.algorithm));
    const std::string value = try_secret(lease, object, key, request.uses, allowed, reported.check_value);
    if (!value.empty()) {
        const std::string computed = keys::key_check_value(key);
        if (!computed.empty()) expect_value(value, computed, "key check value");
    }
    if (request.expected_check_value) expect_value(value, *request.expected_check_value, "key check value");
    return {.key_check_value = value, .public_key_sha256 = {}, .public_key_pem = {}};
}

ImportResult verify_pair(Lease& lease, const KeyObjects& objects, const ImportRequest& request,
                         const MechanismCodes& allowed, const keys::PublicKey& sent) {
    const CK_KEY_TYPE type = key_type_of(sent);
    const Reported reported =
        check_attributes(lease, objects.public_key, request, allowed, ObjectClass::public_key, type);
    if (!reported.public_key)
        throw TokenError(TokenFault::mismatch,
                         "The token does not hold what was sent: it reports a public key that can't be read");
    const std::string hash = keys::public_key_sha256(*reported.public_key);
    expect_value(hash, keys::public_key_sha256(sent), "public-key hash");
    if (objects.private_key != CK_INVALID_HANDLE) {
        check_attributes(lease, objects.private_key, request, allowed, ObjectClass::private_key, type);
        try_private(lease, objects.private_key, *reported.public_key, request.uses, allowed);
    } else {
        try_public(lease, objects.public_key, *reported.public_key, request.uses, allowed);
    }
    if (request.expected_check_value) expect_value(hash, *request.expected_check_value, "public-key hash");
    return {.key_check_value = {},
            .public_key_sha256 = hash,
            .public_key_pem = keys::public_key_pem(*reported.public_key)};
}

}  // namespace

ImportResult verify_import(Lease& lease, const KeyObjects& objects, const ImportRequest& request,
                           const MechanismCodes& allowed) {
    if (const auto* const secret = std::get_if<keys::SecretKey>(&request.material))
        return verify_secret(lease, objects.secret, request, allowed, *secret);
    return verify_pair(lease, objects, request, allowed, keys::public_half(request.material).value());
}

std::string described_key(const keys::KeyMaterial& material) {
    return std::string(keys::to_string(keys::algorithm_of(material))) + ", " +
           std::to_string(keys::size_in_bits(material)) + " bits";
}

}  // namespace keyward::hsm
