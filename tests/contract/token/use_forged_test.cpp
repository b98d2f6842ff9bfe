// The use of a key when another client has added objects under its id or removed one. A public object can be
// created in a token without the PIN.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hsm/objects/objects.hpp"
#include "keys/public/fingerprint.hpp"
#include "tests/contract/token/support/labs.hpp"
#include "tests/contract/token/support/use_samples.hpp"

namespace keyward::tests {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Done = CryptoResult::Kind;

void import(Token& token, const ObjectId& id, const keys::KeyMaterial& key, const KeyUsages& uses) {
    token.import({id, "label", key, uses, ObjectLifetime::token, std::nullopt});
}

void scan(Token& token) {
    token.scan([](const auto&, std::size_t, std::size_t) {});
}

CryptoResult use(Token& token, const ObjectId& id, CryptoOperation action, const CryptoRequest& operation) {
    auto outcomes = token.operate(id, action, std::span(&operation, 1));
    return std::move(outcomes.at(0));
}

TokenError error_of(Token& token, const ObjectId& id, CryptoOperation action,
                    const CryptoRequest& operation) {
    try {
        token.operate(id, action, std::span(&operation, 1));
    } catch (const TokenError& error) {
        return error;
    }
    throw std::logic_error("the use did not fail");
}

/// A key pair of the service, and another one of a stranger. The second token object over the same token has
/// its own cache: it knows no handle before its first use.
template <typename Lab>
class Strangers {
  public:
    Strangers(std::unique_ptr<Lab> lab, Kind kind, const char* mechanism, const KeyUsages& uses)
        : ours_(make_key(kind)),
          theirs_(make_other_key(kind)),
          uses_(uses),
          lab_(std::move(lab)),
          signing_(named(operation(mechanism, message(40)))) {
        import(token(), id_, ours_, uses_);
        const ObjectId elsewhere = ObjectId::random();
        import(token(), elsewhere, theirs_, uses_);
        forged_ = verification(signing_, use(token(), elsewhere, CryptoOperation::sign, signing_));
        right_ = verification(signing_, use(token(), id_, CryptoOperation::sign, signing_));
        forged_.public_key_sha256 = right_.public_key_sha256 = hash();
        token().destroy(elsewhere);
    }

    /// Adds several objects, so that one of them is likely to be found before the service's.
    void plant() {
        const auto half = keys::public_half(theirs_).value();
        const keys::KeyMaterial key =
            std::visit([](const auto& each) { return keys::KeyMaterial(each); }, half);
        for (int i = 0; i < 4; ++i)
            import(*others_, id_, key, uses_);
    }
    [[nodiscard]] std::string hash() const {
        return keys::public_key_sha256(keys::public_half(ours_).value());
    }
    CryptoRequest named(CryptoRequest operation) const {
        operation.public_key_sha256 = hash();
        return operation;
    }
    Done verified(Token& token, const CryptoRequest& verifying) {
        return use(token, id_, CryptoOperation::verify, verifying).kind;
    }
    /// The service's signature verifies, the stranger's does not, and the service's private key decrypts what
    /// is encrypted.
    void expect_ours_alone(Token& token) {
        EXPECT_EQ(verified(token, right_), Done::done);
        EXPECT_EQ(verified(token, forged_), Done::failed);
        if (!uses_.contains(KeyUsage::encrypt_decrypt)) return;
        const CryptoRequest sealing = named(operation("RSA-PKCS-OAEP", message(24)));
        const CryptoResult sealed = use(token, id_, CryptoOperation::encrypt, sealing);
        ASSERT_EQ(sealed.kind, Done::done);
        const CryptoResult opened = use(token, id_, CryptoOperation::decrypt, opening(sealing, sealed));
        EXPECT_TRUE(std::ranges::equal(opened.output.reveal(), sealing.input.reveal()));
    }
    Token& token() { return *lab_->token(); }
    Lab& lab() { return *lab_; }
    const ObjectId& id() const { return id_; }
    const CryptoRequest& signing() const { return signing_; }
    const CryptoRequest& right() const { return right_; }
    const CryptoRequest& forged() const { return forged_; }
    const keys::KeyMaterial& ours() const { return ours_; }

  private:
    const keys::KeyMaterial ours_;
    const keys::KeyMaterial theirs_;
    const KeyUsages uses_;
    std::unique_ptr<Lab> lab_;
    std::shared_ptr<Token> others_ = lab_->token_of_others();
    const ObjectId id_ = ObjectId::random();
    const CryptoRequest signing_;
    CryptoRequest right_{};
    CryptoRequest forged_{};
};

class PlantedPublicKey : public ::testing::TestWithParam<std::tuple<LabKind, Kind>> {
  protected:
    static bool is_rsa() { return std::get<Kind>(GetParam()) == Kind::rsa; }

