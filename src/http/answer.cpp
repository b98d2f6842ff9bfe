#include "http/answer.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <string_view>

#include <sys/socket.h>
#include <sys/uio.h>

#include "base/secret_bytes.hpp"
#include "http/syntax.hpp"

namespace keyward::http {
namespace {

struct Reason {
    int status;
    std::string_view phrase;
};

constexpr std::array reasons{
    Reason{200, "OK"},
    Reason{201, "Created"},
    Reason{202, "Accepted"},
    Reason{204, "No Content"},
    Reason{304, "Not Modified"},
    Reason{400, "Bad Request"},
    Reason{401, "Unauthorized"},
    Reason{403, "Forbidden"},
    Reason{404, "Not Found"},
    Reason{405, "Method Not Allowed"},
    Reason{406, "Not Acceptable"},
    Reason{408, "Request Timeout"},
    Reason{409, "Conflict"},
    Reason{411, "Length Required"},
    Reason{412, "Precondition Failed"},
    Reason{413, "Content Too Large"},
    Reason{414, "URI Too Long"},
    Reason{415, "Unsupported Media Type"},
    Reason{417, "Expectation Failed"},
    Reason{422, "Unprocessable Content"},
    Reason{429, "Too Many Requests"},
    Reason{431, "Request Header Fields Too Large"},
    Reason{500, "Internal Server Error"},
    Reason{501, "Not Implemented"},
    Reason{503, "Service Unavailable"},
    Reason{504, "Gateway Timeout"},
    Reason{505, "HTTP Version Not Supported"},
};

constexpr std::array<std::string_view, 4> headers_of_the_server{"connection", "content-length", "date",
                                                                "transfer-encoding"};

/// RFC 9112 3.1.2: the phrase may be empty.
std::string_view phrase_of(int status) {
    const auto found = std::ranges::find(reasons, status, &Reason::status);
    return found == reasons.end() ? std::string_view{} : found->phrase;
}

bool has_content(int status) {
    return status != 204 && status != 304;
}

bool is_the_servers(std::string_view name) {
    return std::ranges::find(headers_of_the_server, lower_case(name)) != headers_of_the_server.end();
}

/// Cached, because formatting a date costs more than the rest of a head, and it changes once a second.
const std::string& date_now() {
    thread_local std::time_t formatted_for = -1;
    thread_local std::string text;
    const auto now = std::time(nullptr);
    if (now != formatted_for) {
        text = http_date(now);
        formatted_for = now;
    }
    return text;
}

void add_field(std::string& head, std::string_view name, std::string_view value) {
    head.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

bool is_sendable(const Response& response) {
    return response.status >= 200 && response.status <= 999 && is_field_value(response.content_type) &&
           std::ranges::all_of(response.headers, [](const auto& field) {
               return is_token(field.first) && is_field_value(field.second);
           });
}

std::string http_date(std::time_t time) {
    constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::tm utc{};
    ::gmtime_r(&time, &utc);
    const auto two_digits = [](int number) { return (number < 10 ? "0" : "") + std::to_string(number); };
    // the names do not depend on the locale
    std::string text = days.at(static_cast<std::size_t>(utc.tm_wday));
    text.append(", ").append(two_digits(utc.tm_mday)).append(" ");
    text.append(months.at(static_cast<std::size_t>(utc.tm_mon))).append(" ");
    text.append(std::to_string(1900 + utc.tm_year)).append(" ").append(two_digits(utc.tm_hour)).append(":");
    text.append(two_digits(utc.tm_min)).append(":").append(two_digits(utc.tm_sec)).append(" GMT");
    return text;
}

std::string answer_head(const Response& response, const AnswerFraming& framing) {
    std::string head;
    head.reserve(256);
    head.append("HTTP/1.1 ")
        .append(std::to_string(response.status))
        .append(" ")
        .append(phrase_of(response.status));
    head.append("\r\n");
    if (has_content(response.status)) {
        if (!response.content_type.empty()) add_field(head, "Content-Type", response.content_type);
        if (framing.chunked)
            add_field(head, "Transfer-Encoding", "chunked");
        else if (!framing.until_close)
            add_field(head, "Content-Length", std::to_string(response.body.size()));
    }
    add_field(head, "Date", date_now());
    if (framing.close) {
        add_field(head, "Connection", "close");
    } else if (framing.http_1_0) {
        add_field(head, "Connection", "keep-alive");
    }
    for (const auto& [name, value] : response.headers) {
        if (!is_the_servers(name)) add_field(head, name, value);
    }
    head.append("\r\n");
    return head;
}

std::string chunk_of(std::string_view octets) {
    constexpr std::size_t size_room = 2 * sizeof(std::size_t);
    std::array<char, size_room> size{};
    const auto end = std::to_chars(size.data(), size.data() + size.size(), octets.size(), 16).ptr;
    std::string chunk;
    chunk.reserve(size_room + octets.size() + 4);
    return chunk.append(size.data(), end).append("\r\n").append(octets).append("\r\n");
}

OutgoingAnswer::OutgoingAnswer(Response&& response, const AnswerFraming& framing)
    : head_(answer_head(response, framing)), body_(std::move(response.body)) {
    const bool has_body = !framing.without_body && has_content(response.status);
    if (has_body && !framing.chunked) return;
    std::string whole = std::move(body_);
    body_ = has_body ? chunk_of(whole) : std::string();
    keyward::cleanse(whole);
}

OutgoingAnswer& OutgoingAnswer::operator=(OutgoingAnswer&& other) noexcept {
    if (this == &other) return *this;
    cleanse();
    head_ = std::move(other.head_);
    body_ = std::move(other.body_);
    sent_ = other.sent_;
    return *this;
}

OutgoingAnswer::~OutgoingAnswer() {
    cleanse();
}

void OutgoingAnswer::cleanse() noexcept {
    keyward::cleanse(head_);
    keyward::cleanse(body_);
    sent_ = 0;
}

OutgoingAnswer::Progress OutgoingAnswer::send(int socket) noexcept {
    while (remaining() > 0) {
        const auto of_head = std::min(sent_, head_.size());
        const auto of_body = sent_ - of_head;
        std::array<iovec, 2> parts{iovec{head_.data() + of_head, head_.size() - of_head},
                                   iovec{body_.data() + of_body, body_.size() - of_body}};
        msghdr message{};
        message.msg_iov = parts.data();
        message.msg_iovlen = parts.size();
        const auto sent = ::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0) {
            sent_ += static_cast<std::size_t>(sent);
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            return Progress::blocked;
        } else if (errno != EINTR) {
            return Progress::failed;
        }
    }
    return Progress::done;
}

}  // namespace keyward::http
