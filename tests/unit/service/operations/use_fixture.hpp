#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/pem.h>

#include "service/operations/use_key.hpp"
#include "tests/unit/service/lifecycle/key_life.hpp"

namespace keyward::service {

inline constexpr auto not_decrypted = "The input could not be decrypted";

/// A key pair outside any token, generated at run time.
class KeyPair {
  public:
    static KeyPair rsa() { return KeyPair(EVP_RSA_gen(2048)); }
    static KeyPair p256() { return KeyPair(EVP_EC_gen("P-256")); }
    static KeyPair ed25519() { return KeyPair(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")); }

    [[nodiscard]] EVP_PKEY* get() const { return key_.get(); }
    [[nodiscard]] SecretBytes private_pem() const {
        return written([this](BIO* out) {
            return PEM_write_bio_PrivateKey(out, get(), nullptr, nullptr, 0, nullptr, nullptr);
        });
    }
    [[nodiscard]] SecretBytes public_pem() const {
        return written([this](BIO* out) { return PEM_write_bio_PUBKEY(out, get()); });
    }

  private:
    explicit KeyPair(EVP_PKEY* key) : key_(key, EVP_PKEY_free) {
        if (key == nullptr) throw std::runtime_error("no key was made");
    }
    template <typename Write>
    static SecretBytes written(Write write) {
        const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
        if (write(out.get()) != 1) throw std::runtime_error("the key was not written");
        char* data = nullptr;
        const long size = BIO_get_mem_data(out.get(), &data);
        return SecretBytes::copy_of(as_bytes(std::string_view(data, static_cast<std::size_t>(size))));
    }

    std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
};

/// How the fixture makes a key.
struct KeyWish {
    keys::KeyType type = keys::KeyType::secret;
    std::optional<keys::Algorithm> algorithm = {};
    std::optional<MechanismList> mechanisms = {};
    std::size_t octets = 32;        ///< of a secret key
    const KeyPair* pair = nullptr;  ///< of any other
    std::vector<std::string> environments = {"production", "staging"};
};

/// An operation over this input.
inline OperationFields operation(std::string mechanism, std::string_view input = "a message") {
    OperationFields fields;
    fields.mechanism = std::move(mechanism);
    fields.input = SecretBytes::copy_of(as_bytes(input));
    return fields;
}

/// The decryption of an encryption's result.
inline OperationFields opening(const UseResult& sealed, std::string mechanism = "AES-GCM") {
    OperationFields fields = operation(std::move(mechanism), sealed.output.value().reveal_text());
    fields.iv = sealed.iv;
    fields.tag = sealed.tag;
    return fields;
}

/// The verification of a signing's result.
inline OperationFields proving(const UseResult& made, std::string mechanism,
                               std::string_view input = "a message") {
    OperationFields fields = operation(std::move(mechanism), input);
    fields.signature = made.signature.value();
    return fields;
}

template <typename... Fields>
std::vector<OperationFields> operations(Fields... fields) {
    std::vector<OperationFields> all;
    (all.push_back(std::move(fields)), ...);
    return all;
}

/// The same operation `count` times.
inline std::vector<OperationFields> times(std::size_t count, const std::string& mechanism) {
    std::vector<OperationFields> all;
    all.reserve(count);
    while (all.size() < count)
        all.push_back(operation(mechanism));
    return all;
}

/// The responder for a use on the thread that makes it.
class PatientResponder final : public DeadlineResponder {
  public:
    void give_up(const ServiceError& why) noexcept override { told.emplace_back(why.what()); }
    std::vector<std::string> told;
};

/// Key `k` of KeyLife, a user who may use keys and nothing else, and a clock for failures that a test moves.
class UseFixture : public KeyLife {
  public:
    explicit UseFixture(bool legacy_mechanisms = false,
                        std::chrono::milliseconds deadline = std::chrono::seconds(20))
        : KeyLife(deadline),
          bob{"bob's id", "bob", {{project.id, Permission::use, {}}}},
          use(context_with(legacy_mechanisms, *catalogue), [this] { return steady; }) {}

    ServiceContext context_with(bool legacy_mechanisms, Catalogue& over) {
        ServiceContext place = context_over(over);
        place.policy.legacy_mechanisms = legacy_mechanisms;
        return place;
    }

    void make(const std::string& name, KeyWish wish) {
        CreateKeyRequest request;
        request.name = name;
        request.type = wish.type;
        request.algorithm = wish.algorithm;
        request.mechanisms = std::move(wish.mechanisms);
        for (const std::string& environment : wish.environments) {
            SecretBytes content = wish.pair == nullptr                     ? random_content(wish.octets)
                                  : wish.type == keys::KeyType::public_key ? wish.pair->public_pem()
                                                                           : wish.pair->private_pem();
            request.environments.push_back(
                entry_with(std::move(content), environment, request.environments.size()));
        }
        if (!create(request).success) throw std::logic_error("the key was not made");
    }
    void make_private(const std::string& name, const KeyPair& pair) {
        make(name, {.type = keys::KeyType::private_key, .pair = &pair});
    }

    UseKeyRequest single(CryptoOperation action, OperationFields fields, const std::string& key = "k",
                         const std::string& environment = "production") {
        UseKeyRequest request;
        request.key_name = key;
        request.environment = environment;
        request.action = action;
        request.operations.push_back(std::move(fields));
        request.responder = &responder;
        return request;
    }
    UseKeyRequest batch(CryptoOperation action, std::vector<OperationFields> fields,
                        const std::string& key = "k", const std::string& environment = "production") {
        UseKeyRequest request;
        request.key_name = key;
        request.environment = environment;
        request.action = action;
        request.batch = true;
        request.operations = std::move(fields);
        for (std::size_t i = 0; i < request.operations.size(); ++i)
            request.operations[i].pointer = "/batch/" + std::to_string(i);
        request.responder = &responder;
        return request;
    }

    UseResult run(CryptoOperation action, OperationFields fields, const std::string& key = "k",
                  const std::string& environment = "production") {
        auto results = use.run(bob, project, single(action, std::move(fields), key, environment), {});
        if (results.size() != 1) throw std::logic_error("one operation has one result");
        return std::move(results.front());
    }
    std::vector<UseResult> run_batch(CryptoOperation action, std::vector<OperationFields> fields,
                                     const std::string& key = "k") {
        return use.run(bob, project, batch(action, std::move(fields), key), {});
    }
    ServiceError refused(CryptoOperation action, OperationFields fields, const std::string& key = "k",
                         const std::string& environment = "production") {
        return error_of([&] { run(action, std::move(fields), key, environment); });
    }
    ServiceError refused_batch(CryptoOperation action, std::vector<OperationFields> fields,
                               const std::string& key = "k") {
        return error_of([&] { run_batch(action, std::move(fields), key); });
    }

    std::chrono::steady_clock::time_point steady{std::chrono::hours(1)};
    PatientResponder responder;
    Caller bob;
    UseKey use;
};

inline void expect_error(const ServiceError& error, ErrorKind kind, const std::string& text) {
    EXPECT_EQ(error.kind(), kind) << error.what();
    EXPECT_EQ(std::string(error.what()), text);
}

/// `validation_failed` with one mistake.
inline void expect_mistake(const ServiceError& error, const std::string& pointer,
                           const std::string& message) {
    EXPECT_EQ(error.kind(), ErrorKind::validation_failed) << error.what();
    ASSERT_EQ(error.details().size(), 1U) << error.what();
    EXPECT_EQ(error.details()[0].pointer, pointer);
    EXPECT_EQ(error.details()[0].message, message);
}

inline std::string text_of(const std::optional<SecretBytes>& octets) {
    return std::string(octets.value().reveal_text());
}

}  // namespace keyward::service
