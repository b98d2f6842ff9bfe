#include "api/all_routes.hpp"

#include "api/auth_resource.hpp"
#include "api/environments_resource.hpp"
#include "api/health_resource.hpp"
#include "api/key_deployments_resource.hpp"
#include "api/key_json.hpp"
#include "api/key_resource.hpp"
#include "api/keys_resource.hpp"
#include "api/openapi_resource.hpp"
#include "api/repeatable.hpp"
#include "api/use_resource.hpp"

namespace keyward::api {

std::vector<Route> all_routes(const service::Workplace& workplace, service::Login& login,
                              service::UseKey& use, service::Repeats& repeats,
                              const service::CatalogueHealth& health) {
    const auto reader = std::make_shared<service::ReadKeys>(
        workplace.catalogue, [](const service::Key& key) { return key_json(key).dump(); });
    std::vector<Route> routes;
    for (const auto& resource :
         {auth_routes(login), environments_routes(workplace), keys_routes(workplace, reader),
          key_routes(workplace, reader), key_deployments_routes(workplace), use_routes(workplace, use),
          health_routes(workplace.environments, health), openapi_routes()})
        routes.insert(routes.end(), resource.begin(), resource.end());
    for (Route& route : routes)
        if (route.repeatable) route.handler = repeatable(repeats, std::move(route.handler));
    return routes;
}

}  // namespace keyward::api
