#include "http/message.hpp"

#include <algorithm>

namespace keyward::http {

const std::string* Request::header(std::string_view name) const {
    const auto found = std::ranges::find(headers, name, &Headers::value_type::first);
    return found == headers.end() ? nullptr : &found->second;
}

}  // namespace keyward::http
