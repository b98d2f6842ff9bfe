#include <functional>

#include <gtest/gtest.h>

#include "tests/e2e/support/encodings.hpp"
#include "tests/e2e/support/live.hpp"
#include "tests/e2e/support/problem.hpp"

namespace keyward::e2e {
namespace {

using nlohmann::json;

/// What the faults need from the suite.
struct Actors {
    std::string user_without_manage;
    std::string taken_name;
};

/// One step in the contract's order of checks: a change to a valid request, and the answer to it.
struct Fault {
    const char* name;
    std::function<void(Request&, json&, const Actors&)> put_in;
    int status;
    const char* error;
};

/// In the contract's order. Each pair is tested; the answer must be that of the earlier one.
const std::vector<Fault> faults{
    {"TooLarge",
     [](Request&, json& body, const Actors&) { body["description"] = std::string(2U << 20U, 'x'); }, 413,
     "payload_too_large"},
    {"NoToken", [](Request& request, json&, const Actors&) { request.token = "kw_no"; }, 401,
     "invalid_token"},
    {"WrongMethod", [](Request& request, json&, const Actors&) { request.method = "PATCH"; }, 405,
     "method_not_allowed"},
    {"NoProject",
     [](Request& request, json&, const Actors&) { request.path = "/apiops/projects/NoProject/keys/"; }, 404,
     "not_found"},
    {"NoPermission",
     [](Request& request, json&, const Actors& actors) { request.token = actors.user_without_manage; }, 403,
     "forbidden"},
    {"WrongType",
     [](Request& request, json&, const Actors&) { request.fields = {"Content-Type: text/plain"}; }, 415,
     "unsupported_media_type"},
    {"NoJson", [](Request& request, json&, const Actors&) { request.body = "{"; }, 400, "bad_request"},
    {"WrongField", [](Request&, json& body, const Actors&) { body["algorithm"] = "aes"; }, 400,
     "validation_failed"},
    {"NoEnvironment",
     [](Request&, json& body, const Actors&) {
         body["cryptoKeyInfoEnvironmentList"][1]["environmentName"] = "nowhere";
     },
     400, "bad_request"},
    {"NameTaken", [](Request&, json& body, const Actors& actors) { body["name"] = actors.taken_name; }, 400,
     "bad_request"},
};

struct Pair {
    std::size_t earlier;
    std::size_t later;
};

std::vector<Pair> pairs() {
    std::vector<Pair> all;
    for (std::size_t earlier = 0; earlier < faults.size(); ++earlier)
        for (std::size_t later = earlier + 1; later < faults.size(); ++later)
            all.push_back({earlier, later});
    // A request has only one token.
    std::erase_if(all, [](const Pair& pair) {
        return std::string(faults[pair.earlier].name) == "NoToken" &&
               std::string(faults[pair.later].name) == "NoPermission";
    });
    return all;
}

class OrderOfChecks : public LiveKeyward, public testing::WithParamInterface<Pair> {
  protected:
    static void SetUpTestSuite() {
        start({});
        actors.user_without_manage = home().user("user-only", {"SECRETS:USE"});
        actors.taken_name = unique_name();
        HttpClient client(home().port());
        const Answer answer = client.send({.method = "POST",
                                           .path = keys_path(),
                                           .body = text_of(aes_body(actors.taken_name)),
                                           .token = home().token()});
        ASSERT_EQ(answer.status, 200) << answer.body;
    }
    inline static Actors actors;
};

TEST_P(OrderOfChecks, LetsTheEarlierFaultAnswer) {
    const Fault& earlier = faults[GetParam().earlier];
    const Fault& later = faults[GetParam().later];
    Request request{.method = "POST", .path = keys_path(), .token = home().token()};
    json body = aes_body(unique_name());
    later.put_in(request, body, actors);
    earlier.put_in(request, body, actors);
    if (!request.body) request.body = text_of(body);
    if (body.contains("description") && request.body->size() < (2U << 20U))
        request.body->append(2U << 20U, ' ');
    const Answer answer = send(request);
    expect_problem(answer, earlier.status, earlier.error);
    if (std::string(earlier.name) == "NoEnvironment") {
        EXPECT_EQ(answer.json()["error_description"],
                  "Environment (name: nowhere) is not found or user does not have privilege to access it!");
    }
}

INSTANTIATE_TEST_SUITE_P(Of, OrderOfChecks, testing::ValuesIn(pairs()), [](const auto& pair) {
    return std::string(faults[pair.param.earlier].name) + "Before" + faults[pair.param.later].name;
});

class OneFault : public OrderOfChecks {};

TEST_P(OneFault, AloneIsAnswered) {
    const Fault& fault = faults[GetParam().earlier];
    Request request{.method = "POST", .path = keys_path(), .token = home().token()};
    json body = aes_body(unique_name());
    fault.put_in(request, body, actors);
    if (!request.body) request.body = text_of(body);
    expect_problem(send(request), fault.status, fault.error);
}

INSTANTIATE_TEST_SUITE_P(Of, OneFault, testing::ValuesIn([] {
                             std::vector<Pair> singles;
                             for (std::size_t i = 0; i < faults.size(); ++i)
                                 singles.push_back({i, i});
                             return singles;
                         }()),
                         [](const auto& pair) { return std::string(faults[pair.param.earlier].name); });

}  // namespace
}  // namespace keyward::e2e
