#include "api/json_body.hpp"

#include <string>
#include <vector>

namespace keyward::api {
namespace {

constexpr std::size_t depth_limit = 32;
constexpr int out_of_range_id = 406;  // the library's, for a number that no type holds

MalformedJson malformed_at(std::size_t byte) {
    return MalformedJson("The body is not valid JSON at byte " + std::to_string(byte));
}

/// Builds the document from the parser's events, and refuses what JSON allows and we do not. Its functions
/// are those that the library's parser calls.
class Builder {
  public:
    explicit Builder(Json& root) : root_(root) {}

    bool null() { return keep(nullptr); }
    bool boolean(bool value) { return keep(value); }
    bool number_integer(Json::number_integer_t value) { return keep(value); }
    bool number_unsigned(Json::number_unsigned_t value) { return keep(value); }
    bool number_float(Json::number_float_t value, const std::string& /*text*/) { return keep(value); }
    bool string(const std::string& value) { return keep(value); }
    bool binary(Json::binary_t& /*value*/) { return false; }  // JSON texts have none
    bool start_object(std::size_t /*size*/) { return open(Json::object()); }
    bool start_array(std::size_t /*size*/) { return open(Json::array()); }
    bool end_object() { return close(); }
    bool end_array() { return close(); }

    bool key(const std::string& name) {
        const auto [member, is_new] = open_.back()->get_ref<Json::object_t&>().try_emplace(name);
        if (!is_new) throw MalformedJson("The JSON has an object with a duplicate member");
        member_ = &member->second;
        return true;
    }

    template <typename Error>
    bool parse_error(std::size_t byte, const std::string& /*token*/, const Error& error) {
        if (error.id == out_of_range_id) throw MalformedJson("The JSON holds a number that is out of range");
        throw malformed_at(byte);
    }

  private:
    template <typename Value>
    bool keep(Value&& value) {
        place() = std::forward<Value>(value);
        return true;
    }

    /// Where the next value goes.
    Json& place() {
        if (open_.empty()) return root_;
        if (open_.back()->is_object()) return *member_;
        return open_.back()->get_ref<Json::array_t&>().emplace_back();
    }

    bool open(Json container) {
        if (open_.size() == depth_limit)
            throw MalformedJson("The JSON is nested deeper than " + std::to_string(depth_limit));
        Json& there = place();
        there = std::move(container);
        open_.push_back(&there);
        return true;
    }

    bool close() {
        open_.pop_back();
        return true;
    }

    Json& root_;
    std::vector<Json*> open_;  ///< the containers around the next value, the outermost first
    Json* member_ = nullptr;   ///< of the innermost one, when that is an object
};

}  // namespace

Json parse_json(const SecretBytes& body) {
    const std::string_view text = body.reveal_text();
    if (text.empty()) throw MalformedJson("The body is empty; a JSON object is expected");
    if (text.starts_with("\xEF\xBB\xBF"))
        throw MalformedJson("The JSON begins with a byte order mark; send it without");
    // The library takes a NUL for the end and would not look at what follows.
    if (const auto nul = text.find('\0'); nul != std::string_view::npos) throw malformed_at(nul + 1);
    Json parsed;
    Builder builder(parsed);
    Json::sax_parse(text, &builder);
    return parsed;
}

}  // namespace keyward::api
