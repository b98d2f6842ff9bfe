#include "x509/distinguished_name.hpp"

#include <array>

#include <gtest/gtest.h>

#include "crypto/openssl_ptr.hpp"
#include "tests/unit/x509/printed_name.hpp"

namespace keyward::x509::testing {
namespace {

std::string printed(std::string_view text) {
    return printed_name(subject_name(text));
}

/// The tag of the first value.
int string_type(std::string_view text) {
    const Bytes der = subject_name(text);
    const unsigned char* next = der.data();
    const X509NamePtr name(d2i_X509_NAME(nullptr, &next, static_cast<long>(der.size())));
    return ASN1_STRING_type(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name.get(), 0)));
}

std::string name_refusal(std::string_view text) {
    try {
        subject_name(text);
        return "was taken";
    } catch (const NameFormatError& refusal) {
        EXPECT_EQ(ERR_peek_error(), 0U);
        return refusal.what();
    }
}

struct NameRow {
    std::string text, expected;
};

TEST(SubjectName, TheTextsFirstPartIsTheLastInDer) {
    EXPECT_EQ(to_hex(subject_name("CN=a,C=DE")), "3019310b3009060355040613024445310a300806035504030c0161");
}

TEST(SubjectName, ExamplesOfTheRfcAreTakenAsTheyStand) {
    // RFC 4514 section 4.
    for (const std::string text :
         {"UID=jsmith,DC=example,DC=net", R"(CN=James \"Jim\" Smith\, III,DC=example,DC=net)"}) {
        EXPECT_EQ(printed(text), text);
    }
    EXPECT_EQ(printed(R"(CN=Lu\C4\8Di\C4\87)"), "CN=Lučić");
    EXPECT_EQ(printed("OU=Sales+CN=J.  Smith,DC=example,DC=net"), "CN=J.  Smith+OU=Sales,DC=example,DC=net");
}

TEST(SubjectName, EscapesAndBareCharactersMeanWhatTheRfcSays) {
    const std::array<NameRow, 8> rows{{
        {R"(CN=\,\+\"\\\<\>\;)", R"(CN=\,\+\"\\\<\>\;)"},
        {R"(CN=\#a)", R"(CN=\#a)"},
        {R"(CN=a#b=c)", R"(CN=a#b=c)"},
        {R"(CN=a\=b)", R"(CN=a=b)"},
        {R"(CN=\ a\ )", R"(CN=\ a\ )"},
        {R"(CN=a b\20)", R"(CN=a b\ )"},
        {R"(CN=\41\4a\4A)", "CN=AJJ"},
        {"CN=Grüße €𝄞", "CN=Grüße €𝄞"},
    }};
    for (const NameRow& row : rows)
        EXPECT_EQ(printed(row.text), row.expected) << row.text;
}

TEST(SubjectName, SeveralValuesAPartAreOneSet) {
    EXPECT_EQ(to_hex(subject_name("CN=a+OU=b")),
              "301631143008060355040"
              "30c01613008060355040b0c0162");
    EXPECT_EQ(subject_name("CN=a+OU=b"), subject_name("OU=b+CN=a"));
    EXPECT_EQ(printed("CN=a,OU=b+O=c+L=d,C=DE"), "CN=a,OU=b+O=c+L=d,C=DE");
}

TEST(SubjectName, TypesAreNamedInEveryUsualWay) {
    const std::array<NameRow, 18> rows{{
        {"cn=a", "CN=a"},
        {"commonName=a", "CN=a"},
        {"COMMONNAME=a", "CN=a"},
        {"2.5.4.3=a", "CN=a"},
        {"st=a", "ST=a"},
        {"S=a", "ST=a"},
        {"stateOrProvinceName=a", "ST=a"},
        {"STREET=a", "street=a"},
        {"streetAddress=a", "street=a"},
        {"E=a@b", "emailAddress=a@b"},
        {"email=a@b", "emailAddress=a@b"},
        {"EMAILADDRESS=a@b", "emailAddress=a@b"},
        {"SERIALNUMBER=1", "serialNumber=1"},
        {"SN=a", "SN=a"},
        {"GN=a,uid=b,dc=c,L=d", "GN=a,UID=b,DC=c,L=d"},
        {"postalCode=10115", "postalCode=10115"},
        {"organizationIdentifier=a", "organizationIdentifier=a"},
        {"jurisdictionC=DE,businessCategory=a", "jurisdictionC=DE,businessCategory=a"},
    }};
    for (const NameRow& row : rows)
        EXPECT_EQ(printed(row.text), row.expected) << row.text;
}

