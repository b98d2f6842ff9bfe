#include "api/json_body.hpp"

#include <set>
#include <string>
#include <vector>

namespace keyward::api {
namespace {

constexpr int depth_limit = 32;

/// Watches the parser's events for what JSON allows and we do not.
class Watch {
  public:
    bool operator()(int /*depth*/, Json::parse_event_t event, const Json& parsed) {
        switch (event) {
            case Json::parse_event_t::object_start:
            case Json::parse_event_t::array_start:
                members_.emplace_back();
                if (members_.size() > depth_limit)
                    throw MalformedJson("The JSON is nested deeper than " + std::to_string(depth_limit));
                break;
            case Json::parse_event_t::object_end:
            case Json::parse_event_t::array_end:
                members_.pop_back();
                break;
            case Json::parse_event_t::key:
                if (!members_.back().insert(parsed.get_ref<const std::string&>()).second)
                    throw MalformedJson("The JSON has an object with a duplicate member");
                break;
            case Json::parse_event_t::value:
                break;
        }
        return true;
    }

  private:
    std::vector<std::set<std::string>> members_;
};

MalformedJson malformed_at(std::size_t byte) {
    return MalformedJson("The body is not valid JSON at byte " + std::to_string(byte));
}

}  // namespace

Json parse_json(const SecretBytes& body) {
    const std::string_view text = body.reveal_text();
    if (text.empty()) throw MalformedJson("The body is empty; a JSON object is expected");
    if (text.starts_with("\xEF\xBB\xBF"))
        throw MalformedJson("The JSON begins with a byte order mark; send it without");
    // The library takes a NUL for the end and would not look at what follows.
    if (const auto nul = text.find('\0'); nul != std::string_view::npos) throw malformed_at(nul + 1);
    Watch watch;
    try {
        return Json::parse(text, [&watch](int depth, Json::parse_event_t event, Json& parsed) {
            return watch(depth, event, parsed);
        });
    } catch (const Json::parse_error& error) {
        throw malformed_at(error.byte);
    } catch (const Json::exception&) {
        throw MalformedJson("The JSON holds a number that is out of range");
    }
}

}  // namespace keyward::api
