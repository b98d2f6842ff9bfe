// The memory of the search for drift at the start, with many keys.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/support/catalogue_rows.hpp"
#include "tests/e2e/support/encodings.hpp"
#include "tests/e2e/support/live.hpp"
#include "tests/e2e/support/memory.hpp"
#include "tests/support/polling.hpp"

namespace keyward::e2e {
namespace {

constexpr std::size_t mebi = std::size_t{1} << 20U;

TEST(DriftMemory, DoesNotGrowWithWhatIsSaidOfKeys) {
    const Home home({.environments = {"production"}});
    std::size_t idle = 0;
    {
        Server server(home);
        // One existing object identifies the token as that of the environment.
        EXPECT_EQ(HttpClient(home.port())
                      .send({.method = "POST",
                             .path = keys_path(),
                             .body = text_of(create_body("there", "SECRET_KEY", "AES",
                                                         {{"production", base64(random_octets(32))}})),
                             .token = home.token()})
                      .status,
                  200);
        idle = peak_memory(server.pid());
        EXPECT_EQ(server.stop(), 0);
    }
    fill_with_keys(home, project, 20'000);
    deploy_in_the_catalogue_alone(home, "production");
    Server server(home);
    ASSERT_TRUE(test::comes_true([&] {
        return server.log().find(R"("missing":20000)") != std::string::npos;
    })) << server.log();
    EXPECT_LT(peak_memory(server.pid()), idle + 32 * mebi);
    EXPECT_EQ(server.stop(), 0);
}

}  // namespace
}  // namespace keyward::e2e
