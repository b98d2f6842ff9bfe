#include "keys/key_algorithm.hpp"

#include <algorithm>
#include <array>

#include <openssl/obj_mac.h>
#include <openssl/objects.h>

#include "crypto/openssl_ptr.hpp"
#include "keys/ec_curve.hpp"
#include "keys/key_format_error.hpp"

namespace keyward::keys {
namespace {

constexpr std::uint8_t null_tag = 0x05;
constexpr std::string_view expected = "expected RSA, EC or Ed25519";

struct RefusedAlgorithm {
    int nid;
    std::string_view name, advice;
};
constexpr std::string_view agreement = "it can't sign or decrypt; make a new key of one of these";
constexpr std::string_view new_key = "make a new key of one of these";
constexpr std::array<RefusedAlgorithm, 9> refused_algorithms{{
    {NID_rsassaPss, "an RSA key that is for RSASSA-PSS only (id-RSASSA-PSS)",
     "tokens hold RSA keys without this limit; make the key as plain RSA (rsaEncryption) and sign with PSS"},
    {NID_rsaesOaep, "an RSA key that is for RSAES-OAEP only (id-RSAES-OAEP)",
     "tokens hold RSA keys without this limit; make the key as plain RSA (rsaEncryption) and encrypt with "
     "OAEP"},
    {NID_X25519, "an X25519 key", agreement},
    {NID_X448, "an X448 key", agreement},
    {NID_ED448, "an Ed448 key", new_key},
    {NID_dsa, "a DSA key", new_key},
    {NID_dhKeyAgreement, "a DH key", agreement},
    {NID_dhpublicnumber, "a DH key (X9.42)", agreement},
    {NID_sm2, "an SM2 key", new_key},
}};

/// The object's name if OpenSSL knows it, otherwise its dotted number.
std::string name_of(const ASN1_OBJECT& object) {
    std::array<char, 80> name{};
    OBJ_obj2txt(name.data(), static_cast<int>(name.size()), &object, 0);
    return name.data();
}

ObjectPtr object_in(const der::Element& element, std::string_view what) {
    const unsigned char* next = element.whole.data();
    ObjectPtr object(d2i_ASN1_OBJECT(nullptr, &next, static_cast<long>(element.whole.size())));
    if (!object)
        throw KeyFormatError("is damaged: " + std::string(what) +
                             " is not the DER that was expected; export the key again");
    return object;
}

[[noreturn]] void refuse_algorithm(const ASN1_OBJECT& object) {
    const int nid = OBJ_obj2nid(&object);
    const auto* const row =
        std::find_if(refused_algorithms.begin(), refused_algorithms.end(),
                     [nid](const RefusedAlgorithm& refused) { return refused.nid == nid; });
    if (row != refused_algorithms.end())
        throw KeyFormatError("is " + std::string(row->name) + ", " + std::string(expected) + ": " +
                             std::string(row->advice));
    throw KeyFormatError("is a key of the algorithm " + name_of(object) + ", " + std::string(expected) +
                         ": " + std::string(new_key));
}

void require_no_parameters(der::Reader& parameters, std::string_view algorithm, bool null_allowed) {
    if (null_allowed && parameters.next_if(null_tag) && parameters.at_end()) return;
    if (!parameters.at_end())
        throw KeyFormatError(
            "is damaged: an " + std::string(algorithm) +
            " key has no parameters beside its algorithm, and here are some; export the key again");
}

}  // namespace

Curve named_curve(const der::Element& parameters) {
    if (parameters.tag == der::sequence)
        throw KeyFormatError(
            "is an EC key whose curve is written out as explicit parameters, expected one of the named "
            "curves " +
            std::string(accepted_curves()) +
            ": convert it with openssl pkey -in key.pem -ec_param_enc named_curve -out named.pem "
            "(with -pubin and -pubout for a public key)");
    if (parameters.tag != der::object_identifier)
        throw KeyFormatError("is an EC key that does not name its curve, expected one of " +
                             std::string(accepted_curves()) + ": export the key with its named curve");
    const ObjectPtr object = object_in(parameters, "the name of the curve");
    const int nid = OBJ_obj2nid(object.get());
    if (const auto curve = curve_from_nid(nid)) return *curve;
    const char* const nist_name = EC_curve_nid2nist(nid);
    throw KeyFormatError("is an EC key on the curve " + name_of(*object) +
                         (nist_name != nullptr ? " (" + std::string(nist_name) + ")" : "") +
                         ", expected one of " + std::string(accepted_curves()) +
                         ": make a new key on one of these");
}

KeyAlgorithm key_algorithm(const der::Element& identifier) {
    der::Reader reader(identifier.value);
    const ObjectPtr object = object_in(reader.expect(der::object_identifier, "the name of the algorithm"),
                                       "the name of the algorithm");
    switch (OBJ_obj2nid(object.get())) {
        case NID_rsaEncryption:
            require_no_parameters(reader, "RSA", true);
            return {Algorithm::rsa};
        case NID_ED25519:
            require_no_parameters(reader, "Ed25519", false);
            return {Algorithm::ed25519};
        case NID_X9_62_id_ecPublicKey: {
            const auto parameters = reader.next();
            const Curve curve = named_curve(parameters.value_or(der::Element{}));
            reader.expect_end("the name of the curve");
            return {Algorithm::ec, curve};
        }
        default:
            refuse_algorithm(*object);
    }
}

}  // namespace keyward::keys
