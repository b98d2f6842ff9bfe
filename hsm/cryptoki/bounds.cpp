#include "hsm/cryptoki/bounds.hpp"

#include <algorithm>

#include "base/client_text.hpp"
#include "base/log.hpp"
#include "domain/token.hpp"
#include "hsm/cryptoki/cryptoki.hpp"

namespace keyward::hsm {
namespace {

[[noreturn]] void throw_out_of_bounds(TokenFault fault, std::string_view call, CK_ULONG reported,
                                      const std::string& expected) {
    log::error("module.out_of_bounds", {{"label", LogContext::current()},
                                        {"call", call},
                                        {"reported", static_cast<std::size_t>(reported)},
                                        {"expected", expected}});
    throw TokenError(
        fault,
        "The token does not answer as PKCS#11 says: it reports a length or a count that can't be right",
        std::string(call));
}

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

}  // namespace

std::size_t bounded(std::string_view call, CK_ULONG reported, std::size_t room) {
    if (reported <= room) return reported;
    throw_out_of_bounds(TokenFault::unreachable, call, reported, "at most " + std::to_string(room));
}

std::size_t bounded_output(std::string_view call, CK_ULONG reported, std::size_t least, std::size_t most) {
    if (reported >= least && reported <= most) return reported;
    throw_out_of_bounds(TokenFault::mismatch, call, reported,
                        std::to_string(least) + " to " + std::to_string(most));
}

std::string text_of_field(ByteView field) {
    std::string text(field.begin(), std::ranges::find(field, std::uint8_t{0}));
    text.erase(text.find_last_not_of(' ') + 1);
    if (!is_utf8(text))
        std::ranges::replace_if(
            text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '?');
    std::ranges::replace_if(text, is_control, '?');
    return text;
}

void throw_list_keeps_growing(std::string_view call) {
    throw TokenError(TokenFault::unreachable,
                     "The token can't be reached: the module's list grows each time that it is asked for",
                     std::string(call), "CKR_BUFFER_TOO_SMALL");
}

}  // namespace keyward::hsm
