#include "api/json/form_body.hpp"

#include <algorithm>
#include <string>

#include "base/client_text.hpp"
#include "base/text.hpp"
#include "domain/errors.hpp"

namespace keyward::api {
namespace {

ServiceError malformed(const std::string& text) {
    return {ErrorKind::invalid_request, text};
}

SecretBytes decoded(std::string_view text) {
    SecretBytes octets(text.size());
    std::size_t size = 0;
    if (!decode_percent(text, Plus::space, [&](std::uint8_t octet) { octets.writable()[size++] = octet; }))
        throw malformed("The body has a % that two hexadecimal digits don't follow; a % is sent as %25");
    octets.truncate(size);
    if (!is_utf8(octets.reveal_text())) throw malformed("The body has a parameter that is not UTF-8");
    return octets;
}

}  // namespace

Form::Form(const SecretBytes& body) {
    std::string_view text = body.reveal_text();
    if (text.empty()) return;
    if (has_control_characters(text))
        throw malformed("The body has a control character, as a line break, that is not percent-encoded");
    while (true) {
        const auto end = text.find('&');
        add(text.substr(0, end));
        if (end == std::string_view::npos) return;
        text.remove_prefix(end + 1);
    }
}

void Form::add(std::string_view pair) {
    if (pair.empty()) throw malformed("The body has an empty parameter");
    if (parameters_.size() == most_form_parameters)
        throw malformed("The body has more than " + std::to_string(most_form_parameters) + " parameters");
    const auto equals = pair.find('=');
    SecretBytes name = decoded(pair.substr(0, equals));
    SecretBytes value = equals == std::string_view::npos ? SecretBytes() : decoded(pair.substr(equals + 1));
    for (const auto& [other, unused] : parameters_)
        if (other.reveal_text() == name.reveal_text())
            throw malformed("The body has a parameter more than once");
    parameters_.emplace_back(std::move(name), std::move(value));
}

const SecretBytes* Form::find(std::string_view name) const {
    const auto found =
        std::ranges::find_if(parameters_, [&](const auto& each) { return each.first.reveal_text() == name; });
    return found == parameters_.end() || found->second.empty() ? nullptr : &found->second;
}

std::size_t Form::count_others(std::initializer_list<std::string_view> names) const {
    const auto is_other = [&](const auto& each) {
        return std::ranges::find(names, each.first.reveal_text()) == names.end();
    };
    return static_cast<std::size_t>(std::ranges::count_if(parameters_, is_other));
}

}  // namespace keyward::api
