#include "tests/e2e/known_answers/known_answers.hpp"
#include "tests/e2e/support/use.hpp"

namespace keyward::e2e {
namespace {

// The private keys of RFC 6979, appendix A.2.5 to A.2.7, in PKCS#8.
constexpr auto p256 =
    "308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420c9afa9d845ba75166b5c215767b1d693"
    "4e50c3db36e89b127b8a622b120f6721a1440342000460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f2"
    "9fb67903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
constexpr auto p384 =
    "3081b6020100301006072a8648ce3d020106052b8104002204819e30819b02010104306b9d3dad2e1b8c1c05b19875b6659f4de2"
    "3c3b667bf297ba9aa47740787137d896d5724e4c70a825f872c9ea60d2edf5a16403620004ec3a4e415b4e19a4568618029f427f"
    "a5da9a8bc4ae92e02e06aae5286b300c64def8f0ea9055866064a254515480bc138015d9b72d7d57244ea8ef9ac0c621896708a5"
    "9367f9dfb9f54ca84b3f1c9db1288b231c3ae0d4fe7344fd2533264720";
constexpr auto p521 =
    "3081ee020100301006072a8648ce3d020106052b810400230481d63081d3020101044200fad06daa62ba3b25d2fb40133da75720"
    "5de67f5bb0018fee8c86e1b68c7e75caa896eb32f1f47c70855836a6d16fcc1466f6d8fbec67db89ec0c08b0e996b83538a18189"
    "038186000401894550d0785932e00eaa23b694f213f8c3121f86dc97a04e5a7167db4e5bcd371123d46e45db6b5d5370a7f20fb6"
    "33155d38ffa16d2bd761dcac474b9a2f5023a400493101c962cd4d2fddf782285e64584139c2f91b47f87ff82354d6630f746a28"
    "a0db25741b5b34a828008b22acc23f924faafbd4d33f81ea66956dfeaa2bfdfcf5";

/// Octets are in hexadecimal, except the message. The signature is r and s, concatenated.
struct EcdsaVector {
    const char* name;
    const char* source;
    const char* mechanism;
    const char* private_key;
    const char* message;
    const char* signature;
};

void PrintTo(const EcdsaVector& vector, std::ostream* out) {
    *out << vector.name << " of " << vector.source;
}

const std::vector<EcdsaVector> ecdsa_vectors{
    {"P256_SHA256_sample", "RFC 6979 A.2.5", "ECDSA-SHA256", p256, "sample",
     "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716f7cb1c942d657c41d436c7a1b6e29f65f3e900d"
     "bb9aff4064dc4ab2f843acda8"},
    {"P256_SHA256_test", "RFC 6979 A.2.5", "ECDSA-SHA256", p256, "test",
     "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367019f4113742a2b14bd25926b49c649155f267e6"
     "0d3814b4c0cc84250e46f0083"},
    {"P256_SHA384_sample", "RFC 6979 A.2.5", "ECDSA-SHA384", p256, "sample",
     "0eafea039b20e9b42309fb1d89e213057cbf973dc0cfc8f129edddc800ef77194861f0491e6998b9455193e34e7b0d284ddd714"
     "9a74b95b9261f13abde940954"},
    {"P256_SHA384_test", "RFC 6979 A.2.5", "ECDSA-SHA384", p256, "test",
     "83910e8b48bb0c74244ebdf7f07a1c5413d61472bd941ef3920e623fbccebeb68ddbec54cf8cd5874883841d712142a56a8d0f2"
     "18f5003cb0296b6b509619f2c"},
    {"P256_SHA512_sample", "RFC 6979 A.2.5", "ECDSA-SHA512", p256, "sample",
     "8496a60b5e9b47c825488827e0495b0e3fa109ec4568fd3f8d1097678eb97f002362ab1adbe2b8adf9cb9edab740ea6049c0281"
     "14f2460f96554f61fae3302fe"},
    {"P256_SHA512_test", "RFC 6979 A.2.5", "ECDSA-SHA512", p256, "test",
     "461d93f31b6540894788fd206c07cfa0cc35f46fa3c91816fff1040ad1581a0439af9f15de0db8d97e72719c74820d304ce5226"
     "e32dedae67519e840d1194e55"},
    {"P384_SHA256_sample", "RFC 6979 A.2.6", "ECDSA-SHA256", p384, "sample",
     "21b13d1e013c7fa1392d03c5f99af8b30c570c6f98d4ea8e354b63a21d3daa33bde1e888e63355d92fa2b3c36d8fb2cdf3aa443"
     "fb107745bf4bd77cb3891674632068a10ca67e3d45db2266fa7d1feebefdc63eccd1ac42ec0cb8668a4fa0ab0"},
    {"P384_SHA256_test", "RFC 6979 A.2.6", "ECDSA-SHA256", p384, "test",
     "6d6defac9ab64dabafe36c6bf510352a4cc27001263638e5b16d9bb51d451559f918eedaf2293be5b475cc8f0188636b2d46f3b"
     "ecbcc523d5f1a1256bf0c9b024d879ba9e838144c8ba6baeb4b53b47d51ab373f9845c0514eefb14024787265"},
    {"P384_SHA384_sample", "RFC 6979 A.2.6", "ECDSA-SHA384", p384, "sample",
     "94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd1e80fabe4699ef4ae"
     "b15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8"},
    {"P384_SHA384_test", "RFC 6979 A.2.6", "ECDSA-SHA384", p384, "test",
     "8203b63d3c853e8d77227fb377bcf7b7b772e97892a80f36ab775d509d7a5feb0542a7f0812998da8f1dd3ca3cf023dbddd0760"
     "448d42d8a43af45af836fce4de8be06b485e9b61b827c2f13173923e06a739f040649a667bf3b828246baa5a5"},
    {"P384_SHA512_sample", "RFC 6979 A.2.6", "ECDSA-SHA512", p384, "sample",
     "ed0959d5880ab2d869ae7f6c2915c6d60f96507f9cb3e047c0046861da4a799cfe30f35cc900056d7c99cd7882433709512c8cc"
     "eee3890a84058ce1e22dbc2198f42323ce8aca9135329f03c068e5112dc7cc3ef3446defceb01a45c2667fdd5"},
    {"P384_SHA512_test", "RFC 6979 A.2.6", "ECDSA-SHA512", p384, "test",
     "a0d5d090c9980faf3c2ce57b7ae951d31977dd11c775d314af55f76c676447d06fb6495cd21b4b6e340fc236584fb277976984e"
     "59b4c77b0e8e4460dca3d9f20e07b9bb1f63beefaf576f6b2e8b224634a2092cd3792e0159ad9cee37659c736"},
    {"P521_SHA256_sample", "RFC 6979 A.2.7", "ECDSA-SHA256", p521, "sample",
     "01511bb4d675114fe266fc4372b87682baecc01d3cc62cf2303c92b3526012659d16876e25c7c1e57648f23b73564d67f61c6f1"
     "4d527d54972810421e7d87589e1a7004a171143a83163d6df460aaf61522695f207a58b95c0644d87e52aa1a347916e4f7a7293"
     "0b1bc06dbe22ce3f58264afd23704cbb63b29b931f7de6c9d949a7ecfc"},
    {"P521_SHA256_test", "RFC 6979 A.2.7", "ECDSA-SHA256", p521, "test",
     "000e871c4a14f993c6c7369501900c4bc1e9c7b0b4ba44e04868b30b41d8071042eb28c4c250411d0ce08cd197e4188ea4876f2"
     "79f90b3d8d74a3c76e6f1e4656aa800cd52dbaa33b063c3a6cd8058a1fb0a46a4754b034fcc644766ca14da8ca5ca9fde00e88c"
     "1ad60ccba759025299079d7a427ec3cc5b619bfbc828e7769bcd694e86"},
    {"P521_SHA384_sample", "RFC 6979 A.2.7", "ECDSA-SHA384", p521, "sample",
     "01ea842a0e17d2de4f92c15315c63ddf72685c18195c2bb95e572b9c5136ca4b4b576ad712a52be9730627d16054ba40cc0b8d3"
     "ff035b12ae75168397f5d50c6745101f21a3cee066e1961025fb048bd5fe2b7924d0cd797babe0a83b66f1e35eeaf5fde143fa8"
     "5dc394a7dee766523393784484bdf3e00114a1c857cde1aa203db65d61"},
    {"P521_SHA384_test", "RFC 6979 A.2.7", "ECDSA-SHA384", p521, "test",
     "014bee21a18b6d8b3c93fab08d43e739707953244fdbe924fa926d76669e7ac8c89df62ed8975c2d8397a65a49dcc09f6b0ac62"
     "272741924d479354d74ff6075578c0133330865c067a0eaf72362a65e2d7bc4e461e8c8995c3b6226a21bd1aa78f0ed94fe536a"
     "0dca35534f0cd1510c41525d163fe9d74d134881e35141ed5e8e95b979"},
    {"P521_SHA512_sample", "RFC 6979 A.2.7", "ECDSA-SHA512", p521, "sample",
     "00c328fafcbd79dd77850370c46325d987cb525569fb63c5d3bc53950e6d4c5f174e25a1ee9017b5d450606add152b534931d7d"
     "4e8455cc91f9b15bf05ec36e377fa00617cce7cf5064806c467f678d3b4080d6f1cc50af26ca209417308281b68af282623eaa6"
     "3e5b5c0723d8b8c37ff0777b1a20f8ccb1dccc43997f1ee0e44da4a67a"},
    {"P521_SHA512_test", "RFC 6979 A.2.7", "ECDSA-SHA512", p521, "test",
     "013e99020abf5cee7525d16b69b229652ab6bdf2affcaef38773b4b7d08725f10cdb93482fdcc54edcee91eca4166b2a7c6265e"
     "f0ce2bd7051b7cef945babd47ee6d01fbd0013c674aa79cb39849527916ce301c66ea7ce8b80682786ad60f98f7e78a19ca69ef"
     "f5c57400e3b3a0ad66ce0978214d13baf4e9ac60752f7b155e2de4dce3"},
};

class PublishedEcdsa : public KeyUse, public testing::WithParamInterface<EcdsaVector> {
  protected:
    std::string key() { return new_key("PRIVATE_KEY", "EC", from_hex(GetParam().private_key)); }
    static std::string published() { return from_hex(GetParam().signature); }
    static json message(const char* format = "raw") {
        return operation(GetParam().mechanism, GetParam().message, {{"format", format}});
    }
};

TEST_P(PublishedEcdsa, IsVerified) {
    EXPECT_TRUE(verifies(key(), message(), published()));
}

TEST_P(PublishedEcdsa, IsRefusedWhenItIsNotItself) {
    const std::string name = key();
    const std::string right = published();
    EXPECT_FALSE(verifies(name, message(), damaged(right, right.size() - 1)));
    EXPECT_FALSE(verifies(name, message(), right.substr(0, right.size() - 1)));
    EXPECT_FALSE(verifies(name, message(), right.substr(2)));
    EXPECT_FALSE(verifies(name, message(), right + std::string(2, '\0')));
    EXPECT_FALSE(verifies(name, message(), std::string(right.size(), '\0')));
    EXPECT_FALSE(verifies(name, message(), {}));
    EXPECT_FALSE(verifies(name, message("der"), right));
}

TEST_P(PublishedEcdsa, IsRefusedForAnotherMessage) {
    json other = message();
    other["input"] = base64(std::string(GetParam().message) + "!");
    EXPECT_FALSE(verifies(key(), other, published()));
}

TEST_P(PublishedEcdsa, KeySignsInBothForms) {
    const std::string name = key();
    for (const char* format : {"raw", "der"}) {
        const std::string made = signature(name, message(format));
        EXPECT_TRUE(verifies(name, message(format), made)) << format;
        EXPECT_FALSE(verifies(name, message(format), made.substr(0, made.size() - 1))) << format;
    }
    EXPECT_EQ(signature(name, message()).size(), published().size());
}

INSTANTIATE_TEST_SUITE_P(Of, PublishedEcdsa, testing::ValuesIn(ecdsa_vectors),
                         [](const auto& each) { return std::string(each.param.name); });

constexpr auto eddsa = "EDDSA";

/// RFC 8032, section 7.1. Octets are in hexadecimal.
struct EddsaVector {
    int test;
    const char* seed;
    const char* public_key;
    const char* message;
    const char* signature;
};

void PrintTo(const EddsaVector& vector, std::ostream* out) {
    *out << "RFC 8032 7.1 TEST " << vector.test;
}

const std::vector<EddsaVector> eddsa_vectors{
    {1, "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f"
     "0595bbe24655141438e7a100b"},
    {2, "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2ea"
     "eb4302aeeb00d291612bb0c00"},
    {3, "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e"
     "9716ed28dc027beceea1ec40a"},
};

class PublishedEddsa : public KeyUse, public testing::WithParamInterface<EddsaVector> {
  protected:
    std::string private_key() {
        return new_key("PRIVATE_KEY", "Ed25519", ed25519_pkcs8(from_hex(GetParam().seed)));
    }
    /// In a SubjectPublicKeyInfo (RFC 8410).
    std::string public_key() {
        return new_key("PUBLIC_KEY", "Ed25519",
                       from_hex("302a300506032b6570032100") + from_hex(GetParam().public_key));
    }
    static std::string published() { return from_hex(GetParam().signature); }
    static json message() { return operation(eddsa, from_hex(GetParam().message)); }
};

TEST_P(PublishedEddsa, IsMadeAsPublished) {
    EXPECT_EQ(hex(signature(private_key(), message())), GetParam().signature);
}

TEST_P(PublishedEddsa, IsVerifiedWithEitherHalf) {
    EXPECT_TRUE(verifies(private_key(), message(), published()));
    EXPECT_TRUE(verifies(public_key(), message(), published()));
}

TEST_P(PublishedEddsa, IsRefusedWhenItIsNotItself) {
    const std::string name = private_key();
    for (const std::size_t place : {0U, 31U, 32U, 63U})
        EXPECT_FALSE(verifies(name, message(), damaged(published(), place))) << place;
    EXPECT_FALSE(verifies(name, message(), published().substr(0, 63)));
    EXPECT_FALSE(verifies(name, message(), published() + std::string(1, '\0')));
    EXPECT_FALSE(verifies(name, message(), {}));
}

TEST_P(PublishedEddsa, IsRefusedForAnotherMessageOrKey) {
    json other = message();
    other["input"] = base64(from_hex(GetParam().message) + "!");
    EXPECT_FALSE(verifies(private_key(), other, published()));
    const std::string stranger =
        new_key("PRIVATE_KEY", "Ed25519", ed25519_pkcs8(damaged(from_hex(GetParam().seed))));
    EXPECT_FALSE(verifies(stranger, message(), published()));
}

INSTANTIATE_TEST_SUITE_P(Of, PublishedEddsa, testing::ValuesIn(eddsa_vectors),
                         [](const auto& each) { return "Test_" + std::to_string(each.param.test); });

}  // namespace

std::set<std::string> mechanisms_of_known_curves() {
    std::set<std::string> names = mechanisms_of(ecdsa_vectors);
    if (!eddsa_vectors.empty()) names.insert(eddsa);
    return names;
}

}  // namespace keyward::e2e
