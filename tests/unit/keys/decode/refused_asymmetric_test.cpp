#include <gtest/gtest.h>

#include "tests/unit/keys/support/openssl_command.hpp"
#include "tests/unit/keys/support/sample_keys.hpp"

namespace keyward::keys::testing {
namespace {

const std::string again = ": the key is damaged, export it again";
const std::string any_algorithm = ", expected RSA, EC or Ed25519: ";
const std::string make_a_new_key = "make a new key of one of these";
const std::string curves = "P-256, P-384, P-521, secp256k1";

const std::string p256_oid = der_oid("2A8648CE3D030107");
const std::string ec_oid = der_oid("2A8648CE3D0201");
const std::string ed25519_oid = der_oid("2B6570");

std::string openssl_made(const std::string& arguments) {
    return openssl_folder().made_by(arguments + " -out made", "made");
}

std::string generated(const std::string& algorithm) {
    return openssl_made("genpkey " + algorithm);
}

/// The public half of the key that was generated last.
std::string public_half_of(const std::string& pem) {
    openssl_folder().write("last.pem", pem);
    return openssl_made("pkey -in last.pem -pubout");
}

std::string sec1(const std::string& scalar, const std::string& rest = der(0xA0, p256_oid)) {
    return base64(der_sequence({der(2, "\x01"), der(4, scalar), rest}));
}

std::string hex(std::string_view text) {
    return octets_of(from_hex(text));
}

TEST(RefusedAsymmetricKey, WhoseHalfIsTheOther) {
    const std::string to_public =
        ", but keyType PUBLIC_KEY takes a public key or a certificate: send the public key (openssl pkey -in "
        "key.pem "
        "-pubout), or use keyType PRIVATE_KEY";
    const std::string to_private =
        ", but keyType PRIVATE_KEY takes a private key: send the private key, or use keyType PUBLIC_KEY";
    std::vector<Refused> table;
    for (const SampleKey& key : sample_keys()) {
        table.push_back(
            refused_public_key(key.name, key.format("PKCS#8 PEM"), "is a private key (PKCS#8)" + to_public));
        table.push_back(refused_public_key(key.name + " DER", base64(key.format("PKCS#8 DER")),
                                           "is a private key (PKCS#8)" + to_public));
        table.push_back(refused_private_key(key.name, key.format("SPKI PEM"),
                                            "is a public key (SubjectPublicKeyInfo)" + to_private));
        table.push_back(refused_private_key(key.name + " DER", base64(key.format("SPKI DER")),
                                            "is a public key (SubjectPublicKeyInfo)" + to_private));
        table.push_back(refused_private_key(key.name + " certificate", key.format("certificate PEM"),
                                            "is an X.509 certificate" + to_private));
    }
    table.push_back(refused_public_key("PKCS#1", sample_key("RSA-2048").format("traditional PEM"),
                                       "is an RSA private key (PKCS#1)" + to_public));
    table.push_back(refused_public_key("SEC1", sample_key("P-256").format("traditional PEM"),
                                       "is an EC private key (SEC1)" + to_public));
    table.push_back(refused_private_key("PKCS#1", sample_key("RSA-2048").format("PKCS#1 PEM"),
                                        "is an RSA public key (PKCS#1)" + to_private));
    expect_all_refused(table);
}

TEST(RefusedAsymmetricKey, WhoseAlgorithmIsNotTheOneThatWasSent) {
    std::vector<Refused> table;
    for (const SampleKey& key : sample_keys())
        for (const Algorithm sent : {Algorithm::rsa, Algorithm::ec, Algorithm::ed25519}) {
            if (sent == key.algorithm) continue;
            const std::string found(to_string(key.algorithm));
            const std::string text = "is a key of algorithm " + found + ", but algorithm says " +
                                     std::string(to_string(sent)) + ": send " + found +
                                     " or leave algorithm out";
            table.push_back(refused_private_key(key.name, key.format("PKCS#8 PEM"), text, sent));
            table.push_back(refused_public_key(key.name, key.format("certificate PEM"), text, sent));
        }
    expect_all_refused(table);
}

TEST(RefusedAsymmetricKey, OfAnAlgorithmThatIsNotOffered) {
    const std::string agreement = any_algorithm + "it can't sign or decrypt; make a new key of one of these";
    struct Row {
        std::string name, arguments, text;
    };
    std::vector<Refused> table;
    openssl_folder().run(
        "openssl genpkey -genparam -algorithm DSA -pkeyopt dsa_paramgen_bits:1024 -out dsa.param");
    for (const Row& row :
         {Row{"X25519", "-algorithm X25519", "is an X25519 key" + agreement},
          Row{"X448", "-algorithm X448", "is an X448 key" + agreement},
          Row{"Ed448", "-algorithm ED448", "is an Ed448 key" + any_algorithm + make_a_new_key},
          Row{"DSA", "-paramfile dsa.param", "is a DSA key" + any_algorithm + make_a_new_key},
          Row{"DH", "-algorithm DH -pkeyopt group:ffdhe2048", "is a DH key" + agreement}}) {
        const std::string pem = generated(row.arguments);
        table.push_back(refused_private_key(row.name, pem, row.text));
        table.push_back(refused_public_key(row.name + " public", public_half_of(pem), row.text));
    }
    table.push_back(
        refused_public_key("an algorithm nobody knows",
                           base64(der_sequence({der_sequence({der_oid("2A0304")}), der_bits("key")})),
                           "is a key of the algorithm 1.2.3.4" + any_algorithm + make_a_new_key));
    expect_all_refused(table);
}

TEST(RefusedAsymmetricKey, OnACurveThatIsNotOffered) {
    struct Row {
        std::string curve, shown;
    };
    std::vector<Refused> table;
    for (const Row& row : {Row{"secp224r1", "secp224r1 (P-224)"}, Row{"brainpoolP256r1", "brainpoolP256r1"},
                           Row{"sect283r1", "sect283r1 (B-283)"}, Row{"prime192v1", "prime192v1 (P-192)"},
                           Row{"brainpoolP512t1", "brainpoolP512t1"}, Row{"SM2", "sm2"}}) {
        const std::string pem = generated("-algorithm EC -pkeyopt ec_paramgen_curve:" + row.curve);
        const std::string text = "is an EC key on the curve " + row.shown + ", expected one of " + curves +
                                 ": make a new key on one of these";
        table.push_back(refused_private_key(row.curve, pem, text));
        table.push_back(refused_public_key(row.curve + " public", public_half_of(pem), text));
    }
    expect_all_refused(table);
}

TEST(RefusedAsymmetricKey, WhoseCurveIsWrittenOutOrMissing) {
    const std::string pem =
        generated("-algorithm EC -pkeyopt ec_paramgen_curve:prime256v1 -pkeyopt ec_param_enc:explicit");
    const std::string text =
        "is an EC key whose curve is written out as explicit parameters, expected one of the named curves " +
        curves +
        ": convert it with openssl pkey -in key.pem -ec_param_enc named_curve -out named.pem (with -pubin "
        "and -pubout for "
        "a public key)";
    const std::string missing = "is an EC key that does not name its curve, expected one of " + curves +
                                ": export the key with its named curve";
    const std::string one = hex("01");
    expect_all_refused({
        refused_private_key("explicit", pem, text),
        refused_public_key("explicit, public", public_half_of(pem), text),
        refused_private_key("explicit in SEC1", sec1(one, der(0xA0, der_sequence({der(2, "\x01")}))), text),
        refused_private_key("SEC1 alone without curve", sec1(one, ""), missing),
        refused_private_key("implicit curve", sec1(one, der(0xA0, der(5, ""))), missing),
        refused_public_key("SPKI without curve",
                           base64(der_sequence({der_sequence({ec_oid}), der_bits("x")})), missing),
        refused_public_key("SPKI with NULL",
                           base64(der_sequence({der_sequence({ec_oid, der(5, "")}), der_bits("x")})),
                           missing),
    });
}

TEST(RefusedAsymmetricKey, WithAScalarOutOfRange) {
    const std::string text =
        "is an EC private key whose scalar is not between 1 and the order of P-256 less 1" + again;
    const std::string order = hex("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");
    expect_all_refused({
        refused_private_key("nothing", sec1(""), text),
        refused_private_key("0", sec1(std::string(32, '\0')), text),
        refused_private_key("the order", sec1(order), text),
        refused_private_key("all ones", sec1(std::string(32, '\xFF')), text),
        refused_private_key("a byte too long", sec1("\x01" + std::string(32, '\x01')), text),
        refused_private_key("a hundred kilobytes", sec1(std::string(100000, '\x01')), text),
        refused_private_key(
            "the order of secp256k1",
            sec1(hex("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141"),
                 der(0xA0, der_oid("2B8104000A"))),
            "is an EC private key whose scalar is not between 1 and the order of secp256k1 less 1" + again),
    });
}

TEST(RefusedAsymmetricKey, WithAPointThatIsNotOnItsCurve) {
    const std::string text =
        "has an EC public point that is not on the curve P-256: the key is damaged or of another curve, "
        "export it again";
    const auto spki = [](const std::string& point) {
        return base64(der_sequence({der_sequence({ec_oid, p256_oid}), der_bits(point)}));
    };
    const KeyMaterial good = decode(KeyType::public_key, sample_key("P-256").format("SPKI PEM"));
    std::string moved = octets_of(std::get<EcPublicKey>(good).point);
    moved.back() ^= 1;
    const std::string other_curve = octets_of(
        std::get<EcPublicKey>(decode(KeyType::public_key, sample_key("secp256k1").format("SPKI PEM"))).point);
    expect_all_refused({
        refused_public_key("one bit off", spki(moved), text),
        refused_public_key("infinity", spki(std::string(1, '\0')), text),
        refused_public_key("nothing", spki(""), text),
        refused_public_key("zeros", spki("\x04" + std::string(64, '\0')), text),
        refused_public_key("a byte short", spki(moved.substr(0, 64)), text),
        refused_public_key("a byte long", spki(moved + "x"), text),
        refused_public_key("an unknown form", spki("\x05" + moved.substr(1)), text),
        refused_public_key("coordinates over the field", spki("\x04" + std::string(64, '\xFF')), text),
        refused_public_key("a point of secp256k1", spki(other_curve), text),
        refused_private_key("in a private key",
                            sec1(hex("01"), der(0xA0, p256_oid) + der(0xA1, der_bits(moved))), text),
    });
}

TEST(RefusedAsymmetricKey, ThatCarriesAnothersPublicKey) {
    const auto carries = [](const std::string& name) {
        return "is " + name +
               " private key that carries a public key which is not its own: the key is damaged, export it "
               "again";
    };
    const KeyMaterial other = decode(KeyType::public_key, sample_key("P-256").format("SPKI PEM"));
    const std::string point = octets_of(std::get<EcPublicKey>(other).point);
    const auto pkcs8_v2 = [](const std::string& algorithm, const std::string& key,
                             const std::string& carried) {
        return base64(der_sequence(
            {der(2, "\x01"), algorithm, der(4, key), der(0x81, std::string(1, '\0') + carried)}));
    };
    const std::string seed = der(4, hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
    const std::string stranger = hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    expect_all_refused({
        refused_private_key("SEC1", sec1(hex("01"), der(0xA0, p256_oid) + der(0xA1, der_bits(point))),
                            carries("an EC")),
        refused_private_key("Ed25519 in version 2", pkcs8_v2(der_sequence({ed25519_oid}), seed, stranger),
                            carries("an Ed25519")),
        refused_private_key(
            "EC in version 2",
            pkcs8_v2(der_sequence({ec_oid, p256_oid}), der_sequence({der(2, "\x01"), der(4, "\x01")}), point),
            carries("an EC")),
        refused_private_key(
            "two curves",
            base64(der_sequence(
                {der(2, std::string(1, '\0')), der_sequence({ec_oid, p256_oid}),
                 der(4, der_sequence({der(2, "\x01"), der(4, "\x01"), der(0xA0, der_oid("2B81040022"))}))})),
            "is an EC private key that names two curves, P-256 and P-384" + again),
    });
}

TEST(RefusedAsymmetricKey, ThatIsNoEd25519Key) {
    const auto spki = [](const std::string& key, const std::string& parameters = "") {
        return base64(der_sequence({der_sequence({ed25519_oid, parameters}), der_bits(key)}));
    };
    const auto pkcs8 = [](const std::string& inside) {
        return base64(
            der_sequence({der(2, std::string(1, '\0')), der_sequence({ed25519_oid}), der(4, inside)}));
    };
    const std::string off = "is an Ed25519 public key that is not a point of its curve" + again;
    const std::string small =
        "is an Ed25519 public key of small order, with which anyone can sign: make a new key";
    const std::string mixed = "is an Ed25519 public key that belongs to no private key" + again;
    const std::string ones(31, '\xFF');
    const std::string last_of_field = "\xEC" + std::string(30, '\xFF') + "\x7F";
    expect_all_refused({
        refused_public_key("31 bytes", spki(std::string(31, 'x')),
                           "is an Ed25519 public key of 31 bytes, expected 32" + again),
        refused_public_key("33 bytes", spki(std::string(33, 'x')),
                           "is an Ed25519 public key of 33 bytes, expected 32" + again),
        refused_public_key("nothing", spki(""), "is an Ed25519 public key of 0 bytes, expected 32" + again),
        refused_public_key("y = 2, which has no x", spki("\x02" + std::string(31, '\0')), off),
        refused_public_key("y over the field", spki("\xED" + std::string(30, '\xFF') + "\x7F"), off),
        refused_public_key("y of all ones", spki(ones + "\x7F"), off),
        refused_public_key("y = 1 with an odd x", spki("\x01" + std::string(30, '\0') + "\x80"), off),
        refused_public_key("order 1", spki("\x01" + std::string(31, '\0')), small),
        refused_public_key("order 2", spki(last_of_field), small),
        refused_public_key("order 4", spki(std::string(32, '\0')), small),
        refused_public_key(
            "order 8", spki(hex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")), small),
        refused_public_key("order 8, the other",
                           spki(hex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")),
                           small),
        // The key of RFC 8032 section 7.1, test 1, plus a point of order 2, 4 or 8.
        refused_public_key("with a part of order 2",
                           spki(hex("16a567fe7d4ef5482ab4012c369bf8c5f11e8d0c2559dcda50fde59708f8aee5")),
                           mixed),
        refused_public_key("with a part of order 4",
                           spki(hex("40c7570f4dd54835b9131184410ed4a0cc93e7d9ad053cbc6d07a62426999582")),
                           mixed),
        refused_public_key("with a part of order 8",
                           spki(hex("3b5b475c4b82dd1572799fc546f4c6c03e478c6654aa4c7f945b347ea32af60d")),
                           mixed),
        refused_public_key(
            "with parameters",
            spki(hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"), der(5, "")),
            "is damaged: an Ed25519 key has no parameters beside its algorithm, and here are some; "
            "export the key again"),
        refused_private_key("a seed of 31 bytes", pkcs8(der(4, std::string(31, 'x'))),
                            "is an Ed25519 private key of 31 bytes, expected 32" + again),
        refused_private_key("a seed of 64 bytes", pkcs8(der(4, std::string(64, 'x'))),
                            "is an Ed25519 private key of 64 bytes, expected 32" + again),
        refused_private_key(
            "a seed without its inner octet string", pkcs8(std::string(32, 'x')),
            "is damaged: the Ed25519 private key is not the DER that was expected; export the key again"),
    });
}

}  // namespace
}  // namespace keyward::keys::testing
