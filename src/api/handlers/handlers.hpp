#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "api/routes.hpp"
#include "domain/mechanisms.hpp"
#include "service/auth/login.hpp"
#include "service/lifecycle/lifecycle.hpp"
#include "service/lifecycle/read_keys.hpp"
#include "service/operations/certificate_request.hpp"
#include "service/operations/use_key.hpp"
#include "service/runtime/catalogue_health.hpp"

namespace keyward::api {

/// The largest `limit` of a list of keys.
inline constexpr std::size_t largest_page = 1000;
/// The page size of a list without `limit`. A client has the deadline of one answer to take each page.
inline constexpr std::size_t page_of_whole_list = 100;

/// The use cases behind the routes. Thread-safe, as each of them is.
struct UseCases {
    UseCases(const service::ServiceContext& service_context, service::Login& the_login,
             service::UseKey& the_use, const service::CatalogueHealth& the_health,
             std::shared_ptr<service::ReadKeys> reader)
        : context(service_context),
          login(the_login),
          use(the_use),
          health(the_health),
          create(service_context),
          update(service_context),
          remove(service_context),
          read(std::move(reader)),
          certificates(service_context, the_use) {}

    service::ServiceContext context;
    service::Login& login;
    service::UseKey& use;
    const service::CatalogueHealth& health;
    service::CreateKey create;
    service::UpdateKey update;
    service::RemoveKey remove;
    std::shared_ptr<service::ReadKeys> read;  ///< a streamed list keeps it
    service::RequestCertificate certificates;
};

/// The handlers of the routes in api/all_routes.cpp. Each throws ServiceError for what the client did wrong.

http::Response log_in(UseCases& use_cases, RequestContext& context);

http::Response list_project_environments(UseCases& use_cases, RequestContext& context);
http::Response list_configured_environments(UseCases& use_cases, RequestContext& context);
http::Response list_mechanisms(UseCases& use_cases, RequestContext& context);  ///< asks the token

http::Response create_key(UseCases& use_cases, RequestContext& context);
http::Response list_keys(UseCases& use_cases, RequestContext& context);
http::Response get_key(UseCases& use_cases, RequestContext& context);
http::Response update_key(UseCases& use_cases, RequestContext& context);
http::Response delete_key(UseCases& use_cases, RequestContext& context);
http::Response deploy_key(UseCases& use_cases, RequestContext& context);
http::Response undeploy_key(UseCases& use_cases, RequestContext& context);

http::Response use_key(UseCases& use_cases, RequestContext& context, CryptoOperation operation);
http::Response request_certificate(UseCases& use_cases, RequestContext& context);

/// Neither asks a token or the catalogue, so neither waits for one.
http::Response report_live(UseCases& use_cases, RequestContext& context);
http::Response report_ready(UseCases& use_cases, RequestContext& context);

/// docs/openapi.yaml, which is built into the program.
http::Response get_openapi(UseCases& use_cases, RequestContext& context);

}  // namespace keyward::api
