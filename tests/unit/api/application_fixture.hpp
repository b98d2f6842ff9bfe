#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "api/all_routes.hpp"
#include "api/application.hpp"
#include "api/json/json_body.hpp"
#include "service/auth/api_token.hpp"
#include "storage/login_networks_of.hpp"
#include "tests/unit/service/service_fixture.hpp"

namespace keyward::api {

/// The whole application over a real catalogue and fake tokens, without a socket.
class ApplicationTest : public testing::Test {
  protected:
    HttpResponse send(Method method, const std::string& path, Headers headers = {},
                      const std::string& body = {}) {
        HttpRequest request;
        request.method = method;
        request.method_name = "METHOD";
        const auto question = path.find('?');
        request.path = path.substr(0, question);
        request.query = question == std::string::npos ? "" : path.substr(question + 1);
        request.headers = std::move(headers);
        request.body = SecretBytes::copy_of(as_bytes(body));
        return application_.handle(request);
    }

    Headers login(const std::vector<service::Grant>& grants) {
        const SecretBytes token = service::make_api_token();
        const std::string user = "user" + std::to_string(++users_);
        bench_.catalogue->create_user(user, "", {});
        const std::string id = bench_.catalogue->find_user(user)->id;
        for (const auto& grant : grants)
            bench_.catalogue->add_grant(id, grant, {});
        bench_.catalogue->create_api_token(id, "", service::hash_api_token(token.reveal_text()), {}, {});
        return {{"authorization", "Bearer " + std::string(token.reveal_text())},
                {"content-type", "application/json"}};
    }

    Headers manager() { return login(bench_.alice.grants); }

    static std::string error_of(const HttpResponse& response) {
        return Json::parse(response.body).value("error", "");
    }
    static std::string header_of(const HttpResponse& response, const std::string& wanted) {
        for (const auto& [name, value] : response.headers)
            if (name == wanted) return value;
        return {};
    }

    service::Workbench bench_;
    service::Access access_{*bench_.catalogue, [this] { return bench_.now; }};
    std::chrono::steady_clock::time_point steady_now_{std::chrono::hours(1)};
    service::Login login_{*bench_.catalogue, storage::login_networks_of(*bench_.catalogue),
                          [this] { return bench_.now; }, [this] { return steady_now_; }};
    service::Repeats repeats_{bench_.workplace(), random_secret(32), [] {}, std::chrono::seconds(1)};
    service::UseKey use_{bench_.workplace(), [this] { return steady_now_; }};
    service::CatalogueHealth health_{*bench_.catalogue, "this-process", [this] { return bench_.now; }};
    Application application_{all_routes(bench_.workplace(), login_, use_, repeats_, health_), access_};
    int users_ = 0;
};

}  // namespace keyward::api