    Strangers<TokenLab> keys_{make_lab(std::get<LabKind>(GetParam())), std::get<Kind>(GetParam()),
                              is_rsa() ? "SHA256-RSA-PKCS" : "ECDSA-SHA256",
                              is_rsa() ? KeyUsages{KeyUsage::sign_verify, KeyUsage::encrypt_decrypt}
                                       : KeyUsages{KeyUsage::sign_verify}};
    std::shared_ptr<Token> fresh_ = keys_.lab().token_of_others();
};
INSTANTIATE_TEST_SUITE_P(Labs, PlantedPublicKey,
                         ::testing::Combine(::testing::Values(LabKind::fake, LabKind::softhsm,
                                                              LabKind::p11_kit),
                                            ::testing::Values(Kind::rsa, Kind::p256)),
                         [](const auto& test) {
                             return name_of(std::get<0>(test.param)) + "_" + name_of(std::get<1>(test.param));
                         });

TEST_P(PlantedPublicKey, IsNotUsedByWhoSearches) {
    keys_.plant();
    keys_.expect_ours_alone(*fresh_);
}

TEST_P(PlantedPublicKey, IsNotUsedAfterAWalk) {
    keys_.plant();
    scan(*fresh_);
    keys_.expect_ours_alone(*fresh_);
}

TEST_P(PlantedPublicKey, IsNotUsedByWhoKnowsTheRightOne) {
    keys_.expect_ours_alone(keys_.token());
    keys_.plant();
    keys_.expect_ours_alone(keys_.token());
    scan(keys_.token());
    keys_.expect_ours_alone(keys_.token());
}

TEST_P(PlantedPublicKey, IsNotUsedByWhoLookedForThePrivateOneFirst) {
    keys_.plant();
    use(*fresh_, keys_.id(), CryptoOperation::sign, keys_.signing());
    keys_.expect_ours_alone(*fresh_);
}

class PublicHalfOfAModule : public ::testing::TestWithParam<LabKind> {
  protected:
    /// Destroys the objects of that class under the id, as another application would.
    void destroy(CK_OBJECT_CLASS object_class) {
        hsm::Lease lease = keys_.lab().inspector().lease();
        hsm::AttributeTemplate wanted;
        wanted.borrowed(CKA_ID, keys_.id().octets()).number(CKA_CLASS, object_class);
        for (const CK_OBJECT_HANDLE object : hsm::find_matching(lease, wanted))
            hsm::check("C_DestroyObject", lease.p11().C_DestroyObject(lease.session(), object));
    }
    Done verified(const CryptoRequest& verifying) { return keys_.verified(keys_.token(), verifying); }
    TokenFault fault() {
        return error_of(keys_.token(), keys_.id(), CryptoOperation::verify, keys_.right()).fault();
    }

    Strangers<ModuleLab> keys_{make_module_lab(GetParam()), Kind::rsa, "SHA256-RSA-PKCS",
                               KeyUsages{KeyUsage::sign_verify, KeyUsage::encrypt_decrypt}};
};
INSTANTIATE_TEST_SUITE_P(Labs, PublicHalfOfAModule, ::testing::Values(LabKind::softhsm, LabKind::p11_kit),
                         [](const auto& test) { return name_of(test.param); });

TEST_P(PublicHalfOfAModule, ThatWasDestroyedIsNotOfferedAndThePrivateOneSigns) {
    destroy(CKO_PUBLIC_KEY);
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(verified(keys_.right()), Done::not_offered);
        EXPECT_EQ(use(keys_.token(), keys_.id(), CryptoOperation::sign, keys_.signing()).kind, Done::done);
    }
}

TEST_P(PublicHalfOfAModule, ThatWasDestroyedWithThePrivateOneIsMissing) {
    destroy(CKO_PUBLIC_KEY);
    EXPECT_EQ(verified(keys_.right()), Done::not_offered);
    destroy(CKO_PRIVATE_KEY);
    EXPECT_EQ(fault(), TokenFault::missing);
}

TEST_P(PublicHalfOfAModule, ThatWasExchangedIsNotOffered) {
    destroy(CKO_PUBLIC_KEY);
    keys_.plant();
    const CryptoRequest sealing = keys_.named(operation("RSA-PKCS-OAEP", message(24)));
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(verified(keys_.right()), Done::not_offered);
        EXPECT_EQ(verified(keys_.forged()), Done::not_offered);
        EXPECT_EQ(use(keys_.token(), keys_.id(), CryptoOperation::encrypt, sealing).kind, Done::not_offered);
        scan(keys_.token());
    }
}

