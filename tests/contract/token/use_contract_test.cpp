// What every implementation of service::Token does with the keys it holds, over the fake and over real
// modules.
#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/contract/token/labs.hpp"
#include "tests/contract/token/use_samples.hpp"

namespace keyward::tests {
namespace {

using service::Action;
using service::Lifetime;
using service::Operation;
using service::Outcome;
using service::TokenError;
using service::TokenFault;
using service::Use;
using service::UseSet;
using Done = service::Outcome::Kind;

/// A key in a lab's token, and its use.
class UsedToken {
  public:
    explicit UsedToken(LabKind kind) : lab_(make_lab(kind)), token_(lab_->token()) {}

    ObjectId import(const keys::KeyMaterial& material, const UseSet& uses) {
        const ObjectId id = ObjectId::random();
        import_as(id, material, uses);
        return id;
    }
    ObjectId import(Kind kind, Use use) { return import(make_key(kind), {use}); }
    void import_as(const ObjectId& id, const keys::KeyMaterial& material, const UseSet& uses) {
        token_->import({id, "MyProject/my-key", material, uses, Lifetime::token, std::nullopt});
    }

    Outcome use(const ObjectId& id, Action action, const Operation& operation) {
        auto outcomes = token_->operate(id, action, std::span(&operation, 1));
        if (outcomes.size() != 1) throw std::logic_error("not one outcome");
        return std::move(outcomes.front());
    }
    Done kind_of(const ObjectId& id, Action action, const Operation& operation) {
        return use(id, action, operation).kind;
    }
    TokenFault fault_of(const ObjectId& id, Action action, const Operation& operation) {
        try {
            token_->operate(id, action, std::span(&operation, 1));
        } catch (const TokenError& error) {
            return error.fault();
        }
        throw std::logic_error("the use did not fail");
    }
    TokenLab& lab() { return *lab_; }
    service::Token& token() { return *token_; }

  private:
    std::unique_ptr<TokenLab> lab_;
    std::shared_ptr<service::Token> token_;
};

/// Every mechanism of the table that a lab's module offers.
struct UseCase {
    LabKind lab;
    std::string mechanism;
};
void PrintTo(const UseCase& use, std::ostream* out) {
    *out << name_of(use.lab) << " " << use.mechanism;
}

std::vector<UseCase> cases_of(Use use) {
    std::vector<UseCase> cases;
    for (const LabKind lab : {LabKind::fake, LabKind::softhsm, LabKind::p11_kit})
        for (const std::string& mechanism : mechanisms_of(use))
            if (offers(lab, mechanism)) cases.push_back({lab, mechanism});
    return cases;
}

std::string name_of(const ::testing::TestParamInfo<UseCase>& test) {
    std::string name = name_of(test.param.lab) + "_" + test.param.mechanism;
    std::ranges::replace(name, '-', '_');
    return name;
}

class EveryCipher : public ::testing::TestWithParam<UseCase> {
  protected:
    UsedToken used_{GetParam().lab};
};
INSTANTIATE_TEST_SUITE_P(Mechanisms, EveryCipher, ::testing::ValuesIn(cases_of(Use::cipher)),
                         [](const auto& test) { return name_of(test); });

TEST_P(EveryCipher, OpensWhatItSealed) {
    const ObjectId id = used_.import(kind_for(GetParam().mechanism), Use::cipher);
    const Operation sealing = operation(GetParam().mechanism, message(64));
    const Outcome sealed = used_.use(id, Action::encrypt, sealing);
    ASSERT_EQ(sealed.kind, Done::done) << static_cast<int>(sealed.kind) << sealed.reason;
    const Outcome opened = used_.use(id, Action::decrypt, opening(sealing, sealed));
    ASSERT_EQ(opened.kind, Done::done);
    EXPECT_TRUE(std::ranges::equal(opened.output.reveal(), sealing.input.reveal()));
}

class EverySignature : public ::testing::TestWithParam<UseCase> {
  protected:
    UsedToken used_{GetParam().lab};
};
INSTANTIATE_TEST_SUITE_P(Mechanisms, EverySignature, ::testing::ValuesIn(cases_of(Use::signature)),
                         [](const auto& test) { return name_of(test); });

TEST_P(EverySignature, IsVerified) {
    const ObjectId id = used_.import(kind_for(GetParam().mechanism), Use::signature);
    const Operation signing = operation(GetParam().mechanism, message(64));
    const Outcome made = used_.use(id, Action::sign, signing);
    ASSERT_EQ(made.kind, Done::done);
    EXPECT_EQ(used_.kind_of(id, Action::verify, verification(signing, made)), Done::done);
}

}  // namespace
}  // namespace keyward::tests
