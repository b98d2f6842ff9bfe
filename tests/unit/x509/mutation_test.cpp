#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/keys/support/mutations.hpp"
#include "tests/unit/keys/support/sample_keys.hpp"
#include "tests/unit/x509/printed_name.hpp"
#include "x509/distinguished_name.hpp"
#include "x509/general_name.hpp"

namespace keyward::x509::testing {
namespace {

using keys::testing::Dice;
using keys::testing::mutated;
using keys::testing::octets_of;

TEST(Mutations, OfNamesAreRefusedOrMeanWhatOpensslReads) {
    const std::vector<std::string> texts{
        R"(CN=James \"Jim\" Smith\, III+UID=j,OU=a\20\\\C4\8D,O=Beispiel GmbH & Söhne,C=DE)",
        "emailAddress=a@example.org,DC=example,DC=org,1.3.6.1.4.1.32473.1=x,2.5.4.5=1"};
    Dice dice;
    int taken = 0;
    for (int i = 0; i < 20000; ++i) {
        try {
            const Bytes name = subject_name(mutated(texts, dice));
            EXPECT_EQ(subject_name(printed_name(name)), name);
            ++taken;
        } catch (const NameFormatError& refusal) {
            EXPECT_STRNE(refusal.what(), "");
        }
    }
    EXPECT_GT(taken, 0);
}

TEST(Mutations, OfAlternativeNamesAreRefusedOrPlainAscii) {
    const std::vector<std::string> texts{"DNS:*.www.example.org", "IP:2001:db8::192.0.2.1",
                                         "email:first.last@example.org", "URI:https://example.org/%C3?a=b"};
    Dice dice;
    int taken = 0;
    for (int i = 0; i < 20000; ++i) {
        const std::string text = mutated(texts, dice);
        try {
            const std::string name = octets_of(general_name(text));
            EXPECT_TRUE(text.starts_with("IP:") || name.ends_with(text.substr(text.find(':') + 1)));
            EXPECT_TRUE(std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7F'; }));
            ++taken;
        } catch (const NameFormatError& refusal) {
            EXPECT_STRNE(refusal.what(), "");
        }
    }
    EXPECT_GT(taken, 0);
}

}  // namespace
}  // namespace keyward::x509::testing
