#include "x509/certificate_request.hpp"

#include <stdexcept>

#include "keys/decode/pem.hpp"
#include "keys/public/openssl_public_key.hpp"

namespace keyward::x509 {
namespace {

/// Extensions (RFC 5280 section 4.1) with the alternative names as the only one.
ExtensionsPtr extensions(const std::vector<Bytes>& names) {
    const GeneralNamesPtr all = made(GeneralNamesPtr(GENERAL_NAMES_new()));
    for (const Bytes& der : names) {
        auto name = structure_of<GeneralNamePtr, d2i_GENERAL_NAME>(der);
        require(sk_GENERAL_NAME_push(all.get(), name.get()) > 0);
        static_cast<void>(name.release());
    }
    STACK_OF(X509_EXTENSION)* list = nullptr;
    const int added = X509V3_add1_i2d(&list, NID_subject_alt_name, all.get(), 0, X509V3_ADD_DEFAULT);
    ExtensionsPtr owner(list);
    require(added == 1);
    return owner;
}

X509RequestPtr request_without_signature(const Bytes& subject, const std::vector<Bytes>& alternative_names,
                                         const keys::PublicKey& key, const Bytes& algorithm) {
    if (alternative_names.size() > most_alternative_names)
        throw NameFormatError("holds " + std::to_string(alternative_names.size()) +
                              " names, expected at most " + std::to_string(most_alternative_names));
    const QuietErrors quiet;
    X509RequestPtr request = made(X509RequestPtr(X509_REQ_new()));
    const PkeyPtr handle = std::visit([](const auto& each) { return openssl_public_key(each); }, key);
    require(X509_REQ_set_version(request.get(), X509_REQ_VERSION_1) == 1);
    require(X509_REQ_set_subject_name(request.get(),
                                      structure_of<X509NamePtr, d2i_X509_NAME>(subject).get()) == 1);
    require(X509_REQ_set_pubkey(request.get(), handle.get()) == 1);
    if (!alternative_names.empty())
        require(X509_REQ_add_extensions(request.get(), extensions(alternative_names).get()) == 1);
    require(X509_REQ_set1_signature_algo(request.get(),
                                         structure_of<AlgorithmPtr, d2i_X509_ALGOR>(algorithm).get()) == 1);
    return request;
}

/// A BIT STRING of whole octets. Without the flag OpenSSL leaves zero bits at its end out.
Asn1StringPtr bit_string(ByteView octets) {
    Asn1StringPtr bits = made(Asn1StringPtr(ASN1_BIT_STRING_new()));
    require(ASN1_STRING_set(bits.get(), octets.data(), static_cast<int>(octets.size())) == 1);
    bits->flags |= ASN1_STRING_FLAG_BITS_LEFT;
    return bits;
}

}  // namespace

CertificateRequest::CertificateRequest(const Bytes& subject, const std::vector<Bytes>& alternative_names,
                                       const keys::PublicKey& key, keys::RequestSignature signature)
    : unsigned_(
          request_without_signature(subject, alternative_names, key, keys::signature_algorithm(signature))),
      to_be_signed_(der_of<i2d_re_X509_REQ_tbs>(*unsigned_)) {}

std::string CertificateRequest::pem(ByteView signature) const {
    const QuietErrors quiet;
    const X509RequestPtr request = made(X509RequestPtr(X509_REQ_dup(unsigned_.get())));
    X509_REQ_set0_signature(request.get(), bit_string(signature).release());
    if (X509_REQ_verify(request.get(), X509_REQ_get0_pubkey(request.get())) != 1)
        throw std::runtime_error("the signature does not fit the key of the certificate request");
    return keys::pem_block("CERTIFICATE REQUEST", der_of<i2d_X509_REQ>(*request));
}

}  // namespace keyward::x509
