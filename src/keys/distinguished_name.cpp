#include "keys/distinguished_name.hpp"

#include <algorithm>
#include <array>
#include <ranges>
#include <string>

#include <openssl/asn1.h>
#include <openssl/objects.h>

#include "core/utf8.hpp"
#include "keys/name_text.hpp"
#include "keys/x509_ptr.hpp"

namespace keyward::keys {
namespace {

/// The types that may be named, of X.520, RFC 4519, RFC 2985 and the CA/Browser Forum. OpenSSL's table of
/// objects has their names.
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

bool is_letter(char c) {
    return lower(c) >= 'a' && lower(c) <= 'z';
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

/// `numericoid` of RFC 4512 section 1.4: OpenSSL would also take spaces and leading zeros.
bool is_dotted_number(std::string_view type) {
    std::size_t numbers = 0;
    for (const auto part : std::views::split(type, '.')) {
        const std::string_view number(part.begin(), part.end());
        if (number.empty() || number.find_first_not_of("0123456789") != std::string_view::npos ||
            (number.size() > 1 && number.front() == '0'))
            return false;
        ++numbers;
    }
    return numbers > 1;
}

/// Null when there is no such type.
ObjectPtr type_of(std::string_view type) {
    if (is_dotted_number(type)) return ObjectPtr(OBJ_txt2obj(std::string(type).c_str(), 1));
    const int nid = nid_of(type);
    return nid == NID_undef ? nullptr : made(ObjectPtr(OBJ_dup(OBJ_nid2obj(nid))));
}

/// `part 2 (O)`; a type without a name is `part 2`.
std::string place(std::size_t part, int nid) {
    return "part " + std::to_string(part) +
           (nid == NID_undef ? "" : " (" + std::string(OBJ_nid2sn(nid)) + ")");
}

std::size_t characters_in(std::string_view utf8) {
    return static_cast<std::size_t>(
        std::ranges::count_if(utf8, [](char c) { return (static_cast<std::uint8_t>(c) & 0xC0U) != 0x80U; }));
}

bool is_country(int nid) {
    return nid == NID_countryName || nid == NID_jurisdictionCountryName;
}

/// What OpenSSL's table of string types has against a value.
[[noreturn]] void refuse_value(std::string_view value, int nid, std::size_t part) {
    const int reason = ERR_GET_REASON(ERR_peek_last_error());
    const ASN1_STRING_TABLE* const limits = ASN1_STRING_TABLE_get(nid);
    require(limits != nullptr && (reason == ASN1_R_STRING_TOO_LONG || reason == ASN1_R_ILLEGAL_CHARACTERS));
    if (reason == ASN1_R_STRING_TOO_LONG)
        throw UnusableName("has " + std::to_string(characters_in(value)) + " characters in " +
                           place(part, nid) + ", expected at most " + std::to_string(limits->maxsize));
    const bool printable = (limits->mask & B_ASN1_PRINTABLESTRING) != 0;
    throw UnusableName(
        "has a character in " + place(part, nid) + " that its type does not have, expected " +
        (printable ? "letters, digits, spaces and ' ( ) + , - . / : = ? only" : "those of ASCII only"));
}

class NameBuilder {
  public:
    NameBuilder() : name_(made(X509NamePtr(X509_NAME_new()))) {}

    void add(const NamePart& attributes, std::size_t part) {
        std::vector<ObjectPtr> had;
        for (const NameAttribute& attribute : attributes) {
            ObjectPtr type = type_of(attribute.type);
            if (!type)
                throw UnusableName(
                    "has a type in " + place(part, NID_undef) +
                    " that is not known, expected CN, O, OU, C, ST, L, street, postalCode, DC, UID, "
                    "serialNumber, emailAddress, another name that OpenSSL has for types of X.520, or a "
                    "dotted number");
            for (const ObjectPtr& earlier : had)
                if (OBJ_cmp(earlier.get(), type.get()) == 0)
                    throw UnusableName("has the same type twice in " + place(part, OBJ_obj2nid(type.get())) +
                                       ", expected different ones between plus signs");
            // 0 begins a part, -1 adds to the one before.
            append(*type, attribute.value, part, had.empty() ? 0 : -1);
            had.push_back(std::move(type));
        }
    }

    [[nodiscard]] Bytes der() const { return der_of<i2d_X509_NAME>(*name_); }

  private:
    void append(const ASN1_OBJECT& type, std::string_view value, std::size_t part, int set) {
        const int nid = OBJ_obj2nid(&type);
        if (is_country(nid) && (value.size() != 2 || !std::ranges::all_of(value, is_letter)))
            throw UnusableName("has no country in " + place(part, nid) +
                               ", expected two letters of ISO 3166, as in C=DE");
        const auto* const octets = reinterpret_cast<const unsigned char*>(value.data());
        if (X509_NAME_add_entry_by_OBJ(name_.get(), &type, MBSTRING_UTF8, octets,
                                       static_cast<int>(value.size()), -1, set) != 1)
            refuse_value(value, nid, part);
    }

    X509NamePtr name_;
};

}  // namespace

Bytes subject_name(std::string_view text) {
    if (text.empty())
        throw UnusableName("must not be empty: a certificate request needs a subject, as CN=www.example.org");
    if (text.size() > longest_subject)
        throw UnusableName("is " + std::to_string(text.size()) + " bytes long, expected at most " +
                           std::to_string(longest_subject));
    const std::vector<NamePart> parts = name_parts(text);
    const QuietErrors quiet;
    NameBuilder name;
    for (std::size_t part = parts.size(); part > 0; --part)
        name.add(parts[part - 1], part);
    return name.der();
}

}  // namespace keyward::keys
