#include "api/json/json_body.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "domain/errors.hpp"

namespace keyward::api {
namespace {

constexpr int out_of_range_id = 406;  // the library's id for a number that no type holds

[[noreturn]] void throw_malformed_at(std::size_t byte) {
    throw MalformedJson("The body is not valid JSON at byte " + std::to_string(byte));
}

[[noreturn]] void throw_nested_too_deep() {
    throw MalformedJson("The JSON is nested deeper than " + std::to_string(most_json_depth));
}

/// Translates an error of the library's parser.
template <typename Error>
[[noreturn]] void refuse(std::size_t byte, const Error& error) {
    if (error.id == out_of_range_id) throw MalformedJson("The JSON holds a number that is out of range");
    throw_malformed_at(byte);
}

/// Counts the values of a document and stores none. The library's parser calls its functions.
class Counter {
  public:
    explicit Counter(std::span<const ArrayLimit> limits) : limits_(limits) { open_.reserve(most_json_depth); }

    bool null() { return count(); }
    bool boolean(bool /*value*/) { return count(); }
    bool number_integer(Json::number_integer_t /*value*/) { return count(); }
    bool number_unsigned(Json::number_unsigned_t /*value*/) { return count(); }
    bool number_float(Json::number_float_t /*value*/, const std::string& /*text*/) { return count(); }
    bool string(const std::string& /*value*/) { return count(); }
    bool binary(Json::binary_t& /*value*/) { return false; }  // JSON texts have none
    bool start_object(std::size_t /*size*/) { return open(false); }
    bool start_array(std::size_t /*size*/) { return open(true); }
    bool end_object() { return close(); }
    bool end_array() { return close(); }

    bool key(const std::string& name) {
        if (open_.size() == 1) {
            const auto found = std::ranges::find(limits_, name, &ArrayLimit::member);
            member_ = found == limits_.end() ? nullptr : &*found;
        }
        return true;
    }

    template <typename Error>
    bool parse_error(std::size_t byte, const std::string& /*token*/, const Error& error) {
        refuse(byte, error);
    }

    /// The count for the whole text; call it after the end.
    [[nodiscard]] std::size_t checked_values() {
        if (values_ > most_json_values)
            add_once({"", "must have at most " + std::to_string(most_json_values) +
                              " values in all, but has " + std::to_string(values_)});
        if (!mistakes_.empty()) throw ServiceError(std::move(mistakes_));
        return values_;
    }

  private:
    struct Container {
        bool is_array;
        std::size_t entries = 0;
    };

    bool count() {
        ++values_;
        if (!open_.empty()) ++open_.back().entries;
        return true;
    }

    bool open(bool is_array) {
        if (open_.size() == most_json_depth) throw_nested_too_deep();
        count();
        open_.push_back({is_array});
        return true;
    }

    bool close() {
        const Container closed = open_.back();
        open_.pop_back();
        const bool has_limit =
            closed.is_array && open_.size() == 1 && !open_.back().is_array && member_ != nullptr;
        if (has_limit && closed.entries > member_->max)
            add_once({"/" + std::string(member_->member),
                      "must have " + std::to_string(member_->min) + " to " + std::to_string(member_->max) +
                          " entries, but has " + std::to_string(closed.entries)});
        else if (!has_limit && closed.is_array && closed.entries > most_array_entries)
            add_once({place(),
                      "must have no array of more than " + std::to_string(most_array_entries) + " entries"});
        else if (!closed.is_array && closed.entries > most_object_members)
            add_once({place(), "must have no object of more than " + std::to_string(most_object_members) +
                                   " members"});
        return true;
    }

    /// The pointer of the enclosing member. Unknown names may be key material and are not repeated.
    [[nodiscard]] std::string place() const {
        return open_.empty() || member_ == nullptr ? "" : "/" + std::string(member_->member);
    }

    /// Adds a mistake unless it is there already; there could be as many as there are values.
    void add_once(FieldError mistake) {
        const auto is_same = [&](const FieldError& other) {
            return other.pointer == mistake.pointer && other.message == mistake.message;
        };
        if (std::ranges::none_of(mistakes_, is_same)) mistakes_.push_back(std::move(mistake));
    }

    std::span<const ArrayLimit> limits_;
    std::vector<Container> open_;         ///< containers around the next value, the outermost first
    const ArrayLimit* member_ = nullptr;  ///< the current member of the outermost object, if it has a limit
    std::size_t values_ = 0;
    std::vector<FieldError> mistakes_;
};

/// Builds the document from the parser's events, and refuses what JSON allows and this service does not. The
/// library's parser calls its functions.
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
        refuse(byte, error);
    }

  private:
    template <typename Value>
    bool keep(Value&& value) {
        place() = std::forward<Value>(value);
        return true;
    }

    /// The place of the next value.
    Json& place() {
        if (open_.empty()) return root_;
        if (open_.back()->is_object()) return *member_;
        return open_.back()->get_ref<Json::array_t&>().emplace_back();
    }

    bool open(Json container) {
        if (open_.size() == most_json_depth) throw_nested_too_deep();
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
    Json* member_ = nullptr;   ///< the member of the innermost container, when that is an object
};

template <typename Events>
void read_strictly(const SecretBytes& body, Events& events) {
    const std::string_view text = body.reveal_text();
    if (text.empty()) throw MalformedJson("The body is empty; a JSON object is expected");
    if (text.starts_with("\xEF\xBB\xBF"))
        throw MalformedJson("The JSON begins with a byte order mark; send it without");
    // The library treats a NUL as the end and would ignore what follows.
    if (const auto nul = text.find('\0'); nul != std::string_view::npos) throw_malformed_at(nul + 1);
    Json::sax_parse(text, &events);
}

}  // namespace

std::size_t count_json_values(const SecretBytes& body, std::span<const ArrayLimit> limits) {
    Counter counter(limits);
    read_strictly(body, counter);
    return counter.checked_values();
}

Json parse_json(const SecretBytes& body) {
    Json parsed;
    Builder builder(parsed);
    read_strictly(body, builder);
    return parsed;
}

}  // namespace keyward::api
