#include "api/json/json_request.hpp"

namespace keyward::api {
namespace {

/// Each octet of a body may occur in the document, in a decoded field, in a result and in the answer.
constexpr std::size_t copies_of_an_octet = 4;
/// Covers a value in the document and the error text about it.
constexpr std::size_t octets_of_a_value = 256;

}  // namespace

Json read_json(RequestContext& context, std::span<const ArrayLimit> limits) {
    const SecretBytes& body = context.request.body;
    const std::size_t octets = copies_of_an_octet * body.size();
    context.memory.resize(octets);
    const std::size_t values = count_json_values(body, limits);
    context.memory.resize(octets + octets_of_a_value * values);
    return parse_json(body);
}

}  // namespace keyward::api
