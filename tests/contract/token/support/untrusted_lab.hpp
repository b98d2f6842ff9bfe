#pragma once

#include <functional>

#include <gtest/gtest.h>

#include "hsm/objects/objects.hpp"
#include "tests/contract/token/support/shim_lab.hpp"
#include "tests/contract/token/support/use_samples.hpp"

namespace keyward::tests {

/// A token that holds one key of the service. Its module then reports wrong values.
class UntrustedModule : public ::testing::Test {
  protected:
    UntrustedModule() {
        prepare_process();
        import(other_, Kind::aes256, {KeyUsage::encrypt_decrypt});
    }

    ImportResult import(const ObjectId& id, Kind kind, const KeyUsages& uses,
                        ObjectLifetime lifetime = ObjectLifetime::token) {
        return lab_.token()->import({id, "label", make_key(kind), uses, lifetime, std::nullopt});
    }
    static TokenFault fault_of(const std::function<void()>& call) {
        try {
            call();
        } catch (const TokenError& error) {
            return error.fault();
        }
        throw std::logic_error("the call went through");
    }
    CryptoResult use(const ObjectId& id, CryptoOperation action, const CryptoRequest& operation) {
        auto outcomes = lab_.token()->operate(id, action, std::span(&operation, 1));
        return std::move(outcomes.at(0));
    }
    CK_OBJECT_HANDLE handle_of(const ObjectId& id) {
        hsm::Lease lease = lab_.inspector().lease();
        return hsm::find_objects(lease, id).at(0);
    }
    void stop_lying() { new (&lies_) ShimLies{}; }
    /// Expects the key that existed before to exist still, and to work.
    void expect_other_key() {
        stop_lying();
        EXPECT_EQ(lab_.token()->count(other_), 1U);
        const CryptoRequest sealing = operation("AES-GCM", message(16));
        EXPECT_EQ(use(other_, CryptoOperation::encrypt, sealing).kind, CryptoResult::Kind::done);
    }

    ShimLab lab_;
    ShimControls& shim_ = lab_.shim();
    ShimLies& lies_ = shim_.lies;
    const ObjectId other_ = ObjectId::random();
    const ObjectId id_ = ObjectId::random();
};

}  // namespace keyward::tests
