#include "hsm/import/hmac_padding.hpp"

#include <algorithm>
#include <array>

#include "hsm/cryptoki/errors.hpp"
#include "hsm/objects/attribute_policy.hpp"
#include "hsm/objects/attribute_template.hpp"
#include "hsm/objects/objects.hpp"

namespace keyward::hsm {
namespace {

using Answer = HmacPadding::Answer;

constexpr std::size_t shortest_key = 16;

/// Only a refusal is an answer: another failure may be over the next time.
Answer answer_of_failure(CK_RV value) {
    return meaning_of(value).fault == TokenFault::refused ? Answer::needed : Answer::unknown;
}

HmacPadding::Answer ask(Lease& lease) {
    const Functions& p11 = lease.p11();
    const SecretBytes key = random_secret(shortest_key);
    const ObjectId id = ObjectId::random();
    AttributeTemplate wanted;
    wanted.number(CKA_CLASS, CKO_SECRET_KEY).number(CKA_KEY_TYPE, CKK_GENERIC_SECRET);
    wanted.borrowed(CKA_ID, id.octets());
    for (const Flag& flag :
         flags_of(ObjectClass::secret_key, ObjectLifetime::session, {KeyUsage::sign_verify}))
        wanted.flag(flag.type, flag.value);
    wanted.borrowed(CKA_VALUE, key.reveal());

    CK_OBJECT_HANDLE object = CK_INVALID_HANDLE;
    if (const CK_RV value = p11.C_CreateObject(lease.session(), wanted.data(), wanted.size(), &object);
        value != CKR_OK)
        return answer_of_failure(value);
    MadeObjects made(lease, id);
    made.add(object);
    if (standing_of(lease, object, id) != Standing::ours) return Answer::unknown;
    CK_MECHANISM mechanism{CKM_SHA512_HMAC, nullptr, 0};
    if (const CK_RV value = p11.C_SignInit(lease.session(), &mechanism, object); value != CKR_OK)
        return answer_of_failure(value);
    std::array<CK_BYTE, 64> mac{};
    std::array<CK_BYTE, 1> data{};
    CK_ULONG size = mac.size();
    const CK_RV value = p11.C_Sign(lease.session(), data.data(), data.size(), mac.data(), &size);
    if (value == CKR_OK) return Answer::needless;
    lease.poison();
    return answer_of_failure(value);
}

}  // namespace

bool HmacPadding::needed(Lease& lease) {
    Answer answer = answer_;
    if (answer == Answer::unknown) {
        answer_ = answer = ask(lease);
        lease.replace_poisoned();
    }
    return answer != Answer::needless;
}

SecretBytes padded(ByteView key) {
    SecretBytes result(HmacPadding::padded_size);
    const auto rest = std::ranges::copy(key, result.writable().begin()).out;
    std::fill(rest, result.writable().end(), std::uint8_t{0});
    return result;
}

}  // namespace keyward::hsm
