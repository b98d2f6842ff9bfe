#include "x509/attribute_type.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <openssl/objects.h>

#include "x509/dotted.hpp"

namespace keyward::x509 {
namespace {

/// The accepted types, from X.520, RFC 4519, RFC 2985 and the CA/Browser Forum. OpenSSL's table of objects
/// has their names.
constexpr std::array types{
    NID_commonName,
    NID_organizationName,
    NID_organizationalUnitName,
    NID_countryName,
    NID_stateOrProvinceName,
    NID_localityName,
    NID_streetAddress,
    NID_postalCode,
    NID_postOfficeBox,
    NID_domainComponent,
    NID_userId,
    NID_serialNumber,
    NID_pkcs9_emailAddress,
    NID_rfc822Mailbox,
    NID_surname,
    NID_givenName,
    NID_initials,
    NID_generationQualifier,
    NID_name,
    NID_pseudonym,
    NID_title,
    NID_description,
    NID_dnQualifier,
    NID_businessCategory,
    NID_telephoneNumber,
    NID_organizationIdentifier,
    NID_pkcs9_unstructuredName,
    NID_pkcs9_unstructuredAddress,
    NID_jurisdictionLocalityName,
    NID_jurisdictionStateOrProvinceName,
    NID_jurisdictionCountryName,
};

struct Alias {
    std::string_view name;
    int nid;
};
constexpr std::array aliases{
    Alias{"S", NID_stateOrProvinceName},
    Alias{"E", NID_pkcs9_emailAddress},
    Alias{"email", NID_pkcs9_emailAddress},
};

constexpr char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_name(std::string_view left, std::string_view right) {
    return std::ranges::equal(left, right, {}, lower, lower);
}

int nid_of(std::string_view type) {
    for (const Alias& alias : aliases)
        if (same_name(type, alias.name)) return alias.nid;
    for (const int nid : types)
        if (same_name(type, OBJ_nid2sn(nid)) || same_name(type, OBJ_nid2ln(nid))) return nid;
    return NID_undef;
}

/// `numericoid` of RFC 4512 section 1.4. OpenSSL would also accept spaces and leading zeros.
bool is_dotted_number(std::string_view type) {
    const std::vector<std::string_view> numbers = between_dots(type);
    return numbers.size() > 1 && std::ranges::all_of(numbers, [](std::string_view number) {
               return !number.empty() && number.find_first_not_of("0123456789") == std::string_view::npos &&
                      (number.size() == 1 || number.front() != '0');
           });
}

}  // namespace

ObjectPtr attribute_type(std::string_view type) {
    if (is_dotted_number(type)) return ObjectPtr(OBJ_txt2obj(std::string(type).c_str(), 1));
    const int nid = nid_of(type);
    return nid == NID_undef ? nullptr : made(ObjectPtr(OBJ_dup(OBJ_nid2obj(nid))));
}

}  // namespace keyward::x509
