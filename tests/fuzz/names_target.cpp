#include <algorithm>
#include <optional>

#include <openssl/x509v3.h>

#include "base/client_text.hpp"
#include "crypto/openssl_ptr.hpp"
#include "tests/fuzz/repetition.hpp"
#include "tests/fuzz/target.hpp"
#include "tests/unit/x509/printed_name.hpp"
#include "x509/distinguished_name.hpp"
#include "x509/general_name.hpp"
#include "x509/name_text.hpp"

namespace keyward::fuzz {
namespace {

using namespace x509;

void check_refusal_text(std::string_view reason, std::string_view input) {
    expect(reason.size() > 8 && reason.size() < 400, "a refusal's reason is short");
    expect(!repeats(reason, input,
                    {"serialNumber", "emailAddress", "unstructuredName", "unstructuredAddress",
                     "businessCategory", "generationQualifier", "organizationIdentifier", "telephoneNumber",
                     "postOfficeBox", "rfc822Mailbox", "jurisdictionST", "jurisdictionL", "jurisdictionC"}),
           "a refusal's reason repeats nothing of the name");
}

/// The same parts, with every octet of a value in hexadecimal.
std::string escaped(const std::vector<NamePart>& parts) {
    std::string text;
    for (const NamePart& part : parts) {
        text += text.empty() ? "" : ",";
        for (const NameAttribute& attribute : part) {
            if (&attribute != &part.front()) text += '+';
            text.append(attribute.type).append("=");
            for (const char octet : attribute.value)
                text += '\\' + to_hex(as_bytes({&octet, 1}));
        }
    }
    return text;
}

bool is_same(const NameAttribute& one, const NameAttribute& other) {
    return one.type == other.type && one.value == other.value;
}

bool is_same_part(const NamePart& one, const NamePart& other) {
    return std::ranges::equal(one, other, is_same);
}

/// What a reader makes of the input; nothing when it refuses it.
template <typename Read>
auto accepted(Read read, std::string_view input) -> std::optional<decltype(read(input))> {
    try {
        return read(input);
    } catch (const NameFormatError& refusal) {
        check_refusal_text(refusal.what(), input);
        return std::nullopt;
    }
}

void check_parts(std::string_view input) {
    const auto parts = accepted(name_parts, input);
    if (!parts) return;
    for (const NamePart& part : *parts)
        for (const NameAttribute& attribute : part)
            expect(!attribute.value.empty() && is_utf8(attribute.value) &&
                       !has_control_characters(attribute.value),
                   "a value is plain text");
    const std::string text = escaped(*parts);
    const auto again = accepted(name_parts, text);
    expect(again && std::ranges::equal(*parts, *again, is_same_part), "escapes do not matter");
}

/// OpenSSL prints names of its own for dotted numbers, also of types that do not occur in subjects, and cuts
/// off long numbers. It does not escape a value of one number sign.
bool is_printed_otherwise(const std::vector<NamePart>& parts) {
    return std::ranges::any_of(parts, [](const NamePart& part) {
        return std::ranges::any_of(part, [](const NameAttribute& attribute) {
            return attribute.type.find('.') != std::string_view::npos || attribute.value == "#";
        });
    });
}

bool check_subject(std::string_view input) {
    const auto name = accepted(subject_name, input);
    if (!name) return false;
    expect(name->size() <= 16 + 16 * input.size(), "a name is not much longer than its text");
    const std::string printed = testing::printed_name(*name);
    if (printed.size() > longest_subject) return true;
    const auto again = accepted(subject_name, printed);
    expect(again == *name || is_printed_otherwise(name_parts(input)),
           "what OpenSSL prints of a name is the same name");
    return true;
}

/// What OpenSSL reads in a GeneralName.
std::string content_of(const Bytes& der) {
    const unsigned char* next = der.data();
    const GeneralNamePtr name(d2i_GENERAL_NAME(nullptr, &next, static_cast<long>(der.size())));
    expect(name != nullptr && next == der.data() + der.size(), "OpenSSL reads an alternative name");
    const ASN1_STRING* const content = name->type == GEN_IPADD ? name->d.iPAddress : name->d.ia5;
    return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(content)),
            static_cast<std::size_t>(ASN1_STRING_length(content))};
}

bool check_alternative(std::string_view input) {
    const auto name = accepted(general_name, input);
    if (!name) return false;
    const std::string content = content_of(*name);
    expect(std::ranges::all_of(input, [](char c) { return c > ' ' && c < '\x7F'; }),
           "an alternative name is ASCII");
    if (input.starts_with("IP:"))
        expect(content.size() == 4 || content.size() == 16, "an address is IPv4 or IPv6");
    else
        expect(content == input.substr(input.find(':') + 1), "an alternative name is as sent");
    return true;
}

}  // namespace

bool check_names(std::string_view input) {
    check_parts(input);
    const bool is_subject = check_subject(input);
    return check_alternative(input) || is_subject;
}

}  // namespace keyward::fuzz