TEST(SubjectName, ADottedNumberThatOpensslDoesNotKnowIsWritten) {
    EXPECT_EQ(to_hex(subject_name("1.3.6.1.4.1.32473.1=a")), "30123110300e06092b0601040181fd59010c0161");
}

TEST(SubjectName, EveryTypeHasItsKindOfString) {
    EXPECT_EQ(string_type("CN=a"), V_ASN1_UTF8STRING);
    EXPECT_EQ(string_type("UID=a"), V_ASN1_UTF8STRING);
    EXPECT_EQ(string_type("1.3.6.1.4.1.32473.1=a"), V_ASN1_UTF8STRING);
    EXPECT_EQ(string_type("C=DE"), V_ASN1_PRINTABLESTRING);
    EXPECT_EQ(string_type("serialNumber=1"), V_ASN1_PRINTABLESTRING);
    EXPECT_EQ(string_type("dnQualifier=1"), V_ASN1_PRINTABLESTRING);
    EXPECT_EQ(string_type("DC=example"), V_ASN1_IA5STRING);
    EXPECT_EQ(string_type("emailAddress=a@example.org"), V_ASN1_IA5STRING);
}

TEST(SubjectName, ALimitIsCountedInCharacters) {
    std::string umlauts;
    for (int i = 0; i < 64; ++i)
        umlauts += "ü";
    EXPECT_EQ(printed("CN=" + umlauts), "CN=" + umlauts);
    EXPECT_EQ(name_refusal("O=a,CN=ü" + umlauts), "has 65 characters in part 2 (CN), expected at most 64");
    EXPECT_EQ(name_refusal("L=" + std::string(129, 'a')),
              "has 129 characters in part 1 (L), expected at most 128");
    EXPECT_EQ(name_refusal("emailAddress=" + std::string(129, 'a')),
              "has 129 characters in part 1 (emailAddress), expected at most 128");
}

TEST(SubjectName, ATextOf4096BytesIsTakenAndNoLongerOne) {
    EXPECT_EQ(printed("UID=" + std::string(4092, 'a')).size(), 4096U);
    EXPECT_EQ(name_refusal("UID=" + std::string(4093, 'a')), "is 4097 bytes long, expected at most 4096");
}

TEST(SubjectName, ValuesThatTheTypeDoesNotAllowAreRefused) {
    const std::string no_country = ", expected two letters of ISO 3166, as in C=DE";
    const std::string not_printable =
        " that its type does not have, expected letters, digits, spaces and ' ( ) + , - . / : = ? only";
    const std::string not_ascii = " that its type does not have, expected those of ASCII only";
    const std::array<NameRow, 10> rows{{
        {"C=DEU", "has no country in part 1 (C)" + no_country},
        {"CN=a,C=D", "has no country in part 2 (C)" + no_country},
        {"C=ü", "has no country in part 1 (C)" + no_country},
        {"C=49", "has no country in part 1 (C)" + no_country},
        {"2.5.4.6=DEU", "has no country in part 1 (C)" + no_country},
        {"jurisdictionC=DEU", "has no country in part 1 (jurisdictionC)" + no_country},
        {"serialNumber=1_2", "has a character in part 1 (serialNumber)" + not_printable},
        {"CN=a,dnQualifier=ü", "has a character in part 2 (dnQualifier)" + not_printable},
        {"DC=exämple", "has a character in part 1 (DC)" + not_ascii},
        {"CN=a,O=b,emailAddress=ü@example.org", "has a character in part 3 (emailAddress)" + not_ascii},
    }};
    for (const NameRow& row : rows)
        EXPECT_EQ(name_refusal(row.text), row.expected) << row.text;
}

