#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "api/all_routes.hpp"
#include "api/application.hpp"
#include "api/json/json_body.hpp"
#include "service/auth/api_token.hpp"
#include "tests/unit/service/service_fixture.hpp"

namespace keyward::api {

/// The whole application over a real catalogue and fake tokens, without a socket.
class ApplicationTest : public testing::Test {
  protected:
    http::Response send(http::Method method, const std::string& path, http::Headers headers = {},
                        const std::string& body = {}) {
        http::Request request;
        request.method = method;
        request.method_name = "METHOD";
        const auto question = path.find('?');
        request.path = path.substr(0, question);
        request.query = question == std::string::npos ? "" : path.substr(question + 1);
        request.headers = std::move(headers);
        request.body = SecretBytes::copy_of(as_bytes(body));
        return application_.handle(request);
    }

    http::Headers login(const std::vector<Grant>& grants) {
        const SecretBytes token = service::make_api_token();
        const std::string user = "user" + std::to_string(++users_);
        fixture_.catalogue->users.create_user(user, "", {});
        const std::string id = fixture_.catalogue->users.find_user(user)->id;
        for (const auto& grant : grants)
            fixture_.catalogue->users.add_grant(id, grant, {});
        fixture_.catalogue->access_tokens.create_api_token(
            id, "", service::hash_api_token(token.reveal_text()), {}, {});
        return {{"authorization", "Bearer " + std::string(token.reveal_text())},
                {"content-type", "application/json"}};
    }

    http::Headers manager() { return login(fixture_.alice.grants); }

    static std::string error_of(const http::Response& response) {
        return Json::parse(response.body).value("error", "");
    }
    static std::string header_of(const http::Response& response, const std::string& wanted) {
        for (const auto& [name, value] : response.headers)
            if (name == wanted) return value;
        return {};
    }

    service::ServiceFixture fixture_;
    service::Access access_{fixture_.catalogue->access_tokens, fixture_.catalogue->users,
                            fixture_.catalogue->projects, [this] { return fixture_.now; }};
    std::chrono::steady_clock::time_point steady_now_{std::chrono::hours(1)};
    service::Login login_{fixture_.catalogue->users, fixture_.catalogue->access_tokens,
                          fixture_.catalogue->login_networks, [this] { return fixture_.now; },
                          [this] { return steady_now_; }};
    service::IdempotentRequests repeats_{fixture_.service_context(), random_secret(32), [] {},
                                         std::chrono::seconds(1)};
    service::UseKey use_{fixture_.service_context(), [this] { return steady_now_; }};
    service::CatalogueHealth health_{fixture_.catalogue->readiness, "this-process",
                                     [this] { return fixture_.now; }};
    Application application_{all_routes(fixture_.service_context(), login_, use_, repeats_, health_),
                             access_};
    int users_ = 0;
};

}  // namespace keyward::api
