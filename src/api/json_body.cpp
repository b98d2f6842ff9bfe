#include "api/json_body.hpp"

#include <string>

#include "api/json_scanner.hpp"

namespace keyward::api {
namespace {

constexpr int depth_limit = 32;

/// Builds the document, and refuses what JSON allows and we do not.
class Reader {
  public:
    explicit Reader(std::string_view text) : scanner_(text) {}

    Json document() {
        Json root;
        read_value(root, 0);
        scanner_.expect_end();
        return root;
    }

  private:
    void read_value(Json& into, int depth) {
        switch (scanner_.peek()) {
            case '{':
                return read_object(into, depth + 1);
            case '[':
                return read_array(into, depth + 1);
            case '"':
                into = std::string();
                return scanner_.read_string(into.get_ref<std::string&>());
            case 't':
                scanner_.read_word("true");
                into = true;
                return;
            case 'f':
                scanner_.read_word("false");
                into = false;
                return;
            case 'n':
                scanner_.read_word("null");
                into = nullptr;
                return;
            default:
                into = scanner_.read_number();
        }
    }

    void read_object(Json& into, int depth) {
        enter(depth);
        into = Json::object();
        auto& members = into.get_ref<Json::object_t&>();
        scanner_.expect('{');
        if (scanner_.take('}')) return;
        do {
            std::string name;
            scanner_.read_string(name);
            const auto [member, is_new] = members.try_emplace(std::move(name));
            if (!is_new) throw MalformedJson("The JSON has an object with a duplicate member");
            scanner_.expect(':');
            read_value(member->second, depth);
        } while (scanner_.take(','));
        scanner_.expect('}');
    }

    void read_array(Json& into, int depth) {
        enter(depth);
        into = Json::array();
        auto& elements = into.get_ref<Json::array_t&>();
        scanner_.expect('[');
        if (scanner_.take(']')) return;
        do
            read_value(elements.emplace_back(), depth);
        while (scanner_.take(','));
        scanner_.expect(']');
    }

    static void enter(int depth) {
        if (depth > depth_limit)
            throw MalformedJson("The JSON is nested deeper than " + std::to_string(depth_limit));
    }

    JsonScanner scanner_;
};

}  // namespace

Json parse_json(const SecretBytes& body) {
    const std::string_view text = body.reveal_text();
    if (text.empty()) throw MalformedJson("The body is empty; a JSON object is expected");
    if (text.starts_with("\xEF\xBB\xBF"))
        throw MalformedJson("The JSON begins with a byte order mark; send it without");
    return Reader(text).document();
}

}  // namespace keyward::api
