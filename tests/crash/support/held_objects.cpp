#include "tests/crash/support/held_objects.hpp"

#include <openssl/sha.h>

#include "tests/crash/support/open_token.hpp"
#include "tests/crash/support/public_keys.hpp"
#include "tests/e2e/support/encodings.hpp"

namespace keyward::e2e {
namespace {

constexpr std::size_t check_value_size = 3;
const std::string message = "signed to show whose key this is";

const char* kind_of(CK_OBJECT_CLASS object_class) {
    switch (object_class) {
        case CKO_SECRET_KEY:
            return "secret";
        case CKO_PRIVATE_KEY:
            return "private";
        case CKO_PUBLIC_KEY:
            return "public";
        default:
            return "other";
    }
}

std::string digest(const std::string& text) {
    std::string octets(SHA256_DIGEST_LENGTH, '\0');
    SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(),
           reinterpret_cast<unsigned char*>(octets.data()));
    return octets;
}

std::string proof_of_secret(const OpenToken& token, CK_OBJECT_HANDLE object) {
    const auto outcome = token.number(object, CKA_KEY_TYPE) == CKK_AES
                             ? token.encrypt(object, CKM_AES_ECB, std::string(16, '\0'))
                             : token.sign(object, CKM_SHA256_HMAC, {});
    return outcome.failure.empty() ? upper(hex(outcome.octets.substr(0, check_value_size))) : outcome.failure;
}

PublicKey public_key(const OpenToken& token, CK_OBJECT_HANDLE object) {
    return token.number(object, CKA_KEY_TYPE) == CKK_RSA
               ? rsa_public_key(token.attribute(object, CKA_MODULUS),
                                token.attribute(object, CKA_PUBLIC_EXPONENT))
               : p256_public_key(token.attribute(object, CKA_EC_POINT));
}

/// The objects of one token. A private key is verified when its public half is known.
class Reading {
  public:
    explicit Reading(const OpenToken& token) : token_(token) {
        for (const CK_OBJECT_HANDLE handle : token.all())
            read(handle);
        for (const auto& [place, handle] : private_)
            objects_[place].proof = proof_of_private(handle, objects_[place].id);
    }
    std::vector<HeldObject> take() { return std::move(objects_); }

  private:
    void read(CK_OBJECT_HANDLE handle) {
        HeldObject object{kind_of(token_.number(handle, CKA_CLASS)), token_.attribute(handle, CKA_LABEL),
                          hex(token_.attribute(handle, CKA_ID)),
                          upper(hex(token_.attribute(handle, CKA_CHECK_VALUE))), "not tried"};
        if (object.incomplete()) {
            objects_.push_back(std::move(object));
            return;
        }
        if (object.kind == "secret") object.proof = proof_of_secret(token_, handle);
        if (object.kind == "private") private_.emplace_back(objects_.size(), handle);
        if (object.kind == "public") {
            PublicKey key = public_key(token_, handle);
            object.proof = key ? fingerprint_of(key) : "no public key";
            public_.insert_or_assign(object.id, std::move(key));
        }
        objects_.push_back(std::move(object));
    }

    [[nodiscard]] std::string proof_of_private(CK_OBJECT_HANDLE handle, const std::string& id) const {
        const bool rsa = token_.number(handle, CKA_KEY_TYPE) == CKK_RSA;
        const auto outcome = rsa ? token_.sign(handle, CKM_SHA256_RSA_PKCS, message)
                                 : token_.sign(handle, CKM_ECDSA, digest(message));
        if (!outcome.failure.empty()) return outcome.failure;
        const auto half = public_.find(id);
        if (half == public_.end()) return "no public object";
        return verifies(half->second, message, outcome.octets) ? fingerprint_of(half->second)
                                                               : "signs with another key";
    }

    const OpenToken& token_;
    std::vector<HeldObject> objects_;
    std::vector<std::pair<std::size_t, CK_OBJECT_HANDLE>> private_;
    std::map<std::string, PublicKey> public_;
};

}  // namespace

HeldMap held_objects(const Home& home, const std::vector<std::string>& tokens) {
    const Module module(home);
    HeldMap held;
    for (const std::string& label : tokens)
        held[label] = Reading(OpenToken(module, label, home.pin(label))).take();
    return held;
}

}  // namespace keyward::e2e
