#include "hsm/import/verify_import.hpp"

#include <algorithm>

#include "hsm/cryptoki/public_values.hpp"
#include "hsm/import/attribute_check.hpp"
#include "hsm/import/key_self_test.hpp"
#include "keys/public/fingerprint.hpp"

namespace keyward::hsm {
namespace {

bool same_hex(std::string_view left, std::string_view right) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::ranges::equal(left, right, {}, lower, lower);
}

// Check values and public-key hashes are not secret, so the error shows the reported value. It does not show
// the expected value, which comes from the client and may be any text of that length.
void expect_value(const std::string& reported, const std::string& expected, std::string_view what) {
    if (same_hex(reported, expected)) return;
    throw TokenError(TokenFault::wrong_value,
                     reported.empty()
                         ? "The token reports no " + std::string(what) + " to compare with the expected one"
                         : "The token reports the " + std::string(what) + " " + reported +
                               ", which is not the expected one");
}

ImportResult examine_secret(Lease& lease, CK_OBJECT_HANDLE object, const ImportRequest& order,
                            const MechanismCodes& allowed, const keys::SecretKey& key) {
    const Reported reported =
        read_back(lease, object, order, allowed, ObjectClass::secret_key, key_type_of_secret(key.algorithm));
    const std::string value = try_secret(lease, object, key, order.uses, allowed, reported.check_value);
    if (!value.empty()) {
        const std::string computed = keys::key_check_value(key);
        if (!computed.empty()) expect_value(value, computed, "key check value");
    }
    if (order.expected_check_value) expect_value(value, *order.expected_check_value, "key check value");
    return {.key_check_value = value, .public_key_sha256 = {}, .public_key_pem = {}};
}

ImportResult examine_pair(Lease& lease, const KeyObjects& objects, const ImportRequest& order,
                          const MechanismCodes& allowed, const keys::PublicKey& sent) {
    const CK_KEY_TYPE type = key_type_of(sent);
    const Reported reported =
        read_back(lease, objects.public_key, order, allowed, ObjectClass::public_key, type);
    if (!reported.public_key)
        throw TokenError(TokenFault::mismatch,
                         "The token does not hold what was sent: it reports a public key that can't be read");
    const std::string hash = keys::public_key_sha256(*reported.public_key);
    expect_value(hash, keys::public_key_sha256(sent), "public-key hash");
    if (objects.private_key != CK_INVALID_HANDLE) {
        read_back(lease, objects.private_key, order, allowed, ObjectClass::private_key, type);
        try_private(lease, objects.private_key, *reported.public_key, order.uses, allowed);
    } else {
        try_public(lease, objects.public_key, *reported.public_key, order.uses, allowed);
    }
    if (order.expected_check_value) expect_value(hash, *order.expected_check_value, "public-key hash");
    return {.key_check_value = {},
            .public_key_sha256 = hash,
            .public_key_pem = keys::public_key_pem(*reported.public_key)};
}

}  // namespace

ImportResult examine(Lease& lease, const KeyObjects& objects, const ImportRequest& order,
                     const MechanismCodes& allowed) {
    if (const auto* const secret = std::get_if<keys::SecretKey>(&order.material))
        return examine_secret(lease, objects.secret, order, allowed, *secret);
    return examine_pair(lease, objects, order, allowed, keys::public_half(order.material).value());
}

std::string described_key(const keys::KeyMaterial& material) {
    return std::string(keys::to_string(keys::algorithm_of(material))) + ", " +
           std::to_string(keys::size_in_bits(material)) + " bits";
}

}  // namespace keyward::hsm
