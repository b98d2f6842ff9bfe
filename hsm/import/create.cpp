#include "hsm/import/create.hpp"

#include <algorithm>
#include <array>

#include "hsm/cryptoki/errors.hpp"
#include "hsm/cryptoki/public_values.hpp"
#include "hsm/objects/attributes.hpp"
#include "hsm/objects/objects.hpp"

namespace keyward::hsm {
namespace {

/// The attributes that every route sets, except the value.
AttributeTemplate described(const ImportRequest& request, const MechanismCodes& allowed,
                            ObjectClass object_class, CK_KEY_TYPE type) {
    AttributeTemplate object;
    object.number(CKA_CLASS, class_of(object_class)).number(CKA_KEY_TYPE, type);
    object.borrowed(CKA_ID, request.id.octets()).borrowed(CKA_LABEL, as_bytes(request.label));
    for (const Flag& flag : flags_of(object_class, request.lifetime, request.uses))
        object.flag(flag.type, flag.value);
    if (!allowed.empty()) object.borrowed(CKA_ALLOWED_MECHANISMS, octets_of(allowed));
    return object;
}

class Creator {
  public:
    Creator(Lease& lease, const ImportRequest& request, const MechanismCodes& allowed, ByteView secret_octets,
            MadeObjects& made)
        : lease_(lease), request_(request), allowed_(allowed), secret_octets_(secret_octets), made_(made) {}

    KeyObjects operator()(const keys::SecretKey& key) {
        AttributeTemplate object =
            described(request_, allowed_, ObjectClass::secret_key, key_type_of_secret(key.algorithm));
        object.borrowed(CKA_VALUE, secret_octets_);
        return {.secret = create(object)};
    }

    KeyObjects operator()(const keys::RsaPublicKey& key) {
        AttributeTemplate object = described(request_, allowed_, ObjectClass::public_key, CKK_RSA);
        object.borrowed(CKA_MODULUS, key.modulus).borrowed(CKA_PUBLIC_EXPONENT, key.public_exponent);
        return {.public_key = create(object)};
    }

    KeyObjects operator()(const keys::EcPublicKey& key) {
        return create_point(CKK_EC, curve_oid(key.curve), key.point);
    }

    KeyObjects operator()(const keys::Ed25519PublicKey& key) {
        return create_point(CKK_EC_EDWARDS, ed25519_oid(), key.point);
    }

    KeyObjects operator()(const keys::RsaPrivateKey& key) {
        KeyObjects objects = (*this)(key.public_key);
        AttributeTemplate object = described(request_, allowed_, ObjectClass::private_key, CKK_RSA);
        object.borrowed(CKA_MODULUS, key.public_key.modulus)
            .borrowed(CKA_PUBLIC_EXPONENT, key.public_key.public_exponent)
            .borrowed(CKA_PRIVATE_EXPONENT, key.private_exponent.reveal())
            .borrowed(CKA_PRIME_1, key.prime_1.reveal())
            .borrowed(CKA_PRIME_2, key.prime_2.reveal())
            .borrowed(CKA_EXPONENT_1, key.exponent_1.reveal())
            .borrowed(CKA_EXPONENT_2, key.exponent_2.reveal())
            .borrowed(CKA_COEFFICIENT, key.coefficient.reveal());
        objects.private_key = create(object);
        return objects;
    }

    KeyObjects operator()(const keys::EcPrivateKey& key) {
        return create_scalar((*this)(key.public_key), CKK_EC, curve_oid(key.public_key.curve), key.scalar);
    }

    KeyObjects operator()(const keys::Ed25519PrivateKey& key) {
        return create_scalar((*this)(key.public_key), CKK_EC_EDWARDS, ed25519_oid(), key.seed);
    }

  private:
    // PKCS#11 2.40 defines the point as an OCTET STRING, 3.1 a bare point for Edwards curves, and modules
    // differ.
    KeyObjects create_point(CK_KEY_TYPE type, ByteView params, ByteView point) {
        try {
            return {.public_key = create_public(type, params, wrapped_point(point))};
        } catch (const TokenError& error) {
            if (!may_want_bare_point(error)) throw;
            try {
                return {.public_key = create_public(type, params, point)};
            } catch (const TokenError& again) {
                if (again.fault() != TokenFault::refused) throw;
            }
            throw;  // the refusal of the usual form says more
        }
    }

    /// A module that fails for another reason must not get a form that it can't use: SoftHSM2 accepts any.
    static bool may_want_bare_point(const TokenError& error) {
        return error.fault() == TokenFault::refused || error.code() == "CKR_FUNCTION_FAILED";
    }

    CK_OBJECT_HANDLE create_public(CK_KEY_TYPE type, ByteView params, ByteView point) {
        AttributeTemplate object = described(request_, allowed_, ObjectClass::public_key, type);
        object.borrowed(CKA_EC_PARAMS, params).borrowed(CKA_EC_POINT, point);
        return create(object);
    }

    KeyObjects create_scalar(KeyObjects objects, CK_KEY_TYPE type, ByteView params,
                             const SecretBytes& scalar) {
        AttributeTemplate object = described(request_, allowed_, ObjectClass::private_key, type);
        object.borrowed(CKA_EC_PARAMS, params).borrowed(CKA_VALUE, scalar.reveal());
        objects.private_key = create(object);
        return objects;
    }

    CK_OBJECT_HANDLE create(AttributeTemplate& object) {
        CK_OBJECT_HANDLE handle = CK_INVALID_HANDLE;
        check("C_CreateObject",
              lease_.p11().C_CreateObject(lease_.session(), object.data(), object.size(), &handle));
        made_.add(handle);
        return handle;
    }

    Lease& lease_;
    const ImportRequest& request_;
    const MechanismCodes& allowed_;
    ByteView secret_octets_;
    MadeObjects& made_;
};

}  // namespace

KeyObjects create_objects(Lease& lease, const ImportRequest& request, const MechanismCodes& allowed,
                          ByteView secret_octets, MadeObjects& made) {
    return std::visit(Creator(lease, request, allowed, secret_octets, made), request.material);
}

CK_KEY_TYPE key_type_of_secret(keys::Algorithm algorithm) {
    switch (algorithm) {
        case keys::Algorithm::aes:
            return CKK_AES;
        case keys::Algorithm::des:
            return CKK_DES;
        case keys::Algorithm::desede:
            return CKK_DES3;
        case keys::Algorithm::hmac:
            return CKK_GENERIC_SECRET;  // the only type that works for HMACs of every digest
        case keys::Algorithm::rsa:
        case keys::Algorithm::ec:
        case keys::Algorithm::ed25519:
            break;
    }
    throw TokenError(TokenFault::refused, "The key is no secret key");
}

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
        lease.replace_poisoned_without_handles();
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
