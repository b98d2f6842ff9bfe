#pragma once

#include <memory>
#include <new>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/provider.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/bytes.hpp"

namespace keyward {

/// The owners of OpenSSL's objects, one for each type that the product uses. None is thread-safe.

/// Frees an OpenSSL handle with the function given.
template <auto function>
struct Freed {
    template <typename Handle>
    void operator()(Handle* handle) const noexcept {
        function(handle);
    }
};

inline void free_extensions(STACK_OF(X509_EXTENSION) * extensions) {
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
}

/// Numbers are cleared when freed: most of them are secret.
using BnPtr = std::unique_ptr<BIGNUM, Freed<BN_clear_free>>;
using BnCtxPtr = std::unique_ptr<BN_CTX, Freed<BN_CTX_free>>;
using BnMontPtr = std::unique_ptr<BN_MONT_CTX, Freed<BN_MONT_CTX_free>>;
using EcGroupPtr = std::unique_ptr<EC_GROUP, Freed<EC_GROUP_free>>;
using EcPointPtr = std::unique_ptr<EC_POINT, Freed<EC_POINT_clear_free>>;
using EcdsaSigPtr = std::unique_ptr<ECDSA_SIG, Freed<ECDSA_SIG_free>>;
using PkeyPtr = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using PkeyCtxPtr = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>>;
using DigestCtxPtr = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;
using CipherPtr = std::unique_ptr<EVP_CIPHER, Freed<EVP_CIPHER_free>>;
using CipherCtxPtr = std::unique_ptr<EVP_CIPHER_CTX, Freed<EVP_CIPHER_CTX_free>>;
using MacPtr = std::unique_ptr<EVP_MAC, Freed<EVP_MAC_free>>;
using MacCtxPtr = std::unique_ptr<EVP_MAC_CTX, Freed<EVP_MAC_CTX_free>>;
using ParamBuildPtr = std::unique_ptr<OSSL_PARAM_BLD, Freed<OSSL_PARAM_BLD_free>>;
using ParamsPtr = std::unique_ptr<OSSL_PARAM, Freed<OSSL_PARAM_free>>;
using ObjectPtr = std::unique_ptr<ASN1_OBJECT, Freed<ASN1_OBJECT_free>>;
using Asn1StringPtr = std::unique_ptr<ASN1_STRING, Freed<ASN1_STRING_free>>;
using AlgorithmPtr = std::unique_ptr<X509_ALGOR, Freed<X509_ALGOR_free>>;
using Pkcs8Ptr = std::unique_ptr<PKCS8_PRIV_KEY_INFO, Freed<PKCS8_PRIV_KEY_INFO_free>>;
using X509NamePtr = std::unique_ptr<X509_NAME, Freed<X509_NAME_free>>;
using X509RequestPtr = std::unique_ptr<X509_REQ, Freed<X509_REQ_free>>;
using GeneralNamePtr = std::unique_ptr<GENERAL_NAME, Freed<GENERAL_NAME_free>>;
using GeneralNamesPtr = std::unique_ptr<GENERAL_NAMES, Freed<GENERAL_NAMES_free>>;
using ExtensionsPtr = std::unique_ptr<STACK_OF(X509_EXTENSION), Freed<free_extensions>>;
using ProviderPtr = std::unique_ptr<OSSL_PROVIDER, Freed<OSSL_PROVIDER_unload>>;

/// Throws std::runtime_error when OpenSSL itself fails (no memory, no provider), as opposed to a wrong key.
void require(bool openssl_succeeded);

/// Checks a handle that OpenSSL has allocated. Allocation fails only when memory is short; throws
/// std::bad_alloc.
template <typename Pointer>
Pointer made(Pointer pointer) {
    if (!pointer) throw std::bad_alloc();
    return pointer;
}

/// DER of a public structure, made by its i2d function.
template <auto i2d, typename Structure>
Bytes der_of(Structure& structure) {
    const int size = i2d(&structure, nullptr);
    require(size > 0);
    Bytes der(static_cast<std::size_t>(size));
    unsigned char* out = der.data();
    require(i2d(&structure, &out) == size);
    return der;
}

/// The structure that these octets are, read by its d2i function; the octets are DER of our own. Throws
/// std::runtime_error when they are not.
template <typename Pointer, auto d2i>
Pointer structure_of(ByteView der) {
    const unsigned char* next = der.data();
    Pointer structure(d2i(nullptr, &next, static_cast<long>(der.size())));
    require(structure != nullptr);
    return structure;
}

inline BnPtr new_number() {
    return made(BnPtr(BN_new()));
}

inline BnPtr number_from(ByteView octets) {
    return made(BnPtr(BN_bin2bn(octets.data(), static_cast<int>(octets.size()), nullptr)));
}

/// A number that OpenSSL should handle in constant time.
inline BnPtr secret_number_from(ByteView octets) {
    BnPtr number = number_from(octets);
    BN_set_flags(number.get(), BN_FLG_CONSTTIME);
    return number;
}

/// Restores OpenSSL's error queue of this thread: a refused key must not show up in an unrelated error.
class QuietErrors {
  public:
    QuietErrors() { ERR_set_mark(); }
    ~QuietErrors() { ERR_pop_to_mark(); }
    QuietErrors(const QuietErrors&) = delete;
    QuietErrors& operator=(const QuietErrors&) = delete;
    QuietErrors(QuietErrors&&) = delete;
    QuietErrors& operator=(QuietErrors&&) = delete;
};

}  // namespace keyward
