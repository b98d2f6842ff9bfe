#include "api/handlers/handlers.hpp"
#include "api/query.hpp"

namespace keyward::api {

/// Generated from docs/openapi.yaml by cmake/EmbedText.cmake.
std::string_view openapi_text();

http::Response get_openapi(UseCases& /*use_cases*/, RequestContext& context) {
    refuse_query(context.query);
    http::Response response;
    response.content_type = "application/yaml";
    response.body = openapi_text();
    return response;
}

}  // namespace keyward::api
