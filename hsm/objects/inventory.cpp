#include "hsm/objects/inventory.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>

#include "hsm/cryptoki/errors.hpp"
#include "hsm/cryptoki/mechanism_codes.hpp"
#include "hsm/cryptoki/public_values.hpp"
#include "hsm/objects/attributes.hpp"
#include "hsm/objects/objects.hpp"
#include "keys/public/fingerprint.hpp"

namespace keyward::hsm {
namespace {

constexpr std::array roles{ObjectClass::secret_key, ObjectClass::private_key, ObjectClass::public_key};
constexpr std::size_t usual_id = 64;
constexpr std::size_t usual_label = 600;
constexpr CK_ULONG longest_secret = 65'536;

struct KindRow {
    CK_KEY_TYPE type;
    keys::Algorithm algorithm;
    int size;  ///< bits; 0: taken from CKA_VALUE_LEN
};
constexpr std::array secret_kinds{
    KindRow{CKK_AES, keys::Algorithm::aes, 0},          KindRow{CKK_DES, keys::Algorithm::des, 64},
    KindRow{CKK_DES3, keys::Algorithm::desede, 192},    KindRow{CKK_GENERIC_SECRET, keys::Algorithm::hmac, 0},
    KindRow{CKK_SHA_1_HMAC, keys::Algorithm::hmac, 0},  KindRow{CKK_SHA224_HMAC, keys::Algorithm::hmac, 0},
    KindRow{CKK_SHA256_HMAC, keys::Algorithm::hmac, 0}, KindRow{CKK_SHA384_HMAC, keys::Algorithm::hmac, 0},
    KindRow{CKK_SHA512_HMAC, keys::Algorithm::hmac, 0}};

struct UseRow {
    CK_ATTRIBUTE_TYPE type;
    KeyUsage use;
};
constexpr std::array use_flags{
    UseRow{CKA_ENCRYPT, KeyUsage::encrypt_decrypt}, UseRow{CKA_DECRYPT, KeyUsage::encrypt_decrypt},
    UseRow{CKA_SIGN, KeyUsage::sign_verify}, UseRow{CKA_VERIFY, KeyUsage::sign_verify}};

keys::KeyType type_of(ObjectClass object_class) {
    switch (object_class) {
        case ObjectClass::secret_key:
            return keys::KeyType::secret;
        case ObjectClass::private_key:
            return keys::KeyType::private_key;
        case ObjectClass::public_key:
            return keys::KeyType::public_key;
    }
    return keys::KeyType::secret;
}

void prepare(AttributeQuery& query, ObjectClass object_class) {
    query.ask_number(CKA_CLASS);
    query.ask_number(CKA_KEY_TYPE);
    query.ask(CKA_ID, usual_id);
    query.ask(CKA_LABEL, usual_label);
    for (const Flag& flag : flags_of(object_class, ObjectLifetime::token, {}))
        query.ask_flag(flag.type);
    if (object_class == ObjectClass::secret_key) {
        query.ask_number(CKA_VALUE_LEN);
        query.ask(CKA_CHECK_VALUE, room::check_value);
    } else {
        ask_rsa(query);
        ask_curve(query);
    }
}

/// Names of unusual length, as other applications may give, cost two more calls. Returns nothing when the
/// token does not reveal the name.
std::optional<Bytes> name_octets(Lease& lease, CK_OBJECT_HANDLE object, const AttributeQuery& query,
                                 CK_ATTRIBUTE_TYPE type) {
    if (query.value(type)) return query.octets(type);
    return octets_of_any_length(lease, object, type);
}

void read_names(TokenObject& object, ByteView id, ByteView label) {
    object.id_hex = to_hex(id);
    if (id.size() == ObjectId::size) object.id = ObjectId::from_hex(object.id_hex);
    object.label.assign(label.begin(), label.end());
}

void read_flags(TokenObject& object, const AttributeQuery& query, ObjectClass object_class) {
    for (const UseRow& row : use_flags)
        if (query.flag(row.type).value_or(false)) object.uses.insert(row.use);
    for (const Flag& flag : protection_of(object_class)) {
        const auto found = query.flag(flag.type);
        if (found && *found != flag.value)
            object.weakened_protection.push_back(std::string(flag.name) +
                                                 (*found ? " is true" : " is false"));
    }
}

void read_secret(TokenObject& object, const AttributeQuery& query, CK_KEY_TYPE type) {
    const auto* const kind = std::ranges::find(secret_kinds, type, &KindRow::type);
    if (kind == secret_kinds.end()) return;
    object.algorithm = kind->algorithm;
    const auto octets = query.number(CKA_VALUE_LEN);
    if (kind->size != 0)
        object.size = kind->size;
    else if (octets && *octets <= longest_secret)
        object.size = static_cast<int>(*octets) * 8;
    if (kind->algorithm == keys::Algorithm::aes || kind->algorithm == keys::Algorithm::desede)
        object.key_check_value = keys::check_value_text(query.octets(CKA_CHECK_VALUE));
}

struct MaterialOf {
    template <typename Key>
    keys::KeyMaterial operator()(const Key& key) const {
        return key;
    }
};

void read_asymmetric(TokenObject& object, const AttributeQuery& query, CK_KEY_TYPE type) {
    const std::optional<keys::PublicKey> whole = public_key_in(query, type);
    const std::optional<keys::PublicKey> known =
        whole || type == CKK_RSA ? whole : ec_key_without_point(query.octets(CKA_EC_PARAMS));
    if (type == CKK_RSA) object.algorithm = keys::Algorithm::rsa;
    if (!known) return;
    object.algorithm = keys::algorithm_of(*known);
    object.size = keys::size_in_bits(std::visit(MaterialOf{}, *known));
    if (!whole) return;
    object.public_key_sha256 = keys::public_key_sha256(*whole);
    object.public_key_pem = keys::public_key_pem(*whole);
}

/// Not every module knows this attribute; a failure to read it counts as no value.
Bytes allowed_mechanisms_in(Lease& lease, CK_OBJECT_HANDLE object) {
    try {
        return octets_of_any_length(lease, object, CKA_ALLOWED_MECHANISMS).value_or(Bytes());
    } catch (const TokenError&) {
        return {};
    }
}

/// The mechanisms of mechanism_table() that the object may be used with, where the token reports them: a list
/// of CK_MECHANISM_TYPE (PKCS#11 2.40 section 4.9).
std::optional<std::set<std::string>> allowed_mechanisms_of(Lease& lease, CK_OBJECT_HANDLE object) {
    const Bytes octets = allowed_mechanisms_in(lease, object);
    if (octets.empty() || octets.size() % sizeof(CK_MECHANISM_TYPE) != 0) return std::nullopt;
    std::vector<CK_MECHANISM_TYPE> codes(octets.size() / sizeof(CK_MECHANISM_TYPE));
    std::memcpy(codes.data(), octets.data(), octets.size());
    std::set<std::string> names;
    for (const MechanismCode& row : mechanism_codes())
        if (std::ranges::find(codes, row.code) != codes.end()) names.emplace(mechanism_of(row.id).name);
    return names;
}

bool is_told_empty(const AttributeQuery& query, CK_ATTRIBUTE_TYPE type) {
    const auto found = query.value(type);
    return found && found->empty();
}

/// False only where the token says so: an attribute that it does not reveal is not an empty one, and for
/// other key types the location of the value is not known.
bool may_have_value(const AttributeQuery& query, ObjectClass object_class, CK_KEY_TYPE type) {
    if (object_class == ObjectClass::secret_key)
        return query.number(CKA_VALUE_LEN) != CK_ULONG{0} || !is_told_empty(query, CKA_CHECK_VALUE);
    if (type == CKK_RSA) return !is_told_empty(query, CKA_MODULUS);
    if (type == CKK_EC || type == CKK_EC_EDWARDS) return !is_told_empty(query, CKA_EC_PARAMS);
    return true;
}

std::vector<FoundKey> find(Lease& lease, bool in_token) {
    std::vector<FoundKey> keys;
    for (const ObjectClass object_class : roles) {
        AttributeTemplate wanted;
        wanted.number(CKA_CLASS, class_of(object_class)).flag(CKA_TOKEN, in_token);
        for (const CK_OBJECT_HANDLE object : find_matching(lease, wanted))
            keys.push_back({object, object_class});
    }
    return keys;
}

}  // namespace

std::vector<FoundKey> find_keys(Lease& lease) {
    return find(lease, true);
}

std::vector<FoundKey> find_incomplete(Lease& lease) {
    AttributeTemplate any;
    any.flag(CKA_TOKEN, false);
    if (find_matching(lease, any).empty()) return {};
    return find(lease, false);
}

std::vector<FoundKey> incomplete_among(Lease& lease, const std::vector<FoundKey>& keys) {
    const std::vector<FoundKey> now = find_incomplete(lease);
    std::vector<FoundKey> still;
    std::ranges::copy_if(keys, std::back_inserter(still), [&](const FoundKey& key) {
        return std::ranges::find(now, key.object, &FoundKey::object) != now.end();
    });
    return still;
}

KeyReader::KeyReader() {
    for (const ObjectClass object_class : roles)
        prepare(queries_.at(static_cast<std::size_t>(object_class)), object_class);
}

// CKA_TOKEN is required to be false even for an incomplete object: a key that was unwrapped into SoftHSM2 has
// neither length nor check value, and another application may have given it no names. It must not be mistaken
// for a remainder.
std::optional<TokenObject> KeyReader::read(Lease& lease, const FoundKey& key) {
    AttributeQuery& query = queries_.at(static_cast<std::size_t>(key.object_class));
    if (!query.finds(lease, key.object)) return std::nullopt;
    if (query.number(CKA_CLASS).value_or(class_of(key.object_class)) != class_of(key.object_class))
        return std::nullopt;
    const CK_KEY_TYPE type = query.number(CKA_KEY_TYPE).value_or(CK_UNAVAILABLE_INFORMATION);
    TokenObject object;
    object.type = type_of(key.object_class);
    const auto id = name_octets(lease, key.object, query, CKA_ID);
    const auto label = name_octets(lease, key.object, query, CKA_LABEL);
    read_names(object, id.value_or(Bytes()), label.value_or(Bytes()));
    if (!query.flag(CKA_TOKEN).value_or(true)) {
        object.incomplete =
            id && id->empty() && label && label->empty() && !may_have_value(query, key.object_class, type);
        if (!object.incomplete) return std::nullopt;
    }
    read_flags(object, query, key.object_class);
    object.allowed_mechanisms = allowed_mechanisms_of(lease, key.object);
    if (key.object_class == ObjectClass::secret_key)
        read_secret(object, query, type);
    else
        read_asymmetric(object, query, type);
    return object;
}

std::size_t destroy_incomplete_among(Lease& lease, const std::vector<FoundKey>& keys) {
    KeyReader reader;
    std::size_t destroyed = 0;
    for (const FoundKey& key : keys) {
        const auto object = reader.read(lease, key);
        if (!object || !object->incomplete) continue;
        const CK_RV value = lease.p11().C_DestroyObject(lease.session(), key.object);
        if (value == CKR_OBJECT_HANDLE_INVALID) continue;
        check("C_DestroyObject", value);
        ++destroyed;
    }
    return destroyed;
}

}  // namespace keyward::hsm
