#include <atomic>
#include <latch>
#include <mutex>
#include <thread>

#include <gtest/gtest.h>

#include "tests/e2e/support/encodings.hpp"
#include "tests/e2e/support/live.hpp"
#include "tests/e2e/support/problem.hpp"
#include "tests/e2e/support/token.hpp"

namespace keyward::e2e {
namespace {

class Concurrency : public LiveKeyward {
  protected:
    /// Sends the bodies concurrently, each over a connection of its own.
    static std::vector<Answer> create_all(const std::vector<nlohmann::json>& bodies) {
        std::vector<Answer> answers(bodies.size());
        std::latch start(static_cast<std::ptrdiff_t>(bodies.size()));
        std::vector<std::jthread> clients;
        for (std::size_t i = 0; i < bodies.size(); ++i) {
            clients.emplace_back([&, i] {
                HttpClient client(home().port());
                const std::string body = text_of(bodies[i]);
                start.arrive_and_wait();
                answers[i] = client.send(
                    {.method = "POST", .path = keys_path(), .body = body, .token = home().token()});
            });
        }
        clients.clear();
        return answers;
    }
};

TEST_F(Concurrency, OfTwoHundredCreatesOfOneNameOneWins) {
    const std::string name = unique_name();
    std::vector<nlohmann::json> bodies;
    for (int i = 0; i < 200; ++i)
        bodies.push_back(aes_body(name));
    std::size_t made = 0;
    for (const Answer& answer : create_all(bodies)) {
        if (answer.status == 200) {
            ++made;
            continue;
        }
        expect_problem(
            answer, 400, "bad_request",
            "Key (name: " + name + ") is already exist! Try update operation if want to change its value.");
    }
    EXPECT_EQ(made, 1U);
    for (const char* token : {"production", "staging"})
        EXPECT_EQ(objects_in(home(), token, std::string(project) + "/" + name).size(), 1U) << token;
}

TEST_F(Concurrency, OfFiftyCreatesOfDifferentNamesAllSucceed) {
    std::vector<nlohmann::json> bodies;
    for (int i = 0; i < 50; ++i)
        bodies.push_back(aes_body(unique_name()));
    for (const Answer& answer : create_all(bodies))
        EXPECT_EQ(answer.status, 200) << answer.body;
    const auto objects = objects_in(home(), "staging");
    for (const auto& body : bodies) {
        const std::string label = std::string(project) + "/" + body["name"].get<std::string>();
        EXPECT_EQ(std::ranges::count(objects, label, &TokenObject::label), 1) << label;
    }
}

}  // namespace
}  // namespace keyward::e2e
