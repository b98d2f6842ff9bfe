#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "base/secret_bytes.hpp"

namespace keyward::log {

/// A value in a log line: text or a number. There is no conversion from a secret, so a secret cannot get into
/// a log.
class Value {
  public:
    // Implicit, so that a log call can name its values in place.
    Value(std::string text) : text_(std::move(text)) {}
    Value(std::string_view text) : text_(text) {}
    Value(const char* text) : text_(text) {}
    Value(std::int64_t number) : text_(std::to_string(number)), number_(true) {}
    Value(int number) : Value(static_cast<std::int64_t>(number)) {}
    Value(std::size_t number) : text_(std::to_string(number)), number_(true) {}
    Value(bool) = delete;
    Value(const SecretBytes&) = delete;

    [[nodiscard]] const std::string& text() const { return text_; }
    [[nodiscard]] bool is_number() const { return number_; }

  private:
    std::string text_;
    bool number_ = false;
};

using Values = std::initializer_list<std::pair<std::string_view, Value>>;

/// Writes one line of JSON to stderr: time, level, event and the named values. Events are named
/// `subject.what_happened`. Thread-safe.
void info(std::string_view event, Values values = {});
void warn(std::string_view event, Values values = {});
void error(std::string_view event, Values values = {});

/// Drops everything below warnings: for the short commands, whose stderr is for people.
void only_warnings();

}  // namespace keyward::log
