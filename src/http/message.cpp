#include "http/message.hpp"

#include <algorithm>

namespace keyward::api {

const std::string* HttpRequest::header(std::string_view name) const {
    const auto found = std::ranges::find(headers, name, &Headers::value_type::first);
    return found == headers.end() ? nullptr : &found->second;
}

}  // namespace keyward::api
