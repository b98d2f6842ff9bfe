#include "api/all_routes.hpp"

#include "api/handlers/auth_resource.hpp"
#include "api/handlers/environments_resource.hpp"
#include "api/handlers/health_resource.hpp"
#include "api/handlers/key_deployments_resource.hpp"
#include "api/handlers/key_resource.hpp"
#include "api/handlers/keys_resource.hpp"
#include "api/handlers/openapi_resource.hpp"
#include "api/handlers/use_resource.hpp"
#include "api/idempotent_response.hpp"
#include "api/json/key_json.hpp"

namespace keyward::api {

std::vector<Route> all_routes(const service::ServiceContext& service_context, service::Login& login,
                              service::UseKey& use, service::IdempotentRequests& repeats,
                              const service::CatalogueHealth& health) {
    const auto reader = std::make_shared<service::ReadKeys>(
        service_context.catalogue, [](const Key& key) { return key_json(key).dump(); });
    std::vector<Route> routes;
    for (const auto& resource : {auth_routes(login), environments_routes(service_context),
                                 keys_routes(service_context, reader), key_routes(service_context, reader),
                                 key_deployments_routes(service_context), use_routes(service_context, use),
                                 health_routes(service_context.environments, health), openapi_routes()})
        routes.insert(routes.end(), resource.begin(), resource.end());
    for (Route& route : routes)
        if (route.repeatable) route.handler = repeatable(repeats, std::move(route.handler));
    return routes;
}

}  // namespace keyward::api
