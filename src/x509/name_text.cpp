#include "x509/name_text.hpp"

#include "base/bytes.hpp"
#include "base/client_text.hpp"

namespace keyward::x509 {
namespace {

/// Characters that need a backslash in front (RFC 4514 section 3, `escaped`).
constexpr std::string_view escaped = "\"+,;<>";
/// Characters that may follow a backslash (`pair`), apart from two hexadecimal digits.
constexpr std::string_view behind_backslash = "\"+,;<>\\ #=";

class NameParser {
  public:
    explicit NameParser(std::string_view text) : rest_(text) {}

    std::vector<NamePart> parts() {
        std::vector<NamePart> all;
        do {
            all.emplace_back();
            do {
                all.back().push_back(attribute(all.size()));
            } while (skip('+'));
        } while (skip(','));
        return all;
    }

  private:
    [[noreturn]] static void refuse(std::string_view what, std::size_t part, std::string_view advice) {
        throw NameFormatError("has " + std::string(what) + " in part " + std::to_string(part) +
                              std::string(advice));
    }

    [[noreturn]] static void refuse_space(std::size_t part) {
        refuse("a space before or behind a type or a value", part,
               ": leave it out, or write a backslash before one that belongs to the value");
    }

    bool skip(char wanted) {
        if (rest_.empty() || rest_.front() != wanted) return false;
        rest_.remove_prefix(1);
        return true;
    }

    NameAttribute attribute(std::size_t part) {
        const std::string_view type = rest_.substr(0, rest_.find_first_of("=,+"));
        rest_.remove_prefix(type.size());
        if (!skip('='))
            refuse("no =", part,
                   ", expected type=value as in CN=www.example.org; a comma or plus that belongs to a value "
                   "has a backslash before it");
        if (type.starts_with(' ') || type.ends_with(' ')) refuse_space(part);
        return {type, value(part)};
    }

    std::string value(std::size_t part) {
        if (rest_.starts_with('#'))
            refuse("a value that begins with #", part,
                   ": values in hexadecimal are not taken, write text, with a backslash before a # that "
                   "belongs to it");
        if (rest_.starts_with(' ')) refuse_space(part);
        std::string value;
        bool ends_with_space = false;
        while (!rest_.empty() && rest_.front() != ',' && rest_.front() != '+') {
            ends_with_space = rest_.front() == ' ';
            value += character(part);
        }
        if (ends_with_space) refuse_space(part);
        check(value, part);
        return value;
    }

    char character(std::size_t part) {
        const char first = rest_.front();
        rest_.remove_prefix(1);
        if (first == '\\') return behind_the_backslash(part);
        if (escaped.find(first) != std::string_view::npos)
            refuse("a " + std::string(1, first) + " without a backslash before it", part, "");
        return first;
    }

    char behind_the_backslash(std::size_t part) {
        if (!rest_.empty() && behind_backslash.find(rest_.front()) != std::string_view::npos) {
            const char meant = rest_.front();
            rest_.remove_prefix(1);
            return meant;
        }
        if (rest_.size() < 2 || !is_hex_digit(rest_[0]) || !is_hex_digit(rest_[1]))
            refuse("a backslash", part,
                   R"( that escapes nothing, expected behind it one of " + , ; < > \ # = or a space, or two )"
                   "hexadecimal digits");
        const auto octet = from_hex(rest_.substr(0, 2)).front();
        rest_.remove_prefix(2);
        return static_cast<char>(octet);
    }

    static void check(const std::string& value, std::size_t part) {
        if (value.empty()) refuse("an empty value", part, "");
        if (!is_utf8(value)) refuse("a value that is not UTF-8", part, "");
        if (has_control_characters(value)) refuse("a control character", part, "");
    }

    std::string_view rest_;
};

}  // namespace

std::vector<NamePart> name_parts(std::string_view text) {
    return NameParser(text).parts();
}

}  // namespace keyward::x509
