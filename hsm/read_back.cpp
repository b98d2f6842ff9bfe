#include "hsm/read_back.hpp"

#include <algorithm>
#include <cstring>
#include <deque>

#include "hsm/errors.hpp"
#include "hsm/public_values.hpp"

namespace keyward::hsm {
namespace {

using service::TokenError;
using service::TokenFault;

constexpr std::size_t check_value_room = 32;
constexpr std::size_t longest_modulus = 16384 / 8 + 1;
constexpr std::size_t longest_exponent = longest_modulus;
constexpr std::size_t longest_point = 160;
constexpr std::size_t longest_params = 64;

/// One C_GetAttributeValue for many attributes, with room for each made beforehand. An attribute that the
/// token does not have or tell is missing (PKCS#11 2.40 section 5.7: the others are filled in all the same).
class Query {
  public:
    void ask(CK_ATTRIBUTE_TYPE type, std::size_t room) {
        Bytes& buffer = buffers_.emplace_back(room);
        attributes_.push_back({type, buffer.data(), buffer.size()});
    }

    void run(Lease& lease, CK_OBJECT_HANDLE object) {
        const CK_RV value =
            lease.p11().C_GetAttributeValue(lease.session(), object, attributes_.data(), attributes_.size());
        if (value != CKR_ATTRIBUTE_TYPE_INVALID && value != CKR_ATTRIBUTE_SENSITIVE &&
            value != CKR_BUFFER_TOO_SMALL)
            check("C_GetAttributeValue", value);
    }

    [[nodiscard]] std::optional<ByteView> value(CK_ATTRIBUTE_TYPE type) const {
        const auto found = std::ranges::find(attributes_, type, &CK_ATTRIBUTE::type);
        if (found == attributes_.end() || found->ulValueLen == CK_UNAVAILABLE_INFORMATION)
            return std::nullopt;
        return ByteView(static_cast<const std::uint8_t*>(found->pValue), found->ulValueLen);
    }

    [[nodiscard]] Bytes octets(CK_ATTRIBUTE_TYPE type) const {
        const ByteView found = value(type).value_or(ByteView());
        return {found.begin(), found.end()};
    }

  private:
    std::deque<Bytes> buffers_;
    std::vector<CK_ATTRIBUTE> attributes_;
};

[[noreturn]] void throw_mismatch(std::string_view name, std::string_view reported, std::string_view asked) {
    throw TokenError(TokenFault::mismatch,
                     "The token does not hold what was sent: it reports " + std::string(name) + " = " +
                         std::string(reported) + " where " + std::string(asked) + " was asked",
                     "C_GetAttributeValue");
}

void expect_number(const Query& query, CK_ATTRIBUTE_TYPE type, std::string_view name, CK_ULONG asked) {
    const auto found = query.value(type);
    CK_ULONG reported = CK_UNAVAILABLE_INFORMATION;
    if (found && found->size() == sizeof reported) std::memcpy(&reported, found->data(), sizeof reported);
    if (reported != asked)
        throw_mismatch(name, found ? std::to_string(reported) : "nothing", std::to_string(asked));
}

void expect_octets(const Query& query, CK_ATTRIBUTE_TYPE type, std::string_view name, ByteView asked) {
    const auto found = query.value(type);
    if (!found || !std::ranges::equal(*found, asked))
        throw_mismatch(name, found ? "another value" : "nothing", "ours");
}

// A token that does not know an attribute can't have granted it, so a missing one counts as false.
void expect_flag(const Query& query, const Flag& flag) {
    const auto found = query.value(flag.type);
    const bool reported = found && found->size() == sizeof(CK_BBOOL) && found->front() != CK_FALSE;
    if (reported != flag.value)
        throw_mismatch(flag.name, found ? (reported ? "true" : "false") : "nothing",
                       flag.value ? "true" : "false");
}

std::optional<keys::PublicKey> public_key(const Query& query, CK_KEY_TYPE type) {
    if (type == CKK_RSA) {
        keys::RsaPublicKey key = rsa_public_key(query.octets(CKA_MODULUS), query.octets(CKA_PUBLIC_EXPONENT));
        if (key.modulus.empty() || key.public_exponent.empty()) return std::nullopt;
        return key;
    }
    return ec_public_key(query.octets(CKA_EC_PARAMS), query.octets(CKA_EC_POINT));
}

}  // namespace

Reported read_back(Lease& lease, CK_OBJECT_HANDLE object, const service::ImportOrder& order, Role role,
                   CK_KEY_TYPE type) {
    const std::vector<Flag> flags = flags_of(role, order.lifetime, order.uses);
    Query query;
    query.ask(CKA_CLASS, sizeof(CK_ULONG));
    query.ask(CKA_KEY_TYPE, sizeof(CK_ULONG));
    query.ask(CKA_ID, ObjectId::size);
    query.ask(CKA_LABEL, order.label.size() + 1);
    for (const Flag& flag : flags)
        query.ask(flag.type, sizeof(CK_BBOOL));
    if (role == Role::secret) query.ask(CKA_CHECK_VALUE, check_value_room);
    if (role == Role::public_half && type == CKK_RSA) {
        query.ask(CKA_MODULUS, longest_modulus);
        query.ask(CKA_PUBLIC_EXPONENT, longest_exponent);
    } else if (role == Role::public_half) {
        query.ask(CKA_EC_PARAMS, longest_params);
        query.ask(CKA_EC_POINT, longest_point);
    }
    query.run(lease, object);

    expect_number(query, CKA_CLASS, "CKA_CLASS", class_of(role));
    expect_number(query, CKA_KEY_TYPE, "CKA_KEY_TYPE", type);
    expect_octets(query, CKA_ID, "CKA_ID", order.id.octets());
    expect_octets(query, CKA_LABEL, "CKA_LABEL", as_bytes(order.label));
    for (const Flag& flag : flags)
        expect_flag(query, flag);
    if (role == Role::public_half) return {{}, public_key(query, type)};
    return {query.octets(CKA_CHECK_VALUE), std::nullopt};
}

}  // namespace keyward::hsm
