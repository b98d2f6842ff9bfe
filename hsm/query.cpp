#include "hsm/query.hpp"

#include <algorithm>
#include <cstring>

#include "hsm/public_values.hpp"
#include "keys/fingerprint.hpp"

namespace keyward::hsm {

void Query::ask(CK_ATTRIBUTE_TYPE type, std::size_t room) {
    Bytes& buffer = buffers_.emplace_back(room);
    attributes_.push_back({type, buffer.data(), buffer.size()});
}

void Query::run(Lease& lease, CK_OBJECT_HANDLE object) {
    check("C_GetAttributeValue", put(lease, object));
}

bool Query::finds(Lease& lease, CK_OBJECT_HANDLE object) {
    const CK_RV value = put(lease, object);
    if (value == CKR_OBJECT_HANDLE_INVALID) return false;
    check("C_GetAttributeValue", value);
    return true;
}

CK_RV Query::put(Lease& lease, CK_OBJECT_HANDLE object) {
    for (std::size_t i = 0; i < attributes_.size(); ++i)
        attributes_[i].ulValueLen = buffers_[i].size();
    const CK_RV value =
        lease.p11().C_GetAttributeValue(lease.session(), object, attributes_.data(), attributes_.size());
    const bool some_missing = value == CKR_ATTRIBUTE_TYPE_INVALID || value == CKR_ATTRIBUTE_SENSITIVE ||
                              value == CKR_BUFFER_TOO_SMALL;
    return some_missing ? CKR_OK : value;
}

std::optional<ByteView> Query::value(CK_ATTRIBUTE_TYPE type) const {
    const auto found = std::ranges::find(attributes_, type, &CK_ATTRIBUTE::type);
    if (found == attributes_.end() || found->ulValueLen == CK_UNAVAILABLE_INFORMATION) return std::nullopt;
    return ByteView(static_cast<const std::uint8_t*>(found->pValue), found->ulValueLen);
}

Bytes Query::octets(CK_ATTRIBUTE_TYPE type) const {
    const ByteView found = value(type).value_or(ByteView());
    return {found.begin(), found.end()};
}

std::optional<CK_ULONG> Query::number(CK_ATTRIBUTE_TYPE type) const {
    const auto found = value(type);
    CK_ULONG result = 0;
    if (!found || found->size() != sizeof result) return std::nullopt;
    std::memcpy(&result, found->data(), sizeof result);
    return result;
}

std::optional<bool> Query::flag(CK_ATTRIBUTE_TYPE type) const {
    const auto found = value(type);
    if (!found || found->size() != sizeof(CK_BBOOL)) return std::nullopt;
    return found->front() != CK_FALSE;
}

void ask_rsa(Query& query) {
    query.ask(CKA_MODULUS, room::modulus);
    query.ask(CKA_PUBLIC_EXPONENT, room::exponent);
}

void ask_curve(Query& query) {
    query.ask(CKA_EC_PARAMS, room::params);
    query.ask(CKA_EC_POINT, room::point);
}

std::optional<keys::PublicKey> public_key_in(const Query& query, CK_KEY_TYPE type) {
    if (type == CKK_EC || type == CKK_EC_EDWARDS)
        return ec_public_key(query.octets(CKA_EC_PARAMS), query.octets(CKA_EC_POINT));
    if (type != CKK_RSA) return std::nullopt;
    keys::RsaPublicKey key = rsa_public_key(query.octets(CKA_MODULUS), query.octets(CKA_PUBLIC_EXPONENT));
    if (key.modulus.empty() || key.public_exponent.empty()) return std::nullopt;
    return key;
}

std::optional<std::string> public_key_sha256_of(Lease& lease, CK_OBJECT_HANDLE object) {
    Query query;
    query.ask(CKA_KEY_TYPE, sizeof(CK_ULONG));
    ask_rsa(query);
    ask_curve(query);
    if (!query.finds(lease, object)) return std::nullopt;
    const auto key = public_key_in(query, query.number(CKA_KEY_TYPE).value_or(CK_UNAVAILABLE_INFORMATION));
    return key ? keys::public_key_sha256(*key) : no_key_of_ours;
}

}  // namespace keyward::hsm
