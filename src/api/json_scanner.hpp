#pragma once

#include <string>
#include <string_view>

#include "api/json_body.hpp"

namespace keyward::api {

/// Reads the tokens of a JSON text (RFC 8259), one after the other, strictly, and fast where a string has no
/// escapes, as base64 has none. Everything throws MalformedJson that tells the place of what does not belong.
/// Borrows the text; strings are written once, straight to where they are to be.
class JsonScanner {
  public:
    explicit JsonScanner(std::string_view text) : text_(text) {}

    /// The next character behind white space; a NUL at the end, which no JSON text holds otherwise.
    char peek();
    /// Passes over the next character, which has to be this one.
    void expect(char expected);
    /// Passes over the next character if it is this one.
    bool take(char wanted);
    /// A string, whose opening quote is next.
    void read_string(std::string& into);
    Json read_number();
    /// `true`, `false` or `null`, which has to be next.
    void read_word(std::string_view word);
    /// Nothing but white space is left.
    void expect_end();
    [[noreturn]] void fail() const;

  private:
    [[nodiscard]] char current() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    [[nodiscard]] bool at_digit() const { return current() >= '0' && current() <= '9'; }
    /// The characters that stand for themselves.
    std::string_view take_plain();
    void read_escape(std::string& into);
    unsigned read_hex4();
    void read_code_point(std::string& into);
    void skip_digits();

    std::string_view text_;
    std::size_t at_ = 0;
};

}  // namespace keyward::api
