#pragma once

#include <chrono>
#include <string_view>
#include <vector>

#include "api/all_routes.hpp"
#include "storage/open_catalogue.hpp"
#include "tests/support/files.hpp"

namespace keyward::api {

/// The table of routes over an empty catalogue and no environment, for tests that call no handler.
class RouteTableOfNothing {
  public:
    [[nodiscard]] const std::vector<Route>& routes() const { return routes_; }

  private:
    test::TemporaryFolder folder_;
    std::shared_ptr<Catalogue> catalogue_ =
        storage::open_catalogue("sqlite://" + folder_.file("empty.db"), 1);
    service::Environments environments_;
    service::InFlight in_flight_;
    service::Login login_{catalogue_->users, catalogue_->access_tokens, catalogue_->login_networks,
                          system_now, std::chrono::steady_clock::now};
    service::ServiceContext context_{*catalogue_, environments_, in_flight_, {}, "this-process", system_now};
    service::IdempotentRequests repeats_{context_, SecretBytes(32), [] {}, std::chrono::seconds(1)};
    service::UseKey use_{context_, std::chrono::steady_clock::now};
    service::CatalogueHealth health_{catalogue_->readiness, "this-process", system_now};
    std::vector<Route> routes_ = all_routes(context_, login_, use_, repeats_, health_);
};

/// The method as the first line of a request names it; an unknown one for Method::other.
inline std::string_view name_of(http::Method method) {
    switch (method) {
        case http::Method::get:
            return "GET";
        case http::Method::head:
            return "HEAD";
        case http::Method::post:
            return "POST";
        case http::Method::put:
            return "PUT";
        case http::Method::patch:
            return "PATCH";
        case http::Method::del:
            return "DELETE";
        case http::Method::options:
            return "OPTIONS";
        case http::Method::other:
            return "BREW";
    }
    return {};
}

}  // namespace keyward::api
