#include "x509/certificate_request.hpp"

#include <stdexcept>

#include "keys/decode/der_reader.hpp"
#include "keys/decode/der_writer.hpp"
#include "keys/decode/pem.hpp"
#include "keys/public/openssl_public_key.hpp"

namespace keyward::x509 {
namespace {

using namespace std::string_view_literals;

constexpr auto subject_alternative_name = "\x06\x03\x55\x1D\x11"sv;  // RFC 5280 section 4.2.1.6

X509NamePtr name_from(const Bytes& der) {
    const unsigned char* next = der.data();
    X509NamePtr name(d2i_X509_NAME(nullptr, &next, static_cast<long>(der.size())));
    require(name != nullptr);
    return name;
}

/// Extensions (RFC 5280 section 4.1) with the alternative names as the only one.
Bytes extensions(const std::vector<Bytes>& names) {
    Bytes all;
    for (const Bytes& name : names)
        all.insert(all.end(), name.begin(), name.end());
    const Bytes value =
        keys::der::element(keys::der::octet_string, {keys::der::element(keys::der::sequence, {all})});
    return keys::der::element(
        keys::der::sequence,
        {keys::der::element(keys::der::sequence, {as_bytes(subject_alternative_name), value})});
}

Bytes information(const Bytes& subject, const std::vector<Bytes>& alternative_names,
                  const keys::PublicKey& key) {
    if (alternative_names.size() > most_alternative_names)
        throw NameFormatError("holds " + std::to_string(alternative_names.size()) +
                              " names, expected at most " + std::to_string(most_alternative_names));
    const QuietErrors quiet;
    const X509RequestPtr request = made(X509RequestPtr(X509_REQ_new()));
    const PkeyPtr handle = std::visit([](const auto& each) { return openssl_public_key(each); }, key);
    require(X509_REQ_set_version(request.get(), X509_REQ_VERSION_1) == 1);
    require(X509_REQ_set_subject_name(request.get(), name_from(subject).get()) == 1);
    require(X509_REQ_set_pubkey(request.get(), handle.get()) == 1);
    if (!alternative_names.empty()) {
        const Bytes value = extensions(alternative_names);
        require(X509_REQ_add1_attr_by_NID(request.get(), NID_ext_req, V_ASN1_SEQUENCE, value.data(),
                                          static_cast<int>(value.size())) == 1);
    }
    return der_of<i2d_re_X509_REQ_tbs>(*request);
}

bool verifies(ByteView der) {
    const QuietErrors quiet;
    const unsigned char* next = der.data();
    const X509RequestPtr request(d2i_X509_REQ(nullptr, &next, static_cast<long>(der.size())));
    require(request != nullptr);
    return X509_REQ_verify(request.get(), X509_REQ_get0_pubkey(request.get())) == 1;
}

}  // namespace

CertificateRequest::CertificateRequest(const Bytes& subject, const std::vector<Bytes>& alternative_names,
                                       const keys::PublicKey& key, keys::RequestSignature signature)
    : to_be_signed_(information(subject, alternative_names, key)),
      algorithm_(keys::signature_algorithm(signature)) {}

std::string CertificateRequest::pem(ByteView signature) const {
    static constexpr std::uint8_t no_unused_bits = 0;
    const Bytes bits = keys::der::element(keys::der::bit_string, {ByteView(&no_unused_bits, 1), signature});
    const Bytes der = keys::der::element(keys::der::sequence, {to_be_signed_, algorithm_, bits});
    if (!verifies(der))
        throw std::runtime_error("the signature does not fit the key of the certificate request");
    return keys::pem_block("CERTIFICATE REQUEST", der);
}

}  // namespace keyward::x509
