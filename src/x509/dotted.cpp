#include "x509/dotted.hpp"

namespace keyward::x509 {

std::vector<std::string_view> between_dots(std::string_view text) {
    std::vector<std::string_view> pieces;
    std::size_t dot = 0;
    while ((dot = text.find('.')) != std::string_view::npos) {
        pieces.push_back(text.substr(0, dot));
        text.remove_prefix(dot + 1);
    }
    pieces.push_back(text);
    return pieces;
}

}  // namespace keyward::x509
