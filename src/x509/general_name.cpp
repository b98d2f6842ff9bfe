#include "x509/general_name.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include <arpa/inet.h>

#include "base/client_text.hpp"
#include "crypto/openssl_ptr.hpp"
#include "x509/dotted.hpp"

namespace keyward::x509 {
namespace {

constexpr std::size_t longest_label = 63;     // RFC 1035 section 2.3.4
constexpr std::size_t longest_host = 253;     // the same, without the length octets at both ends
constexpr std::size_t longest_mailbox = 64;   // RFC 5321 section 4.5.3.1.1
constexpr std::size_t longest_address = 254;  // RFC 5321 section 4.5.3.1.3, without < and >

constexpr std::string_view letters_and_digits =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

bool is_of(std::string_view text, std::string_view others) {
    return std::ranges::all_of(text, [others](char c) {
        return letters_and_digits.find(c) != std::string_view::npos ||
               others.find(c) != std::string_view::npos;
    });
}

void check_length(std::string_view what, std::size_t found, std::size_t limit) {
    if (found > limit)
        throw NameFormatError("has " + std::string(what) + " of " + std::to_string(found) +
                              " bytes, expected at most " + std::to_string(limit));
}

std::optional<Bytes> address_of(std::string_view text) {
    const std::string terminated(text);
    Bytes address(sizeof(in6_addr));
    if (inet_pton(AF_INET6, terminated.c_str(), address.data()) == 1) return address;
    address.resize(sizeof(in_addr));
    if (inet_pton(AF_INET, terminated.c_str(), address.data()) == 1) return address;
    return std::nullopt;
}

void check_label(std::string_view label) {
    if (label.empty())
        throw NameFormatError("has an empty label, expected names between the dots and no dot at either end");
    check_length("a label", label.size(), longest_label);
    if (!is_of(label, "-"))
        throw NameFormatError(
            "has a character that is not of a host name, expected letters, digits, hyphens and dots, another "
            "script as xn--, and * only as the whole first label");
    if (label.starts_with('-') || label.ends_with('-'))
        throw NameFormatError("has a label with a hyphen at its start or end");
}

void check_host(std::string_view host) {
    for (const std::string_view label : between_dots(host))
        check_label(label);
}

Bytes dns(std::string_view name) {
    if (address_of(name)) throw NameFormatError("is an address, expected IP: before it in place of DNS:");
    check_length("a host name", name.size(), longest_host);
    check_host(name.starts_with("*.") ? name.substr(2) : name);
    return {name.begin(), name.end()};
}

Bytes ip(std::string_view text) {
    std::optional<Bytes> address = address_of(text);
    if (!address)
        throw NameFormatError(
            "is no address, expected IPv4 as 192.0.2.1 or IPv6 as 2001:db8::1, without a prefix length, zone "
            "or port");
    return *std::move(address);
}

Bytes email(std::string_view address) {
    const std::size_t at = address.find('@');
    if (at == std::string_view::npos || at == 0)
        throw NameFormatError("is no email address, expected as in somebody@example.org");
    const std::string_view mailbox = address.substr(0, at);
    check_length("an email address", address.size(), longest_address);
    check_length("a mailbox before the @", mailbox.size(), longest_mailbox);
    // Dot-string of RFC 5321 section 4.1.2.
    if (!is_of(mailbox, ".!#$%&'*+-/=?^_`{|}~") || mailbox.starts_with('.') || mailbox.ends_with('.') ||
        mailbox.find("..") != std::string_view::npos)
        throw NameFormatError(
            "has a mailbox before the @ that can't be used, expected letters, digits, single dots between "
            "them and ! # $ % & ' * + - / = ? ^ _ ` { | } ~");
    check_host(address.substr(at + 1));
    return {address.begin(), address.end()};
}

bool has_loose_percent(std::string_view uri) {
    for (std::size_t i = uri.find('%'); i != std::string_view::npos; i = uri.find('%', i + 1))
        if (i + 2 >= uri.size() || !is_hex_digit(uri[i + 1]) || !is_hex_digit(uri[i + 2])) return true;
    return false;
}

Bytes uri(std::string_view text) {
    check_length("a URI", text.size(), longest_uri);
    // RFC 3986 section 3.1; RFC 5280 section 4.2.1.6 forbids relative URIs.
    const std::size_t colon = text.find(':');
    const std::string_view scheme = text.substr(0, colon);
    if (colon == std::string_view::npos || scheme.empty() || !is_of(scheme, "+-.") ||
        !is_of(scheme.substr(0, 1), "") || (scheme.front() >= '0' && scheme.front() <= '9'))
        throw NameFormatError("is a URI without a scheme, expected as in https://example.org/");
    if (colon + 1 == text.size()) throw NameFormatError("is a URI with nothing behind its scheme");
    if (!is_of(text, "-._~:/?#[]@!$&'()*+,;=%") || has_loose_percent(text))
        throw NameFormatError(
            "has a character that is not of a URI (RFC 3986), expected it as % and two "
            "hexadecimal digits");
    return {text.begin(), text.end()};
}

/// A choice of RFC 5280's GeneralName, and OpenSSL's codes of it and of its string.
struct Kind {
    std::string_view prefix;
    int choice;
    int string;
    Bytes (*octets)(std::string_view);
};
constexpr std::array kinds{
    Kind{.prefix = "email:", .choice = GEN_EMAIL, .string = V_ASN1_IA5STRING, .octets = email},
    Kind{.prefix = "DNS:", .choice = GEN_DNS, .string = V_ASN1_IA5STRING, .octets = dns},
    Kind{.prefix = "URI:", .choice = GEN_URI, .string = V_ASN1_IA5STRING, .octets = uri},
    Kind{.prefix = "IP:", .choice = GEN_IPADD, .string = V_ASN1_OCTET_STRING, .octets = ip},
};

Bytes encoded(const Kind& kind, const Bytes& octets) {
    Asn1StringPtr value = made(Asn1StringPtr(ASN1_STRING_type_new(kind.string)));
    require(ASN1_STRING_set(value.get(), octets.data(), static_cast<int>(octets.size())) == 1);
    const GeneralNamePtr name = made(GeneralNamePtr(GENERAL_NAME_new()));
    GENERAL_NAME_set0_value(name.get(), kind.choice, value.release());
    return der_of<i2d_GENERAL_NAME>(*name);
}

}  // namespace

Bytes general_name(std::string_view text) {
    if (!is_utf8(text)) throw NameFormatError("must be UTF-8");
    if (has_control_characters(text)) throw NameFormatError("must not have control characters");
    const auto* const kind =
        std::ranges::find_if(kinds, [text](const Kind& each) { return text.starts_with(each.prefix); });
    if (kind == kinds.end()) throw NameFormatError("must begin with DNS:, IP:, email: or URI:");
    const std::string_view name = text.substr(kind->prefix.size());
    if (name.empty()) throw NameFormatError("must have a name behind " + std::string(kind->prefix));
    return encoded(*kind, kind->octets(name));
}

}  // namespace keyward::x509