TEST_P(PublicHalfOfAModule, ThatWasExchangedIsLoggedOnce) {
    destroy(CKO_PUBLIC_KEY);
    keys_.plant();
    ::testing::internal::CaptureStderr();
    verified(keys_.right());
    const std::string first = ::testing::internal::GetCapturedStderr();
    ::testing::internal::CaptureStderr();
    verified(keys_.right());
    const std::string second = ::testing::internal::GetCapturedStderr();
    for (const std::string& part : {std::string("token.public_key_is_another"), std::string("production"),
                                    keys_.id().hex(), std::string("keyward reconcile --dry-run")})
        EXPECT_THAT(first, HasSubstr(part));
    EXPECT_THAT(second, Not(HasSubstr("token.public_key_is_another")));
}

TEST_P(PublicHalfOfAModule, AloneThatWasExchangedIsNotOffered) {
    destroy(CKO_PRIVATE_KEY);
    destroy(CKO_PUBLIC_KEY);
    keys_.plant();
    EXPECT_EQ(verified(keys_.right()), Done::not_offered);
    EXPECT_EQ(verified(keys_.forged()), Done::not_offered);
}

TEST_P(PublicHalfOfAModule, ThatIsPutBackIsUsedAfterAWalk) {
    destroy(CKO_PUBLIC_KEY);
    EXPECT_EQ(verified(keys_.right()), Done::not_offered);
    import(*keys_.lab().token_of_others(), keys_.id(), std::get<keys::RsaPrivateKey>(keys_.ours()).public_key,
           {KeyUsage::sign_verify});
    scan(keys_.token());
    EXPECT_EQ(verified(keys_.right()), Done::done);
}

TEST_P(PublicHalfOfAModule, ThatCameAfterPlantedOnesIsTheOneThatIsUsed) {
    destroy(CKO_PUBLIC_KEY);
    keys_.plant();
    const auto fresh = keys_.lab().token_of_others();
    import(*keys_.lab().token_of_others(), keys_.id(), std::get<keys::RsaPrivateKey>(keys_.ours()).public_key,
           {KeyUsage::sign_verify, KeyUsage::encrypt_decrypt});
    use(*fresh, keys_.id(), CryptoOperation::sign, keys_.signing());
    keys_.expect_ours_alone(*fresh);
    scan(*fresh);
    keys_.expect_ours_alone(*fresh);
}

TEST_P(PublicHalfOfAModule, OfAKeyThatIsAmongNoneIsMissing) {
    destroy(CKO_PRIVATE_KEY);
    destroy(CKO_PUBLIC_KEY);
    EXPECT_EQ(fault(), TokenFault::missing);
}

class SeveralKeysOfOneId : public ::testing::TestWithParam<LabKind> {
  protected:
    SeveralKeysOfOneId() {
        import(*lab_->token(), id_, make_key(Kind::hmac64), {KeyUsage::sign_verify});
        import(*lab_->token_of_others(), id_, make_key(Kind::hmac64), {KeyUsage::sign_verify});
    }
    void expect_mismatch(Token& token) {
        const TokenError error = error_of(token, id_, CryptoOperation::sign, signing_);
        EXPECT_EQ(error.fault(), TokenFault::mismatch);
        EXPECT_STREQ(error.what(),
                     "The token holds several keys under the id of this one: an operator must "
                     "look (keyward reconcile --dry-run)");
    }

    const ObjectId id_ = ObjectId::random();
    const CryptoRequest signing_ = operation("SHA256-HMAC", message(8));
    std::unique_ptr<ModuleLab> lab_ = make_module_lab(GetParam());
};
INSTANTIATE_TEST_SUITE_P(Labs, SeveralKeysOfOneId, ::testing::Values(LabKind::softhsm, LabKind::p11_kit),
                         [](const auto& test) { return name_of(test.param); });

TEST_P(SeveralKeysOfOneId, AreAMismatchToWhoSearches) {
    expect_mismatch(*lab_->token_of_others());
}

TEST_P(SeveralKeysOfOneId, AreAMismatchAfterAWalk) {
    EXPECT_EQ(use(*lab_->token(), id_, CryptoOperation::sign, signing_).kind, Done::done);
    scan(*lab_->token());
    expect_mismatch(*lab_->token());
    scan(*lab_->token());
    expect_mismatch(*lab_->token());
}

}  // namespace
}  // namespace keyward::tests
