// The objects that every implementation of Token shows, for the fake and for real modules.
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "keys/public/fingerprint.hpp"
#include "tests/contract/token/support/labs.hpp"

namespace keyward::tests {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class InventoryContract : public ::testing::TestWithParam<LabKind> {
  protected:
    ObjectId import(const keys::KeyMaterial& material, const KeyUsages& uses,
                    ObjectLifetime lifetime = ObjectLifetime::token) {
        const ObjectId id = ObjectId::random();
        token_->import({id, "MyProject/my-key", material, uses, lifetime, std::nullopt});
        return id;
    }

    std::vector<TokenObject> walked() {
        std::vector<TokenObject> objects;
        token_->scan([&](const TokenObject& object, std::size_t, std::size_t) { objects.push_back(object); });
        return objects;
    }

    std::vector<TokenObject> objects_after(const keys::KeyMaterial& material, const KeyUsages& uses) {
        import(material, uses);
        return walked();
    }

    /// Every kind of key with every set of uses that the module supports.
    void for_every_key(const std::function<void(Kind, const KeyUsages&)>& check) {
        for (const Kind kind : all_kinds())
            for (const KeyUsages& uses : uses_for(kind))
                if (lab_->offers(kind, uses)) {
                    SCOPED_TRACE(name_of(kind));
                    check(kind, uses);
                }
    }

    /// Every kind of key with all its uses.
    void for_every_kind(const std::function<void(Kind, const KeyUsages&)>& check) {
        for_every_key([&](Kind kind, const KeyUsages& uses) {
            if (uses == uses_for(kind).back()) check(kind, uses);
        });
    }

    std::size_t half_made_shown() {
        return static_cast<std::size_t>(std::ranges::count_if(walked(), &TokenObject::incomplete));
    }

