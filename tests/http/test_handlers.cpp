#include "tests/http/test_handlers.hpp"

#include <optional>
#include <stdexcept>
#include <utility>

namespace keyward::test {
namespace {

http::Response text(std::string body) {
    http::Response response;
    response.content_type = "text/plain";
    response.body = std::move(body);
    return response;
}

http::Response echo(const http::Request& request) {
    return text(request.body.empty() ? request.query : std::string(request.body.reveal_text()));
}

http::Response bad_header() {
    auto response = text("not for the client");
    response.headers.emplace_back("X-Split", "one\r\nX-Injected: yes");
    return response;
}

http::Response with_status(int status) {
    auto response = text({});
    response.status = status;
    return response;
}

/// A body of `count` parts of `size` octets. With `fails`, making the last part throws.
http::Response in_parts(std::size_t count, std::size_t size, bool fails) {
    auto response = text(std::string(size, 'a'));
    response.next = [=, made = std::size_t{1}]() mutable -> std::optional<std::string> {
        if (made == count) return std::nullopt;
        if (++made == count && fails) throw 42;  // NOLINT(misc-throw-by-value-catch-by-reference)
        return std::string(size, static_cast<char>('a' + (made - 1) % 26));
    };
    return response;
}

http::Response closing() {
    auto response = text("bye");
    response.close = true;
    return response;
}

}  // namespace

http::Response TestHandlers::handle(http::Request& request) {
    if (request.path == "/echo") return echo(request);
    if (request.path == "/big") return text(std::string(big_size, 'b'));
    if (request.path == "/parts") return in_parts(3, 5, false);
    if (request.path == "/many-parts") return in_parts(120, std::size_t{64} << 10U, false);
    if (request.path == "/cut-parts") return in_parts(3, 5, true);
    if (request.path == "/method") return text(request.method_name);
    if (request.path == "/who") return text(request.remote_address);
    if (request.path == "/hold") return hold();
    if (request.path == "/early") {
        request.early->answer_early(text("early"));
        return hold();
    }
    if (request.path == "/throw-int")
        throw 42;  // NOLINT(misc-throw-by-value-catch-by-reference): anything may be thrown
    if (request.path == "/throw-std") throw std::runtime_error("what nobody may read");
    if (request.path == "/throw-string") throw std::string("what nobody may read");
    if (request.path == "/bad-header") return bad_header();
    if (request.path == "/no-content") return with_status(204);
    if (request.path == "/close") return closing();
    if (request.path == "/release") {
        release();
        return text("released");
    }
    if (request.path == "/held") {
        const std::scoped_lock lock(mutex_);
        return text(std::to_string(held_));
    }
    return with_status(404);
}

http::Response TestHandlers::hold() {
    std::unique_lock lock(mutex_);
    ++held_;
    changed_.wait(lock, [this] { return released_; });
    --held_;
    return text("held");
}

void TestHandlers::release() {
    const std::scoped_lock lock(mutex_);
    released_ = true;
    changed_.notify_all();
}

http::Response refusal(int status, std::string_view what_was_wrong, const http::Headers& seen_so_far) {
    auto response = text("refused: " + std::string(what_was_wrong));
    response.status = status;
    for (const auto& [name, value] : seen_so_far) {
        if (name == "x-request-id") response.headers.emplace_back("X-Request-Id", value);
    }
    return response;
}

}  // namespace keyward::test
