#include <gtest/gtest.h>

#include "base/ids.hpp"
#include "service/idempotency/idempotent_requests.hpp"

namespace keyward::service {
namespace {

class RequestFingerprint : public testing::Test {
  protected:
    [[nodiscard]] std::string of(const RequestShape& request) const { return fingerprint_of(key_, request); }

    const SecretBytes key_ = random_secret(32);
    const std::string body_ = R"({"name":"k"})";
    const RequestShape request_{"POST", {"a", "b"}, {{"n", "v"}, {"m", "w"}}, as_bytes(body_)};
};

TEST_F(RequestFingerprint, IsTheSameForTheSameRequest) {
    EXPECT_EQ(of(request_), of({"POST", {"a", "b"}, {{"n", "v"}, {"m", "w"}}, as_bytes(body_)}));
    EXPECT_EQ(of(request_).size(), 64U);
}

TEST_F(RequestFingerprint, IsAnotherWhenAnythingIs) {
    const std::string other_body = R"({"name":"l"})";
    EXPECT_NE(of(request_), of({"PUT", {"a", "b"}, {{"n", "v"}, {"m", "w"}}, as_bytes(body_)}));
    EXPECT_NE(of(request_), of({"POST", {"a", "c"}, {{"n", "v"}, {"m", "w"}}, as_bytes(body_)}));
    EXPECT_NE(of(request_), of({"POST", {"a", "b"}, {{"n", "v"}}, as_bytes(body_)}));
    EXPECT_NE(of(request_), of({"POST", {"a", "b"}, {{"m", "w"}, {"n", "v"}}, as_bytes(body_)}));
    EXPECT_NE(of(request_), of({"POST", {"a", "b"}, {{"n", "v"}, {"m", "w"}}, as_bytes(other_body)}));
}

TEST_F(RequestFingerprint, DoesNotTakeAPartOfThePathForOneOfTheQuery) {
    EXPECT_NE(of({"POST", {"a", "b", "c"}, {}, {}}), of({"POST", {"a"}, {{"b", "c"}}, {}}));
}

TEST_F(RequestFingerprint, IsAnotherWithAnotherKey) {
    EXPECT_NE(of(request_), fingerprint_of(random_secret(32), request_));
}

}  // namespace
}  // namespace keyward::service