    std::unique_ptr<TokenLab> lab_ = make_lab(GetParam());
    std::shared_ptr<Token> token_ = lab_->token();
};

INSTANTIATE_TEST_SUITE_P(Labs, InventoryContract,
                         ::testing::Values(LabKind::fake, LabKind::softhsm, LabKind::p11_kit),
                         [](const auto& test) { return name_of(test.param); });

TEST_P(InventoryContract, AWalkThroughAnEmptyTokenShowsNothing) {
    EXPECT_THAT(walked(), IsEmpty());
}

TEST_P(InventoryContract, AWalkShowsEveryImportedKeyWithLabelIdTypeAndUses) {
    for_every_key([&](Kind kind, const KeyUsages& uses) {
        const keys::KeyMaterial material = make_key(kind);
        const ObjectId id = import(material, uses);
        const std::vector<TokenObject> objects = walked();
        EXPECT_EQ(objects.size(), objects_of(kind));
        for (const TokenObject& object : objects) {
            EXPECT_EQ(object.id, id);
            EXPECT_EQ(object.id_hex, id.hex());
            EXPECT_EQ(object.label, "MyProject/my-key");
            EXPECT_EQ(object.algorithm, keys::algorithm_of(material));
            EXPECT_EQ(object.uses, uses);
            EXPECT_FALSE(object.incomplete);
        }
        EXPECT_EQ(token_->destroy(id), objects_of(kind));
    });
}

TEST_P(InventoryContract, ProtectionIsReportedAsItWasMade) {
    for_every_kind([&](Kind kind, const KeyUsages& uses) {
        const ObjectId id = import(make_key(kind), uses);
        for (const TokenObject& object : walked())
            EXPECT_THAT(object.weakened_protection, IsEmpty());
        token_->destroy(id);
    });
}

// SoftHSM2's HMAC keys of 16 octets are padded, and the reported size is that of the padded key.
TEST_P(InventoryContract, EveryObjectIsShownWithItsSizeInBits) {
    for_every_kind([&](Kind kind, const KeyUsages& uses) {
        if (kind == Kind::hmac16) return;
        const keys::KeyMaterial material = make_key(kind);
        const ObjectId id = import(material, uses);
        for (const TokenObject& object : walked())
            EXPECT_EQ(object.size, keys::size_in_bits(material));
        token_->destroy(id);
    });
}

TEST_P(InventoryContract, BothHalvesOfAPrivateKeyAreShown) {
    const std::vector<TokenObject> objects = objects_after(make_key(Kind::p256), {KeyUsage::sign_verify});
    EXPECT_THAT(objects, UnorderedElementsAre(Field(&TokenObject::type, keys::KeyType::private_key),
                                              Field(&TokenObject::type, keys::KeyType::public_key)));
}

TEST_P(InventoryContract, AnAesKeyIsShownWithItsCheckValue) {
    const keys::KeyMaterial material = make_key(Kind::aes256);
    EXPECT_THAT(objects_after(material, {KeyUsage::encrypt_decrypt}),
                ElementsAre(AllOf(Field(&TokenObject::type, keys::KeyType::secret),
                                  Field(&TokenObject::key_check_value,
                                        keys::key_check_value(std::get<keys::SecretKey>(material))),
                                  Field(&TokenObject::public_key_sha256, ""))));
}

TEST_P(InventoryContract, AnHmacKeyIsShownWithoutACheckValue) {
    EXPECT_THAT(objects_after(make_key(Kind::hmac64), {KeyUsage::sign_verify}),
                ElementsAre(Field(&TokenObject::key_check_value, "")));
}

TEST_P(InventoryContract, APublicKeyIsShownWithItsHashAndPem) {
    for (const Kind kind : {Kind::rsa_public, Kind::p384_public, Kind::secp256k1_public}) {
        const keys::KeyMaterial material = make_key(kind);
        const keys::PublicKey key = keys::public_half(material).value();
        const ObjectId id = import(material, {KeyUsage::sign_verify});
        EXPECT_THAT(walked(),
                    ElementsAre(AllOf(Field(&TokenObject::public_key_sha256, keys::public_key_sha256(key)),
                                      Field(&TokenObject::public_key_pem, keys::public_key_pem(key)))));
        token_->destroy(id);
    }
}

TEST_P(InventoryContract, BothHalvesOfAnRsaKeyTellThePublicKeysHash) {
    const keys::KeyMaterial material = make_key(Kind::rsa);
    const std::string hash = keys::public_key_sha256(keys::public_half(material).value());
    EXPECT_THAT(objects_after(material, {KeyUsage::sign_verify}),
                ElementsAre(Field(&TokenObject::public_key_sha256, hash),
                            Field(&TokenObject::public_key_sha256, hash)));
}

TEST_P(InventoryContract, APrivateKeyOnACurveLeavesThePublicKeyToItsOtherHalf) {
    const keys::KeyMaterial material = make_key(Kind::p256);
    EXPECT_THAT(objects_after(material, {KeyUsage::sign_verify}),
                UnorderedElementsAre(AllOf(Field(&TokenObject::type, keys::KeyType::private_key),
                                           Field(&TokenObject::public_key_sha256, ""),
                                           Field(&TokenObject::public_key_pem, "")),
                                     Field(&TokenObject::public_key_sha256,
                                           keys::public_key_sha256(keys::public_half(material).value()))));
}

TEST_P(InventoryContract, SessionObjectsAreNotShown) {
    import(make_key(Kind::aes256), {KeyUsage::encrypt_decrypt}, ObjectLifetime::session);
    EXPECT_THAT(walked(), IsEmpty());
}

TEST_P(InventoryContract, ADestroyedKeyIsNotShown) {
    token_->destroy(import(make_key(Kind::p256), {KeyUsage::sign_verify}));
    EXPECT_THAT(walked(), IsEmpty());
}

TEST_P(InventoryContract, PlacesRunFromOneToTheTotal) {
    import(make_key(Kind::aes128), {KeyUsage::encrypt_decrypt});
    import(make_key(Kind::p256), {KeyUsage::sign_verify});
    std::vector<std::pair<std::size_t, std::size_t>> places;
    token_->scan(
        [&](const TokenObject&, std::size_t place, std::size_t total) { places.emplace_back(place, total); });
    using Place = std::pair<std::size_t, std::size_t>;
    EXPECT_THAT(places, ElementsAre(Place{1, 3}, Place{2, 3}, Place{3, 3}));
}

TEST_P(InventoryContract, TheTokenMayBeCalledDuringAWalk) {
    const ObjectId id = import(make_key(Kind::aes128), {KeyUsage::encrypt_decrypt});
    std::size_t counted = 0;
    token_->scan([&](const TokenObject&, std::size_t, std::size_t) { counted = token_->count(id); });
    EXPECT_EQ(counted, 1U);
}

TEST_P(InventoryContract, WhatTheCallerThrowsEndsTheWalk) {
    import(make_key(Kind::p256), {KeyUsage::sign_verify});
    std::size_t shown = 0;
    EXPECT_THROW(token_->scan([&](const TokenObject&, std::size_t, std::size_t) {
        ++shown;
        throw std::runtime_error("enough");
    }),
                 std::runtime_error);
    EXPECT_EQ(shown, 1U);
}

TEST_P(InventoryContract, AHalfMadeObjectIsRecognised) {
    lab_->add_incomplete();
    EXPECT_THAT(walked(), ElementsAre(AllOf(
                              Field(&TokenObject::incomplete, true), Field(&TokenObject::id, std::nullopt),
                              Field(&TokenObject::id_hex, ""), Field(&TokenObject::label, ""))));
}

TEST_P(InventoryContract, WhatIsHalfMadeAtBothLooksIsDestroyed) {
    lab_->add_incomplete();
    lab_->add_incomplete();
    EXPECT_EQ(token_->destroy_incomplete(0ms), 2U);
    EXPECT_EQ(half_made_shown(), 0U);
}

TEST_P(InventoryContract, WhatWasCompletedBetweenTheLooksIsLeft) {
    lab_->add_incomplete();
    EXPECT_EQ(lab_->token_with_pause([&] { lab_->complete_incomplete(); })->destroy_incomplete(0ms), 0U);
    EXPECT_EQ(half_made_shown(), 0U);
}

TEST_P(InventoryContract, WhatCameBetweenTheLooksIsLeft) {
    lab_->add_incomplete();
    EXPECT_EQ(lab_->token_with_pause([&] { lab_->add_incomplete(); })->destroy_incomplete(0ms), 1U);
    EXPECT_EQ(half_made_shown(), 1U);
}

TEST_P(InventoryContract, WholeKeysAreLeftBesideAHalfMadeOne) {
    const ObjectId aes = import(make_key(Kind::aes128), {KeyUsage::encrypt_decrypt});
    const ObjectId pair = import(make_key(Kind::p256), {KeyUsage::sign_verify});
    lab_->add_incomplete();
    EXPECT_EQ(token_->destroy_incomplete(0ms), 1U);
    EXPECT_EQ(token_->count(aes), 1U);
    EXPECT_EQ(token_->count(pair), 2U);
}

TEST_P(InventoryContract, WithNothingHalfMadeThereIsNoPause) {
    import(make_key(Kind::aes128), {KeyUsage::encrypt_decrypt});
    bool paused = false;
    EXPECT_EQ(lab_->token_with_pause([&] { paused = true; })->destroy_incomplete(0ms), 0U);
    EXPECT_FALSE(paused);
}

}  // namespace
}  // namespace keyward::tests
