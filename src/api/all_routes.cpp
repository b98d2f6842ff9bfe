#include "api/all_routes.hpp"

#include "api/health_resource.hpp"
#include "api/keys_resource.hpp"
#include "api/openapi_resource.hpp"

namespace keyward::api {

std::vector<Route> all_routes(const service::Workplace& workplace) {
    std::vector<Route> routes;
    for (const auto& resource :
         {keys_routes(workplace), health_routes(workplace.environments, workplace.catalogue),
          openapi_routes()})
        routes.insert(routes.end(), resource.begin(), resource.end());
    return routes;
}

}  // namespace keyward::api
