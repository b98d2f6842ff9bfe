#include "hsm/objects/attribute_query.hpp"

#include <algorithm>
#include <cstring>

#include "hsm/cryptoki/bounds.hpp"
#include "hsm/cryptoki/errors.hpp"
#include "hsm/cryptoki/public_values.hpp"
#include "keys/public/fingerprint.hpp"

namespace keyward::hsm {

namespace {

/// Fill pattern of buffers before a call, to detect a number that was not written.
constexpr std::uint8_t untouched = 0xA5;
constexpr std::size_t longest_value = 65'536;

/// Whether the object was read, although some attributes are missing or longer than their buffer.
bool is_read(CK_RV value) {
    return value == CKR_OK || value == CKR_ATTRIBUTE_TYPE_INVALID || value == CKR_ATTRIBUTE_SENSITIVE ||
           value == CKR_BUFFER_TOO_SMALL;
}

/// Whether a second call for fewer attributes could find more.
bool may_be_about_one(CK_RV value) {
    return value != CKR_OBJECT_HANDLE_INVALID && value != CKR_USER_NOT_LOGGED_IN && !is_lost_session(value);
}

/// The attributes that distinguish one object from another.
bool identifies(CK_ATTRIBUTE_TYPE type) {
    return type == CKA_ID || type == CKA_CLASS || type == CKA_KEY_TYPE;
}

}  // namespace

CK_ATTRIBUTE AttributeQuery::Asked::fresh() {
    size.reset();
    std::ranges::fill(buffer, untouched);
    return {.type = type, .pValue = buffer.data(), .ulValueLen = buffer.size()};
}

// Buffers of octets are one larger than the maximum length, so a length that was not written is too long.
bool AttributeQuery::Asked::is_untouched(const CK_ATTRIBUTE& told) const {
    return told.ulValueLen == buffer.size() &&
           (!fixed || std::ranges::all_of(buffer, [](std::uint8_t octet) { return octet == untouched; }));
}

bool AttributeQuery::Asked::take(const CK_ATTRIBUTE& told) {
    if (is_untouched(told)) return false;
    const bool is_ours = told.pValue == buffer.data();
    const bool is_empty = told.pValue == nullptr && told.ulValueLen == 0;
    const std::size_t room = fixed ? buffer.size() : buffer.size() - 1;
    if (told.type == type && (is_ours || is_empty) && told.ulValueLen <= room) size = told.ulValueLen;
    return true;
}

void AttributeQuery::ask(CK_ATTRIBUTE_TYPE type, std::size_t room) {
    asked_.push_back({.type = type, .buffer = Bytes(room + 1), .fixed = false});
}

void AttributeQuery::ask_number(CK_ATTRIBUTE_TYPE type) {
    asked_.push_back({.type = type, .buffer = Bytes(sizeof(CK_ULONG)), .fixed = true});
}

void AttributeQuery::ask_flag(CK_ATTRIBUTE_TYPE type) {
    asked_.push_back({.type = type, .buffer = Bytes(sizeof(CK_BBOOL)), .fixed = true});
}

void AttributeQuery::run(Lease& lease, CK_OBJECT_HANDLE object) {
    check("C_GetAttributeValue", put(lease, object));
}

bool AttributeQuery::finds(Lease& lease, CK_OBJECT_HANDLE object) {
    const CK_RV value = put(lease, object);
    if (value == CKR_OBJECT_HANDLE_INVALID) return false;
    check("C_GetAttributeValue", value);
    return true;
}

CK_RV AttributeQuery::put(Lease& lease, CK_OBJECT_HANDLE object) {
    std::vector<CK_ATTRIBUTE> attributes;
    attributes.reserve(asked_.size());
    for (Asked& each : asked_)
        attributes.push_back(each.fresh());
    const CK_RV value =
        lease.p11().C_GetAttributeValue(lease.session(), object, attributes.data(), attributes.size());
    std::vector<Asked*> left;
    for (std::size_t i = 0; i < attributes.size(); ++i)
        if (!is_read(value) || !asked_[i].take(attributes[i])) left.push_back(&asked_[i]);
    if (value == CKR_OK || left.empty()) return CKR_OK;
    if (!is_read(value) && (!may_be_about_one(value) || asked_.size() == 1)) return value;
    return put_singly(lease, object, left, value);
}

CK_RV AttributeQuery::put_singly(Lease& lease, CK_OBJECT_HANDLE object, const std::vector<Asked*>& left,
                                 CK_RV first) {
    bool any = is_read(first);
    for (Asked* const each : left) {
        CK_ATTRIBUTE attribute = each->fresh();
        const CK_RV value = lease.p11().C_GetAttributeValue(lease.session(), object, &attribute, 1);
        if (is_read(value)) {
            each->take(attribute);
            any = true;
        } else if (!may_be_about_one(value) || identifies(each->type)) {
            return value;
        }
    }
    return any ? CKR_OK : first;
}

std::optional<ByteView> AttributeQuery::value(CK_ATTRIBUTE_TYPE type) const {
    const auto found = std::ranges::find(asked_, type, &Asked::type);
    if (found == asked_.end() || !found->size) return std::nullopt;
    return ByteView(found->buffer).first(*found->size);
}

Bytes AttributeQuery::octets(CK_ATTRIBUTE_TYPE type) const {
    const ByteView found = value(type).value_or(ByteView());
    return {found.begin(), found.end()};
}

std::optional<CK_ULONG> AttributeQuery::number(CK_ATTRIBUTE_TYPE type) const {
    const auto found = value(type);
    CK_ULONG result = 0;
    if (!found || found->size() != sizeof result) return std::nullopt;
    std::memcpy(&result, found->data(), sizeof result);
    return result;
}

std::optional<bool> AttributeQuery::flag(CK_ATTRIBUTE_TYPE type) const {
    const auto found = value(type);
    if (!found || found->size() != sizeof(CK_BBOOL)) return std::nullopt;
    return found->front() != CK_FALSE;
}

std::optional<Bytes> octets_of_any_length(Lease& lease, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) {
    CK_ATTRIBUTE asked{.type = type, .pValue = nullptr, .ulValueLen = 0};
    const auto get = [&] {
        const CK_RV value = lease.p11().C_GetAttributeValue(lease.session(), object, &asked, 1);
        if (!is_read(value)) check("C_GetAttributeValue", value);
        return value == CKR_OK && asked.ulValueLen != CK_UNAVAILABLE_INFORMATION;
    };
    if (!get()) return std::nullopt;
    if (asked.ulValueLen > longest_value && !identifies(type)) return std::nullopt;
    Bytes octets(bounded("C_GetAttributeValue", asked.ulValueLen, longest_value));
    if (octets.empty()) return octets;
    asked = {.type = type, .pValue = octets.data(), .ulValueLen = octets.size()};
    if (!get() || asked.pValue != octets.data()) return std::nullopt;
    octets.resize(bounded("C_GetAttributeValue", asked.ulValueLen, octets.size()));
    return octets;
}

void ask_rsa(AttributeQuery& query) {
    query.ask(CKA_MODULUS, room::modulus);
    query.ask(CKA_PUBLIC_EXPONENT, room::exponent);
}

void ask_curve(AttributeQuery& query) {
    query.ask(CKA_EC_PARAMS, room::params);
    query.ask(CKA_EC_POINT, room::point);
}

std::optional<keys::PublicKey> public_key_in(const AttributeQuery& query, CK_KEY_TYPE type) {
    if (type == CKK_EC || type == CKK_EC_EDWARDS)
        return ec_public_key(query.octets(CKA_EC_PARAMS), query.octets(CKA_EC_POINT));
    if (type != CKK_RSA) return std::nullopt;
    keys::RsaPublicKey key = rsa_public_key(query.octets(CKA_MODULUS), query.octets(CKA_PUBLIC_EXPONENT));
    if (key.modulus.empty() || key.public_exponent.empty()) return std::nullopt;
    return key;
}

std::optional<std::string> public_key_sha256_of(Lease& lease, CK_OBJECT_HANDLE object) {
    AttributeQuery query;
    query.ask_number(CKA_KEY_TYPE);
    ask_rsa(query);
    ask_curve(query);
    if (!query.finds(lease, object)) return std::nullopt;
    const auto key = public_key_in(query, query.number(CKA_KEY_TYPE).value_or(CK_UNAVAILABLE_INFORMATION));
    return key ? keys::public_key_sha256(*key) : no_key_of_ours;
}

}  // namespace keyward::hsm
