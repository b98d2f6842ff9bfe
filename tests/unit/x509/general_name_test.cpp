#include "x509/general_name.hpp"

#include <array>
#include <string>

#include <gtest/gtest.h>

namespace keyward::x509::testing {
namespace {

std::string refusal_of(const std::string& text) {
    try {
        general_name(text);
        return "was taken";
    } catch (const NameFormatError& refusal) {
        return refusal.what();
    }
}

struct Row {
    std::string text, expected;
};

template <std::size_t size>
void expect_refused(const std::array<Row, size>& rows) {
    for (const Row& row : rows)
        EXPECT_EQ(refusal_of(row.text), row.expected) << row.text;
}

std::string repeated(const std::string& text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i)
        all += text;
    return all;
}

/// The tag, and the name as it was sent.
void expect_text(const std::string& kind, const std::string& name, std::uint8_t tag) {
    SCOPED_TRACE(kind + name);
    const Bytes der = general_name(kind + name);
    EXPECT_EQ(der.front(), tag);
    EXPECT_EQ(std::string(der.end() - static_cast<std::ptrdiff_t>(name.size()), der.end()), name);
}

TEST(GeneralName, EachKindHasItsTag) {
    EXPECT_EQ(to_hex(general_name("DNS:a.example")), "8209612e6578616d706c65");
    EXPECT_EQ(to_hex(general_name("IP:192.0.2.1")), "8704c0000201");
    EXPECT_EQ(to_hex(general_name("IP:2001:db8::1")), "871020010db8000000000000000000000001");
    EXPECT_EQ(to_hex(general_name("email:a@b")), "8103614062");
    EXPECT_EQ(to_hex(general_name("URI:a:b")), "8603613a62");
}

TEST(GeneralName, HostNamesAreTaken) {
    for (const std::string name :
         {"www.example.org", "WWW.Example.ORG", "localhost", "*.example.org", "1.example",
          "xn--bcher-kva.example", "a-b--c.example", "2001-db8.example"}) {
        expect_text("DNS:", name, 0x82);
    }
    expect_text("DNS:", std::string(63, 'a') + ".example", 0x82);
    expect_text("DNS:", repeated("a.", 126) + "a", 0x82);
}

TEST(GeneralName, WhatIsNoHostNameIsRefused) {
    const std::string empty = "has an empty label, expected names between the dots and no dot at either end";
    const std::string foreign =
        "has a character that is not of a host name, expected letters, digits, hyphens and dots, another "
        "script as xn--, and * only as the whole first label";
    const std::string hyphen = "has a label with a hyphen at its start or end";
    const std::string address = "is an address, expected IP: before it in place of DNS:";
    expect_refused(std::array<Row, 22>{{
        {"DNS:", "must have a name behind DNS:"},
        {"DNS:.", empty},
        {"DNS:example.org.", empty},
        {"DNS:.example.org", empty},
        {"DNS:a..b", empty},
        {"DNS:*.", empty},
        {"DNS:*", foreign},
        {"DNS:*a.example", foreign},
        {"DNS:a.*.example", foreign},
        {"DNS:*.*.example", foreign},
        {"DNS:bücher.example", foreign},
        {"DNS:a_b.example", foreign},
        {"DNS: a.example", foreign},
        {"DNS:a.example,DNS:b.example", foreign},
        {"DNS:a.example:443", foreign},
        {"DNS:-a.example", hyphen},
        {"DNS:a-.example", hyphen},
        {"DNS:192.0.2.1", address},
        {"DNS:2001:db8::1", address},
        {"DNS:" + std::string(64, 'a') + ".example", "has a label of 64 bytes, expected at most 63"},
        {"DNS:" + repeated("a.", 126) + "ab", "has a host name of 254 bytes, expected at most 253"},
        {"DNS:*." + repeated("a.", 125) + "ab", "has a host name of 254 bytes, expected at most 253"},
    }});
}

TEST(GeneralName, WhatIsNoAddressIsRefused) {
    const std::string text =
        "is no address, expected IPv4 as 192.0.2.1 or IPv6 as 2001:db8::1, without a prefix length, zone or "
        "port";
    for (const std::string address :
         {"192.0.2", "192.0.2.256", "192.0.2.01", "192.0.2.1/24", "192.0.2.1:443", " 192.0.2.1", "0xC0000201",
          "2001:db8:::1", "[2001:db8::1]", "fe80::1%eth0", "2001:db8::/32", "www.example.org", "1"}) {
        EXPECT_EQ(refusal_of("IP:" + address), text) << address;
    }
    EXPECT_EQ(refusal_of("IP:"), "must have a name behind IP:");
}

TEST(GeneralName, Ipv4InIpv6StaysIpv6) {
    EXPECT_EQ(to_hex(general_name("IP:::ffff:192.0.2.1")), "871000000000000000000000ffffc0000201");
}

TEST(GeneralName, MailboxesAreTaken) {
    for (const std::string address :
         {"a@example.org", "first.last+tag@example.org", "!#$%&'*+-/=?^_`{|}~@example.org", "a@localhost"}) {
        expect_text("email:", address, 0x81);
    }
    expect_text("email:", std::string(64, 'a') + "@example.org", 0x81);
}

TEST(GeneralName, WhatIsNoMailboxIsRefused) {
    const std::string none = "is no email address, expected as in somebody@example.org";
    const std::string mailbox =
        "has a mailbox before the @ that can't be used, expected letters, digits, single dots between them "
        "and ! # $ % & ' * + - / = ? ^ _ ` { | } ~";
    const std::string foreign =
        "has a character that is not of a host name, expected letters, digits, hyphens and dots, another "
        "script as xn--, and * only as the whole first label";
    const std::string empty = "has an empty label, expected names between the dots and no dot at either end";
    expect_refused(std::array<Row, 16>{{
        {"email:", "must have a name behind email:"},
        {"email:example.org", none},
        {"email:@example.org", none},
        {"email:a@", empty},
        {"email:a@example.org.", empty},
        {"email:a@b@example.org", foreign},
        {"email:a@*.example.org", foreign},
        {"email:a@bücher.example", foreign},
        {"email:a@[192.0.2.1]", foreign},
        {"email:ü@example.org", mailbox},
        {"email:a b@example.org", mailbox},
        {"email:A <a@example.org>", mailbox},
        {"email:.a@example.org", mailbox},
        {"email:a..b@example.org", mailbox},
        {"email:" + std::string(65, 'a') + "@b",
         "has a mailbox before the @ of 65 bytes, expected at most 64"},
        {"email:a@" + std::string(253, 'b'), "has an email address of 255 bytes, expected at most 254"},
    }});
    EXPECT_EQ(refusal_of(R"(email:"a"@example.org)"), mailbox);
    EXPECT_EQ(refusal_of("email:a.@example.org"), mailbox);
}

TEST(GeneralName, UrisAreTaken) {
    for (const std::string uri :
         {"https://example.org/", "spiffe://example.org/a/b", "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
          "ldap://[2001:db8::7]/c=GB?objectClass?one", "a+b-c.1:x", "https://example.org/%C3%BC?a=b&c=d#e"}) {
        expect_text("URI:", uri, 0x86);
    }
    expect_text("URI:", "a:" + std::string(2046, 'b'), 0x86);
}

TEST(GeneralName, WhatIsNoAbsoluteUriIsRefused) {
    const std::string scheme = "is a URI without a scheme, expected as in https://example.org/";
    const std::string foreign =
        "has a character that is not of a URI (RFC 3986), expected it as % and two hexadecimal digits";
    expect_refused(std::array<Row, 17>{{
        {"URI:", "must have a name behind URI:"},
        {"URI:www.example.org", scheme},
        {"URI:/a/b", scheme},
        {"URI://example.org/", scheme},
        {"URI::a", scheme},
        {"URI:1a:b", scheme},
        {"URI:+a:b", scheme},
        {"URI:a_b:c", scheme},
        {"URI:https:", "is a URI with nothing behind its scheme"},
        {"URI:https://example.org/a b", foreign},
        {"URI:https://example.org/ü", foreign},
        {"URI:https://example.org/<a>", foreign},
        {"URI:https://example.org/\\", foreign},
        {"URI:https://example.org/%", foreign},
        {"URI:https://example.org/%4", foreign},
        {"URI:https://example.org/%4g", foreign},
        {"URI:a:" + std::string(2047, 'b'), "has a URI of 2049 bytes, expected at most 2048"},
    }});
}

TEST(GeneralName, AKindThatIsNotTakenIsRefused) {
    for (const std::string text : {"", "www.example.org", "dns:a.example", "DNS a", "RID:1.2.3", "dirName:a",
                                   "otherName:1.2.3;UTF8:a", "critical,DNS:a", "IP Address:192.0.2.1"}) {
        EXPECT_EQ(refusal_of(text), "must begin with DNS:, IP:, email: or URI:") << text;
    }
}

TEST(GeneralName, ControlCharactersAndBrokenUtf8AreRefusedInEveryKind) {
    for (const std::string kind : {"DNS:", "IP:", "email:", "URI:", ""}) {
        SCOPED_TRACE(kind);
        EXPECT_EQ(refusal_of(kind + std::string("a\0b", 3)), "must not have control characters");
        EXPECT_EQ(refusal_of(kind + "192.0.2.1" + '\0'), "must not have control characters");
        EXPECT_EQ(refusal_of(kind + "a\nb"), "must not have control characters");
        EXPECT_EQ(refusal_of(kind + "a\x7F"), "must not have control characters");
        EXPECT_EQ(refusal_of(kind + "a\xFF"), "must be UTF-8");
    }
}

}  // namespace
}  // namespace keyward::x509::testing
