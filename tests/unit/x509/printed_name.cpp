#include "tests/unit/x509/printed_name.hpp"

#include <openssl/bio.h>

#include "crypto/openssl_ptr.hpp"

namespace keyward::x509::testing {

std::string printed_name(ByteView der) {
    constexpr unsigned long form =
        XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB | XN_FLAG_DUMP_UNKNOWN_FIELDS);
    const unsigned char* next = der.data();
    const X509NamePtr name(d2i_X509_NAME(nullptr, &next, static_cast<long>(der.size())));
    require(name != nullptr && next == der.data() + der.size());
    const std::unique_ptr<BIO, Freed<BIO_free_all>> out(BIO_new(BIO_s_mem()));
    require(X509_NAME_print_ex(out.get(), name.get(), 0, form) >= 0);
    char* characters = nullptr;
    const long size = BIO_get_mem_data(out.get(), &characters);
    return {characters, static_cast<std::size_t>(size)};
}

}  // namespace keyward::x509::testing
