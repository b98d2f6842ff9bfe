#include "keys/public/openssl_public_key.hpp"

#include <openssl/core_names.h>
#include <openssl/objects.h>

#include "keys/ec_curve.hpp"

namespace keyward::keys {
namespace {

PkeyPtr key_from(const char* algorithm, OSSL_PARAM_BLD& builder) {
    const ParamsPtr parameters = made(ParamsPtr(OSSL_PARAM_BLD_to_param(&builder)));
    const PkeyCtxPtr context = made(PkeyCtxPtr(EVP_PKEY_CTX_new_from_name(nullptr, algorithm, nullptr)));
    EVP_PKEY* key = nullptr;
    require(EVP_PKEY_fromdata_init(context.get()) == 1);
    require(EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) == 1);
    return PkeyPtr(key);
}

}  // namespace

PkeyPtr openssl_public_key(const RsaPublicKey& key) {
    const BnPtr modulus = number_from(key.modulus);
    const BnPtr exponent = number_from(key.public_exponent);
    const ParamBuildPtr builder = made(ParamBuildPtr(OSSL_PARAM_BLD_new()));
    require(OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) == 1);
    require(OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) == 1);
    return key_from("RSA", *builder);
}

PkeyPtr openssl_public_key(const EcPublicKey& key) {
    const ParamBuildPtr builder = made(ParamBuildPtr(OSSL_PARAM_BLD_new()));
    require(OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME,
                                            OBJ_nid2sn(facts_of(key.curve).nid), 0) == 1);
    require(OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, key.point.data(),
                                             key.point.size()) == 1);
    return key_from("EC", *builder);
}

PkeyPtr openssl_public_key(const Ed25519PublicKey& key) {
    PkeyPtr handle(
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.point.data(), key.point.size()));
    require(handle != nullptr);
    return handle;
}

}  // namespace keyward::keys
