#include <algorithm>
#include <vector>

#include "base/text.hpp"
#include "http/reader.hpp"
#include "http/syntax.hpp"
#include "tests/fuzz/repetition.hpp"
#include "tests/fuzz/target.hpp"

namespace keyward::fuzz {
namespace {

using http::RequestReader;

constexpr std::size_t first_body_room = std::size_t{16} << 10U;

/// Limits that short inputs reach.
constexpr http::ReaderLimits small_limits{
    .max_body = 100'000, .max_head = 2048, .max_target = 256, .max_method = 32, .max_fields = 10};

/// What becomes of a text: every complete request, written again, and how the text ends.
struct Reading {
    std::vector<std::string> requests;
    RequestReader::State state = RequestReader::State::head;
    int status = 0;
    std::string reason;
    http::Headers fields;
    std::size_t consumed = 0;

    bool operator==(const Reading&) const = default;
};

std::string written(const http::ReadRequest& read) {
    const auto& request = read.request;
    std::string text = request.method_name + " " + request.path;
    if (!request.query.empty()) text += "?" + request.query;
    text += read.http_1_0 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n";
    for (const auto& [name, value] : request.headers)
        text.append(name).append(":").append(value).append("\r\n");
    return text.append("\r\n").append(request.body.reveal_text());
}

std::size_t count_fields(const http::Request& request, std::string_view name) {
    return static_cast<std::size_t>(
        std::ranges::count(request.headers, name, &http::Headers::value_type::first));
}

void check_fields(const http::Request& request) {
    for (const auto& [name, value] : request.headers) {
        expect(http::is_token(name) && http::lower_case(name) == name,
               "a field's name is a lower-case token");
        expect(http::is_field_value(value) && http::trimmed(value) == value, "a field's value is trimmed");
    }
    for (const char* name : {"host", "content-length", "content-type", "authorization", "idempotency-key"})
        expect(count_fields(request, name) <= 1, "a field that decides something occurs once");
}

/// What protects from request smuggling: there is one way to find the end of a request.
void check_framing(const http::ReadRequest& read) {
    const auto& request = read.request;
    expect(request.header("transfer-encoding") == nullptr, "no transfer coding is accepted");
    expect(request.header("host") != nullptr || read.http_1_0, "HTTP/1.1 has a host");
    const auto* const length = request.header("content-length");
    expect(length != nullptr || request.body.empty(), "a body has a length");
    if (length != nullptr)
        expect(std::stoull("0" + *length) == request.body.size(), "the body has the announced length");
}

void check_request(const http::ReadRequest& read) {
    const auto& request = read.request;
    expect(http::is_token(request.method_name) && request.method_name.size() <= small_limits.max_method,
           "the method is a token");
    expect(request.path.starts_with('/') && !request.path.starts_with("//"),
           "the path begins with one slash");
    expect(request.path.find('?') == std::string::npos, "the path ends at the first question mark");
    for (const std::string& part : {request.path, request.query})
        expect(std::ranges::all_of(part, http::is_target_octet) && percent_signs_are_whole(part),
               "path and query hold what RFC 3986 allows");
    expect(request.headers.size() <= small_limits.max_fields, "the number of fields is limited");
    check_fields(request);
    check_framing(read);
}

void check_refusal(const Reading& reading, std::string_view input) {
    constexpr std::array statuses{400, 413, 414, 417, 431, 501, 505};
    expect(std::ranges::find(statuses, reading.status) != statuses.end(),
           "a refusal has one of its statuses");
    expect(!reading.reason.empty() && reading.reason.size() < 128,
           "a refusal's reason is one short sentence");
    expect(!repeats(reading.reason, input,
                    {"authorization", "content-length", "content-type", "idempotency-key", "x-request-id",
                     "transfer-encoding", "100-continue"}),
           "a refusal's reason repeats nothing of the request");
}

void check_memory(const RequestReader& reader, std::size_t received) {
    expect(reader.body_memory() <= std::max(first_body_room, 2 * received),
           "the body's buffer grows with what was received");
    expect(reader.body_memory() <= small_limits.max_body, "the body's buffer has the limit of the body");
}

/// `piece_size(rest)` is the number of octets that arrive next, at least one.
template <typename PieceSize>
Reading read_in_pieces(std::string_view input, PieceSize piece_size) {
    RequestReader reader(small_limits);
    Reading reading;
    while (!input.empty() && reader.state() != RequestReader::State::refused) {
        const auto piece = input.substr(0, piece_size(input));
        const std::size_t used = reader.feed(as_bytes(piece));
        expect(used > 0 && used <= piece.size(), "every call consumes some of its octets");
        input.remove_prefix(used);
        reading.consumed += used;
        check_memory(reader, reading.consumed);
        if (reader.state() != RequestReader::State::complete) continue;
        expect(reader.feed(as_bytes("x")) == 0, "a complete request takes no octet of the next");
        const http::ReadRequest read = reader.take();
        check_request(read);
        reading.requests.push_back(written(read) + (read.persistent ? "+" : "-"));
        expect(reader.is_untouched(), "a reader is as new when its request was taken");
    }
    reading.state = reader.state();
    reading.status = reader.state() == RequestReader::State::refused ? reader.refusal().status : 0;
    reading.reason = reader.refusal().reason;
    reading.fields = reader.fields();
    return reading;
}

Reading read_whole(std::string_view input) {
    return read_in_pieces(input, [](std::string_view rest) { return rest.size(); });
}

void check_writing(const std::string& request) {
    const Reading again = read_whole(std::string_view(request).substr(0, request.size() - 1));
    expect(again.requests == std::vector{request}, "a request that is written and read again is the same");
}

void check_texts(std::string_view input) {
    const auto middle = http::trimmed(input);
    expect(http::trimmed(middle) == middle, "trimmed text has nothing to trim");
    const std::string lower = http::lower_case(input);
    expect(lower.size() == input.size() && http::lower_case(lower) == lower, "lower case stays lower case");
    expect(http::list_has_token(input, "close") == http::list_has_token(lower, "close"),
           "a list's tokens have no case");
    expect(http::list_has_token(std::string(input) + ",\tClose ", "close"), "a list has its last token");
}

}  // namespace

bool check_http(std::string_view input) {
    const Reading whole = read_whole(input);
    expect(read_in_pieces(input, [](std::string_view) { return std::size_t{1}; }) == whole,
           "octet by octet, a text is read as in one piece");
    const auto by_content = [](std::string_view rest) {
        return std::min(rest.size(), std::size_t{1} + static_cast<unsigned char>(rest.front()) % 13U);
    };
    expect(read_in_pieces(input, by_content) == whole, "in pieces, a text is read as in one piece");
    if (whole.state == RequestReader::State::refused) check_refusal(whole, input);
    for (const std::string& request : whole.requests)
        check_writing(request);
    check_texts(input);
    return !whole.requests.empty();
}

}  // namespace keyward::fuzz
