#pragma once

#include <cstddef>
#include <ctime>
#include <string>
#include <string_view>
#include <utility>

#include "http/message.hpp"

namespace keyward::http {

/// The framing of one answer (RFC 9112).
struct AnswerFraming {
    bool without_body = false;  ///< the request was HEAD
    bool close = false;         ///< the connection ends after this answer
    bool http_1_0 = false;      ///< an HTTP/1.0 client must be told that the connection stays open
    bool chunked = false;       ///< the body comes in chunks (RFC 9112 section 7.1)
    bool until_close = false;   ///< the end of the connection ends the body, for clients without chunked
                                ///< encoding
};

/// Whether the handler's response can be sent: a final status, and no header content that ends a line early.
bool is_sendable(const Response& response);

/// Date in the format of RFC 9110 5.6.7: `Sun, 06 Nov 1994 08:49:37 GMT`.
std::string http_date(std::time_t time);

/// Status line and header fields, with the empty line at the end. Drops Content-Length, Date, Connection and
/// Transfer-Encoding from the response's own headers, because the server sets them.
std::string answer_head(const Response& response, const AnswerFraming& framing);

/// One chunk of a body (RFC 9112 section 7.1). An empty chunk is the last one.
std::string chunk_of(std::string_view octets);

/// An answer that is being written to a socket. Cleanses its octets on destruction, because an answer may
/// hold decrypted text.
class OutgoingAnswer {
  public:
    enum class Progress { done, blocked, failed };

    OutgoingAnswer() = default;
    /// The whole answer. If the body is sent in parts: the head and the first part.
    OutgoingAnswer(Response&& response, const AnswerFraming& framing);
    /// A further part, already framed.
    explicit OutgoingAnswer(std::string part) : body_(std::move(part)) {}
    OutgoingAnswer(const OutgoingAnswer&) = delete;
    OutgoingAnswer& operator=(const OutgoingAnswer&) = delete;
    OutgoingAnswer(OutgoingAnswer&&) noexcept = default;
    OutgoingAnswer& operator=(OutgoingAnswer&& other) noexcept;
    ~OutgoingAnswer();

    /// Sends what the socket accepts now, without blocking and without SIGPIPE.
    Progress send(int socket) noexcept;
    [[nodiscard]] std::size_t remaining() const noexcept { return head_.size() + body_.size() - sent_; }

  private:
    void cleanse() noexcept;

    std::string head_;
    std::string body_;
    std::size_t sent_ = 0;
};

}  // namespace keyward::http
