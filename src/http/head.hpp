#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace keyward::http {

/// Why a request is not taken: the status of the answer and a sentence for the client that names what was
/// found and expected. It never quotes a field value, which may be a secret.
struct Refusal {
    int status = 400;
    std::string reason;
};

/// What a request may cost. Sizes in octets.
struct ReaderLimits {
    std::size_t max_body = std::size_t{1} << 20U;
    std::size_t max_head = std::size_t{16} << 10U;   ///< request line and fields together; over it: 431
    std::size_t max_target = std::size_t{8} << 10U;  ///< over it: 414
    std::size_t max_method = 32;
    std::size_t max_fields = 100;  ///< over it: 431
};

/// The head of one request, line by line: the request line (RFC 9112 3), then fields (RFC 9112 5), then
/// `finish`. Each call returns why the request is refused, or nothing.
class RequestHead {
  public:
    /// A line without its CRLF; no control characters but tabs are in it.
    std::optional<Refusal> add_request_line(std::string_view line, const ReaderLimits& limits);
    std::optional<Refusal> add_field_line(std::string_view line, const ReaderLimits& limits);
    /// What can be said only when all fields are there: Host, framing (RFC 9112 6), expectations, persistence
    /// (RFC 9112 9.3).
    std::optional<Refusal> finish(const ReaderLimits& limits);

    Request request;                 ///< all but its body
    std::size_t content_length = 0;  ///< 0 without the field: RFC 9112 6.3, rule 7
    bool expects_continue = false;
    bool persistent = false;  ///< the client wants to go on with this connection after the answer
    bool http_1_0 = false;

  private:
    std::optional<Refusal> check_target(std::string_view target, const ReaderLimits& limits);
};

}  // namespace keyward::http
