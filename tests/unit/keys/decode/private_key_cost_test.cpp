#include <algorithm>
#include <ctime>

#include <gtest/gtest.h>

#include "tests/unit/keys/support/openssl_command.hpp"
#include "tests/unit/keys/support/sample_keys.hpp"

namespace keyward::keys::testing {
namespace {

/// The processor time of one call, the best of several: other work on the machine does not count.
template <typename Call>
double best_of(int times, Call call) {
    double best = 1e9;
    for (int i = 0; i < times; ++i) {
        const std::clock_t before = std::clock();
        call();
        best = std::min(best, 1e3 * static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC);
    }
    return best;
}

double milliseconds_to_refuse(KeyType type, const std::string& text) {
    return best_of(3, [&] { EXPECT_THROW(decode(type, text), KeyFormatError); });
}

/// Wide enough for sanitizers and valgrind; what is quadratic or worse takes minutes here.
constexpr double much = 2000;

TEST(Cost, OfCheckingAnRsaKeyIsRecorded) {
    for (const int bits : {2048, 4096}) {
        const std::string pem =
            openssl_folder().made_by("genrsa -out cost.pem " + std::to_string(bits), "cost.pem");
        const double cost = best_of(5, [&] { decode(KeyType::private_key, pem); });
        RecordProperty("rsa_" + std::to_string(bits) + "_us", static_cast<int>(cost * 1000));
        EXPECT_LT(cost, much);
    }
}

TEST(Cost, OfRefusingAMebibyteIsSmall) {
    static constexpr std::size_t mebibyte = 1U << 20;
    std::string headers, nests, ends;
    while (headers.size() < mebibyte)
        headers += "-----BEGIN A-----";
    while (ends.size() < mebibyte)
        ends += "-----BEGIN A----------END A-----";
    nests.assign(mebibyte / 2, '\x30');
    const std::string number = der_integer(Bytes(mebibyte / 4, 0xFF));
    for (const std::string& text :
         {std::string(mebibyte, 'A'), std::string(mebibyte, ' '), headers, ends, base64(headers),
          base64(nests), base64(der_sequence({number, number})), certutil(std::string(mebibyte / 2, 'x')),
          base64(der_sequence({der(2, "\x01"), der(4, std::string(mebibyte / 2, '\x01'))}))})
        for (const KeyType type : {KeyType::secret, KeyType::private_key, KeyType::public_key})
            EXPECT_LT(milliseconds_to_refuse(type, text), much);
}

TEST(Cost, OfRefusingAGiantRsaKeyHasABound) {
    Bytes modulus(2048, 0xFF);
    const std::string giant =
        der_sequence({der(2, std::string(1, '\0')), der_integer(modulus), der_integer(Bytes{1, 0, 1}),
                      der_integer(modulus), der_integer(modulus), der_integer(modulus), der_integer(modulus),
                      der_integer(modulus), der_integer(modulus)});
    EXPECT_LT(milliseconds_to_refuse(KeyType::private_key, base64(giant)), much);
}

}  // namespace
}  // namespace keyward::keys::testing
