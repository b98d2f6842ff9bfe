#pragma once

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "tests/unit/service/lifecycle/key_life.hpp"

namespace keyward::service {

struct RsaPem {
    std::string private_key;
    std::string public_key;
};

inline RsaPem new_rsa() {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_RSA_gen(2048), EVP_PKEY_free);
    const auto written = [&](auto write) {
        const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
        write(out.get());
        char* data = nullptr;
        const long size = BIO_get_mem_data(out.get(), &data);
        return std::string(data, static_cast<std::size_t>(size));
    };
    return {written([&](BIO* out) {
                PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
            }),
            written([&](BIO* out) { PEM_write_bio_PUBKEY(out, key.get()); })};
}

/// The request of a client that sends a key back as it was read: all that can be read, and nothing else.
inline UpdateKeyRequest posted_back(const Key& key) {
    UpdateKeyRequest request = KeyLife::change_of(key.name);
    request.name = key.name;
    request.description = key.description;
    request.type = key.type;
    request.algorithm = key.algorithm;
    request.mechanisms = key.mechanisms;
    for (const Deployment& deployment : key.deployments) {
        EnvironmentEntry entry = KeyLife::entry_of(deployment.environment, request.environments.size());
        entry.alias = deployment.alias;
        if (!deployment.public_key_pem.empty()) entry.public_key = secret_text(deployment.public_key_pem);
        request.environments.push_back(std::move(entry));
    }
    return request;
}

inline void create_rsa(KeyLife& fixture, keys::KeyType type, const RsaPem& pem,
                       const std::string& name = "rsa",
                       const std::vector<std::string>& environments = {"production", "staging"}) {
    CreateKeyRequest request;
    request.name = name;
    request.type = type;
    for (const std::string& environment : environments) {
        EnvironmentEntry entry = KeyLife::entry_of(environment, request.environments.size());
        if (type == keys::KeyType::rsa)
            entry.private_key = secret_text(pem.private_key);
        else
            entry.content = secret_text(type == keys::KeyType::public_key ? pem.public_key : pem.private_key);
        request.environments.push_back(std::move(entry));
    }
    ASSERT_TRUE(fixture.create(request).success);
}

/// The pointers with which an update is refused; nothing may have been touched then.
inline std::vector<std::string> refused_fields(KeyLife& fixture, UpdateKeyRequest request) {
    const auto imports = fixture.production->imports() + fixture.staging->imports();
    const auto trail = fixture.audit_size();
    const auto error = error_of([&] { fixture.update(std::move(request)); });
    EXPECT_EQ(error.kind(), ErrorKind::validation_failed) << error.what();
    EXPECT_EQ(fixture.production->imports() + fixture.staging->imports(), imports);
    EXPECT_EQ(fixture.audit_size(), trail);
    return pointers_of(error);
}

inline UpdateKeyRequest mechanism_change(const std::string& name, MechanismList mechanisms) {
    auto request = KeyLife::change_of(name);
    request.mechanisms = std::move(mechanisms);
    return request;
}

using Pointers = std::vector<std::string>;

}  // namespace keyward::service
