#include <algorithm>
#include <memory>

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/base64.hpp"
#include "keys/public/ecdsa_signature.hpp"
#include "keys/public/fingerprint.hpp"
#include "tests/unit/keys/support/mutations.hpp"
#include "tests/unit/keys/support/openssl_command.hpp"
#include "tests/unit/keys/support/sample_keys.hpp"

namespace keyward::keys::testing {
namespace {

/// Valid contents: DER, which is mutated before it is wrapped, and texts that are mutated as they are. RSA
/// keys are small here, for speed.
struct Seeds {
    std::vector<std::string> octets, texts;
};

Seeds make_seeds() {
    Seeds seeds;
    const auto add = [&seeds](const std::string& octets) {
        seeds.octets.push_back(octets);
        seeds.texts.push_back(octets.find("-----BEGIN") != std::string::npos ? octets : base64(octets));
    };
    for (const SampleKey& key : sample_keys()) {
        if (key.algorithm == Algorithm::rsa) continue;
        for (const auto* formats : {&key.private_formats, &key.public_formats})
            for (const auto& [name, octets] : *formats)
                add(octets);
    }
    const auto& folder = openssl_folder();
    folder.run("openssl genrsa -out seed.pem 1024");
    add(folder.made_by("pkcs8 -topk8 -nocrypt -outform DER -in seed.pem -out made", "made"));
    for (const char* arguments :
         {"", "-traditional", "-traditional -outform DER", "-pubout", "-pubout -outform DER"})
        add(folder.made_by("pkey -in seed.pem -out made " + std::string(arguments), "made"));
    for (const std::size_t size : {8U, 16U, 24U, 32U, 100U}) {
        add(std::string(size, '\x25'));
        seeds.texts.push_back(certutil(std::string(size, '\x25')));
    }
    return seeds;
}

std::string mutated(const Seeds& seeds, Dice& dice) {
    const bool inside = dice.below(2) == 0;
    const auto& pool = inside ? seeds.octets : seeds.texts;
    std::string text = pool[dice.below(pool.size())];
    for (std::size_t times = 1 + dice.below(4); times > 0; --times)
        mutations()[dice.below(mutations().size())](text, dice);
    if (dice.below(8) == 0) text += pool[dice.below(pool.size())].substr(0, dice.below(256));
    if (!inside) return text;
    return dice.below(4) == 0 ? certutil(text) : base64(text);
}

/// For a key that OpenSSL itself reads: its own judgement of it, which is not of RSA's moduli here.
bool openssl_accepts(const PublicKey& key) {
    const Bytes info = subject_public_key_info(key);
    const unsigned char* at = info.data();
    const PkeyPtr handle(d2i_PUBKEY(nullptr, &at, static_cast<long>(info.size())));
    if (!handle) return false;
    if (std::holds_alternative<RsaPublicKey>(key)) return true;
    const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(
        EVP_PKEY_CTX_new(handle.get(), nullptr), EVP_PKEY_CTX_free);
    return EVP_PKEY_public_check(context.get()) == 1;
}

TEST(Mutations, OfValidContentsAreRefusedOrKeysThatOpensslAccepts) {
    const Seeds seeds = make_seeds();
    KeyPolicy policy;
    policy.rsa_min_bits = 512;
    Dice dice;
    for (int i = 0; i < 10000; ++i) {
        const std::string text = mutated(seeds, dice);
        for (const KeyType type : {KeyType::secret, KeyType::private_key, KeyType::public_key}) {
            try {
                const KeyMaterial key = decode(type, text, std::nullopt, policy);
                const auto half = public_half(key);
                EXPECT_EQ(half.has_value(), type != KeyType::secret);
                EXPECT_EQ(is_private(key), type == KeyType::private_key);
                if (half) {
                    EXPECT_TRUE(openssl_accepts(*half)) << base64(text);
                }
            } catch (const KeyFormatError& refusal) {
                EXPECT_STRNE(refusal.what(), "");
            }
        }
    }
}

/// What is read of this content; nothing when it is refused.
std::optional<KeyMaterial> read(KeyType type, const std::string& octets) {
    try {
        return decode(type, base64(octets));
    } catch (const KeyFormatError&) {
        return std::nullopt;
    }
}

std::string flipped(std::string octets, std::size_t bit) {
    octets[bit / 8] = static_cast<char>(static_cast<std::uint8_t>(octets[bit / 8]) ^ (1U << bit % 8));
    return octets;
}

TEST(Mutations, OfOneBitOfAPublicKeyAreRefusedOrReadAsTheyStand) {
    for (const char* name : {"P-256", "P-384", "P-521", "secp256k1", "Ed25519"}) {
        const std::string& info = sample_key(name).format("SPKI DER");
        std::size_t read_as_another = 0;
        for (std::size_t bit = 0; bit < 8 * info.size(); ++bit) {
            const std::string changed = flipped(info, bit);
            const auto key = read(KeyType::public_key, changed);
            if (!key) continue;
            ++read_as_another;
            EXPECT_EQ(octets_of(subject_public_key_info(*public_half(*key))), changed) << name << " " << bit;
        }
        // One bit beside a point of a curve is no other point, and in its first octet a form that RFC 5480
        // forbids. Ed25519's y alone often is one.
        if (std::string_view(name) != "Ed25519") {
            EXPECT_EQ(read_as_another, 0U) << name;
        }
    }
}

/// The bit that makes version 2 of a PKCS#8 file of version 1, which is the same key (RFC 5958 section 2).
std::size_t version_bit(const std::string& der) {
    return 8 * (der.find(std::string("\x02\x01\x00", 3)) + 2);
}

std::string public_key_of(const KeyMaterial& key) {
    return public_key_sha256(*public_half(key));
}

TEST(Mutations, OfOneBitOfAPrivateKeyOfACurveAreRefused) {
    for (const char* name : {"P-256", "P-384", "P-521", "secp256k1"})
        for (const char* format : {"PKCS#8 DER", "traditional DER"}) {
            const std::string& der = sample_key(name).format(format);
            for (std::size_t bit = 0; bit < 8 * der.size(); ++bit) {
                const auto key = read(KeyType::private_key, flipped(der, bit));
                const bool is_version = std::string_view(format) == "PKCS#8 DER" && bit == version_bit(der);
                ASSERT_EQ(key.has_value(), is_version) << name << " " << format << " " << bit;
                if (key) {
                    EXPECT_EQ(public_key_of(*key), sample_key(name).public_key_sha256);
                }
            }
        }
}

/// Every 32 octets are a seed (RFC 8032 section 5.1.5); all else of the file says what they are.
TEST(Mutations, OfOneBitOfAnEd25519KeyAreRefusedOrAnotherSeed) {
    const std::string& der = sample_key("Ed25519").format("PKCS#8 DER");
    const std::size_t seed_at = der.size() - 32;
    for (std::size_t bit = 0; bit < 8 * der.size(); ++bit) {
        const std::string changed = flipped(der, bit);
        const auto key = read(KeyType::private_key, changed);
        ASSERT_EQ(key.has_value(), bit >= 8 * seed_at || bit == version_bit(der)) << bit;
        if (!key) continue;
        EXPECT_EQ(octets_of(std::get<Ed25519PrivateKey>(*key).seed.reveal()), changed.substr(seed_at));
    }
}

TEST(Mutations, OfOneBitOfAnRsaPrivateKeyAreRefused) {
    const std::string& der = sample_key("RSA-2048").format("PKCS#8 DER");
    for (std::size_t octet = 0; octet < der.size(); ++octet)
        EXPECT_FALSE(read(KeyType::private_key, flipped(der, 8 * octet + octet % 8))) << octet;
}

TEST(Mutations, OfTheLengthOfAKeyAreRefused) {
    for (const SampleKey& sample : sample_keys())
        for (const auto& [formats, type] : {std::pair{&sample.private_formats, KeyType::private_key},
                                            std::pair{&sample.public_formats, KeyType::public_key}})
            for (const auto& [format, octets] : *formats) {
                if (!format.ends_with("DER")) continue;
                for (std::size_t size = 0; size < octets.size(); ++size)
                    EXPECT_FALSE(read(type, octets.substr(0, size))) << sample.name << format << size;
                EXPECT_FALSE(read(type, octets + '\0')) << sample.name << format;
                EXPECT_TRUE(read(type, octets)) << sample.name << format;
            }
}

/// A changed secret is another secret, and only a base64 text of it is one of its texts.
TEST(Mutations, OfOneBitOfASecretsTextAreRefusedOrStandForOtherOctets) {
    std::string octets;
    for (int i = 0; i < 32; ++i)
        octets += static_cast<char>(37 * i + 11);
    const std::string text = base64(octets);
    std::size_t others = 0;
    for (std::size_t bit = 0; bit < 8 * text.size(); ++bit) {
        const std::string changed = flipped(text, bit);
        try {
            const KeyMaterial key = decode(KeyType::secret, changed, Algorithm::hmac);
            EXPECT_EQ(base64(octets_of(std::get<SecretKey>(key).octets.reveal())), changed) << bit;
            ++others;
        } catch (const KeyFormatError& refusal) {
            EXPECT_STRNE(refusal.what(), "");
        }
    }
    EXPECT_GT(others, text.size()) << "more than one change in eight is another digit";
}

TEST(Mutations, OfAnEcdsaSignatureAreRefusedOrOfOneForm) {
    const std::vector<std::string> texts{octets_of(from_hex("3006020101020102")),
                                         octets_of(from_hex("3008020200ff02020080")),
                                         octets_of(from_hex("300802027fff02020100"))};
    Dice dice;
    int taken = 0;
    for (int i = 0; i < 20000; ++i) {
        const std::string text = mutated(texts, dice);
        const auto raw = ecdsa_raw_from_der(as_bytes(text), 32);
        if (!raw) continue;
        EXPECT_EQ(octets_of(ecdsa_der_from_raw(*raw)), text);
        ++taken;
    }
    EXPECT_GT(taken, 0);
}

}  // namespace
}  // namespace keyward::keys::testing
