#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/support/encodings.hpp"
#include "tests/e2e/support/live.hpp"
#include "tests/e2e/support/problem.hpp"
#include "tests/support/polling.hpp"

namespace keyward::e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

/// The number of logins at the module.
std::size_t logins(const Home& home) {
    const std::string log = home.spy_log();
    std::size_t count = 0;
    for (auto at = log.find(": C_Login\n"); at != std::string::npos; at = log.find(": C_Login\n", at + 1))
        ++count;
    return count;
}

TEST(WrongPin, IsTriedOnceAndAReloadAfterItWasPutRightIsEnough) {
    const Home home({.spied_on = true});
    const std::string wrong = hex(random_octets(8));
    home.folder().write("staging.pin", wrong);
    Server server(home, 1);
    HttpClient client(home.port());
    const auto create = [&] {
        const std::string content = base64(random_octets(32));
        return client.send(
            {.method = "POST",
             .path = keys_path(),
             .body = text_of(create_body(unique_name(), "SECRET_KEY", "AES", {{"staging", content}})),
             .token = home.token()});
    };
    for (int i = 0; i < 5; ++i) {
        const Answer answer = create();
        expect_problem(answer, 503, "hsm_unavailable");
        EXPECT_THAT(answer.body, HasSubstr("staging"));
        EXPECT_THAT(answer.body, HasSubstr("PIN"));
        EXPECT_THAT(answer.body, Not(HasSubstr(wrong)));
    }
    EXPECT_EQ(logins(home), 2U) << "one for production, one for staging";

    home.folder().write("staging.pin", home.pin("staging"));
    server.signal(SIGHUP);
    EXPECT_TRUE(test::comes_true([&] { return create().status == 200; })) << server.log();
    EXPECT_EQ(logins(home), 3U);
    EXPECT_EQ(server.stop(), 0) << server.log();
    EXPECT_THAT(server.log(), Not(HasSubstr(wrong)));
}

}  // namespace
}  // namespace keyward::e2e
