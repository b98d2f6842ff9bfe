#include "x509/distinguished_name.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "x509/attribute_type.hpp"
#include "x509/name_text.hpp"

namespace keyward::x509 {
namespace {

/// `part 2 (O)`; for a type without a name `part 2`.
std::string place(std::size_t part, int nid) {
    return "part " + std::to_string(part) +
           (nid == NID_undef ? "" : " (" + std::string(OBJ_nid2sn(nid)) + ")");
}

std::size_t characters_in(std::string_view utf8) {
    return static_cast<std::size_t>(
        std::ranges::count_if(utf8, [](char c) { return (static_cast<std::uint8_t>(c) & 0xC0U) != 0x80U; }));
}

bool is_letter(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool is_country(int nid) {
    return nid == NID_countryName || nid == NID_jurisdictionCountryName;
}

/// Explains why OpenSSL's table of string types refuses a value.
[[noreturn]] void refuse_value(std::string_view value, int nid, std::size_t part) {
    const int reason = ERR_GET_REASON(ERR_peek_last_error());
    const ASN1_STRING_TABLE* const limits = ASN1_STRING_TABLE_get(nid);
    if (limits == nullptr || (reason != ASN1_R_STRING_TOO_LONG && reason != ASN1_R_ILLEGAL_CHARACTERS))
        throw std::runtime_error("OpenSSL can't write " + place(part, nid) + " of a name");
    if (reason == ASN1_R_STRING_TOO_LONG)
        throw NameFormatError("has " + std::to_string(characters_in(value)) + " characters in " +
                              place(part, nid) + ", expected at most " + std::to_string(limits->maxsize));
    const bool printable = (limits->mask & B_ASN1_PRINTABLESTRING) != 0;
    throw NameFormatError(
        "has a character in " + place(part, nid) + " that its type does not have, expected " +
        (printable ? "letters, digits, spaces and ' ( ) + , - . / : = ? only" : "those of ASCII only"));
}

class NameBuilder {
  public:
    NameBuilder() : name_(made(X509NamePtr(X509_NAME_new()))) {}

    void add(const NamePart& attributes, std::size_t part) {
        std::vector<ObjectPtr> had;
        for (const NameAttribute& attribute : attributes) {
            ObjectPtr type = attribute_type(attribute.type);
            if (!type)
                throw NameFormatError(
                    "has a type in " + place(part, NID_undef) +
                    " that is not known, expected CN, O, OU, C, ST, L, street, postalCode, DC, UID, "
                    "serialNumber, emailAddress, another name that OpenSSL has for types of X.520, or a "
                    "dotted number");
            for (const ObjectPtr& earlier : had)
                if (OBJ_cmp(earlier.get(), type.get()) == 0)
                    throw NameFormatError("has the same type twice in " +
                                          place(part, OBJ_obj2nid(type.get())) +
                                          ", expected different ones between plus signs");
            // 0 begins a part, -1 adds to the previous one.
            append(*type, attribute.value, part, had.empty() ? 0 : -1);
            had.push_back(std::move(type));
        }
    }

    [[nodiscard]] Bytes der() const { return der_of<i2d_X509_NAME>(*name_); }

  private:
    void append(const ASN1_OBJECT& type, std::string_view value, std::size_t part, int set) {
        const int nid = OBJ_obj2nid(&type);
        if (is_country(nid) && (value.size() != 2 || !std::ranges::all_of(value, is_letter)))
            throw NameFormatError("has no country in " + place(part, nid) +
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
        throw NameFormatError(
            "must not be empty: a certificate request needs a subject, as CN=www.example.org");
    if (text.size() > longest_subject)
        throw NameFormatError("is " + std::to_string(text.size()) + " bytes long, expected at most " +
                              std::to_string(longest_subject));
    const std::vector<NamePart> parts = name_parts(text);
    const QuietErrors quiet;
    NameBuilder name;
    for (std::size_t part = parts.size(); part > 0; --part)
        name.add(parts[part - 1], part);
    return name.der();
}

}  // namespace keyward::x509