TEST(SubjectName, TypesThatAreNoneAreRefused) {
    const std::string unknown =
        " that is not known, expected CN, O, OU, C, ST, L, street, postalCode, DC, UID, serialNumber, "
        "emailAddress, another name that OpenSSL has for types of X.520, or a dotted number";
    // Among them names that OpenSSL has, but not for a part of a name.
    for (const std::string type :
         {"XYZ", "", "/CN", "ü", "SHA256", "RSA", "challengePassword", "2", "2.", ".2.5", "2..5", "2.5.4.03",
          "9.9", "2.5.4.3 4", "OID.2.5.4.3", "2.5.4.x"}) {
        EXPECT_EQ(name_refusal("CN=a," + type + "=b"), "has a type in part 2" + unknown) << type;
    }
}

TEST(SubjectName, ATypeTwiceInAPartIsRefused) {
    EXPECT_EQ(name_refusal("O=x,CN=a+OU=c+2.5.4.3=b"),
              "has the same type twice in part 2 (CN), expected different ones between plus signs");
    EXPECT_EQ(name_refusal("UID=a+uid=b"),
              "has the same type twice in part 1 (UID), expected different ones between plus signs");
    EXPECT_EQ(printed("OU=a,OU=b"), "OU=a,OU=b");
}

TEST(SubjectName, WhatIsNotWrittenAsTheRfcSaysIsRefused) {
    const std::string no_type =
        ", expected type=value as in CN=www.example.org; a comma or plus that belongs to a value has a "
        "backslash before it";
    const std::string bare = " without a backslash before it in part ";
    const std::string space = ": leave it out, or write a backslash before one that belongs to the value";
    const std::string backslash =
        R"(, expected behind it one of " + , ; < > \ # = or a space, or two hexadecimal digits)";
    const std::array<NameRow, 33> rows{{
        {"", "must not be empty: a certificate request needs a subject, as CN=www.example.org"},
        {"www.example.org", "has no = in part 1" + no_type},
        {"CN", "has no = in part 1" + no_type},
        {",", "has no = in part 1" + no_type},
        {"CN=a,", "has no = in part 2" + no_type},
        {"CN=a,,O=b", "has no = in part 2" + no_type},
        {"CN=Example, Inc.,O=b", "has no = in part 2" + no_type},
        {"CN=C++ Ltd", "has no = in part 1" + no_type},
        {"CN=a+", "has no = in part 1" + no_type},
        {"CN=", "has an empty value in part 1"},
        {"CN=a,O=,C=DE", "has an empty value in part 2"},
        {R"(O="Sue, Grabbit")", "has a \"" + bare + "1"},
        {"CN=a;O=b", "has a ;" + bare + "1"},
        {"CN=a,O=<b", "has a <" + bare + "2"},
        {"CN=a,O=b,OU=c>", "has a >" + bare + "3"},
        {" CN=a", "has a space before or behind a type or a value in part 1" + space},
        {"CN=a, O=b", "has a space before or behind a type or a value in part 2" + space},
        {"CN =a", "has a space before or behind a type or a value in part 1" + space},
        {"CN= a", "has a space before or behind a type or a value in part 1" + space},
        {"CN=a ", "has a space before or behind a type or a value in part 1" + space},
        {"CN=a ,O=b", "has a space before or behind a type or a value in part 1" + space},
        {R"(CN=a\  )", "has a space before or behind a type or a value in part 1" + space},
        {"CN=#0c0161",
         "has a value that begins with # in part 1: values in hexadecimal are not taken, write text, with a "
         "backslash before a # that belongs to it"},
        {R"(CN=a\)", "has a backslash in part 1 that escapes nothing" + backslash},
        {R"(CN=a\n)", "has a backslash in part 1 that escapes nothing" + backslash},
        {R"(CN=a\4)", "has a backslash in part 1 that escapes nothing" + backslash},
        {R"(CN=a\4g)", "has a backslash in part 1 that escapes nothing" + backslash},
        {R"(CN=\ff)", "has a value that is not UTF-8 in part 1"},
        {"CN=\xC3", "has a value that is not UTF-8 in part 1"},
        {R"(CN=a\00b)", "has a control character in part 1"},
        {std::string("CN=a\0b", 6), "has a control character in part 1"},
        // RFC 4514 section 4 has this one; no certification authority would take it.
        {R"(CN=Before\0dAfter,DC=example)", "has a control character in part 1"},
        {"CN=a\nb", "has a control character in part 1"},
    }};
    for (const NameRow& row : rows)
        EXPECT_EQ(name_refusal(row.text), row.expected) << row.text;
}

}  // namespace
}  // namespace keyward::x509::testing
