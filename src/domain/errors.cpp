#include "domain/errors.hpp"

#include <cctype>

namespace keyward {
namespace {

/// A body of one mebibyte can hold a hundred thousand mistakes; a longer list helps no reader.
constexpr std::size_t listed_limit = 100;

std::vector<FieldError> listed(std::vector<FieldError> details) {
    if (details.size() <= listed_limit) return details;
    const std::size_t unlisted = details.size() - listed_limit;
    details.resize(listed_limit);
    details.push_back({"", "has " + std::to_string(unlisted) + " further mistakes"});
    return details;
}

/// A token's message is a full sentence; our own messages continue after the pointer.
bool is_sentence(const std::string& message) {
    return !message.empty() && std::isupper(static_cast<unsigned char>(message.front())) != 0;
}

std::string describe(const std::vector<FieldError>& details) {
    std::string text =
        details.size() == 1 ? "1 field is wrong:" : std::to_string(details.size()) + " fields are wrong:";
    const char* separator = " ";
    for (const FieldError& detail : details) {
        text += separator + (detail.pointer.empty() ? "the body" : detail.pointer) +
                (is_sentence(detail.message) ? ": " : " ") + detail.message;
        separator = "; ";
    }
    return text;
}

}  // namespace

ServiceError::ServiceError(std::vector<FieldError> details)
    : std::runtime_error(describe(listed(details))),
      kind_(ErrorKind::validation_failed),
      details_(listed(std::move(details))) {}

}  // namespace keyward
