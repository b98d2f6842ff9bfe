#pragma once

#include <cstddef>
#include <ctime>
#include <string>
#include <string_view>
#include <utility>

#include "http/message.hpp"

namespace keyward::http {

/// How one answer is framed (RFC 9112).
struct AnswerFraming {
    bool without_body = false;  ///< the request was HEAD
    bool close = false;         ///< the connection ends after it
    bool http_1_0 = false;      ///< an old client has to be told that the connection stays
    bool chunked = false;       ///< the body comes in chunks (RFC 9112 section 7.1)
    bool until_close = false;   ///< the body ends with the connection, for clients that know no chunks
};

/// The handler's part can be sent as it is: a final status, and nothing in the headers that would end a line
/// early.
bool is_sendable(const Response& response);

/// Date as RFC 9110 5.6.7 writes it: `Sun, 06 Nov 1994 08:49:37 GMT`.
std::string http_date(std::time_t time);

/// Status line and header fields with the empty line at the end. Content-Length, Date, Connection and
/// Transfer-Encoding among the response's own headers are left out: they are the server's to say.
std::string answer_head(const Response& response, const AnswerFraming& framing);

/// One chunk of a body (RFC 9112 section 7.1). Without octets it is the last.
std::string chunk_of(std::string_view octets);

/// An answer on its way to a socket. Its octets are cleansed when it ends, since an answer may hold a
/// decrypted text.
class OutgoingAnswer {
  public:
    enum class Progress { done, blocked, failed };

    OutgoingAnswer() = default;
    /// All of it, or of one that goes in parts the head and the first part.
    OutgoingAnswer(Response&& response, const AnswerFraming& framing);
    /// A further part, framed already.
    explicit OutgoingAnswer(std::string part) : body_(std::move(part)) {}
    OutgoingAnswer(const OutgoingAnswer&) = delete;
    OutgoingAnswer& operator=(const OutgoingAnswer&) = delete;
    OutgoingAnswer(OutgoingAnswer&&) noexcept = default;
    OutgoingAnswer& operator=(OutgoingAnswer&& other) noexcept;
    ~OutgoingAnswer();

    /// Sends what the socket takes now, without waiting and without SIGPIPE.
    Progress send(int socket) noexcept;
    [[nodiscard]] std::size_t remaining() const noexcept { return head_.size() + body_.size() - sent_; }

  private:
    void cleanse() noexcept;

    std::string head_;
    std::string body_;
    std::size_t sent_ = 0;
};

}  // namespace keyward::http
