#include "api/handlers/openapi_resource.hpp"

#include "api/query.hpp"

namespace keyward::api {

/// Generated from docs/openapi.yaml by cmake/EmbedText.cmake.
std::string_view openapi_text();

std::vector<Route> openapi_routes() {
    return {{http::Method::get, "/openapi.yaml", Login::none, {}, Body::none, [](RequestContext& context) {
                 refuse_query(context.query);
                 http::Response response;
                 response.content_type = "application/yaml";
                 response.body = openapi_text();
                 return response;
             }}};
}

}  // namespace keyward::api
