#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace keyward::http {

/// Why a request is refused: the status of the answer and a sentence for the client that says what was found
/// and what was expected. It never quotes a field value, which may be a secret.
struct Refusal {
    int status = 400;
    std::string reason;
};

/// Limits of one request. Sizes in octets.
struct ReaderLimits {
    std::size_t max_body = std::size_t{1} << 20U;
    std::size_t max_head = std::size_t{16} << 10U;   ///< request line and fields together; above it: 431
    std::size_t max_target = std::size_t{8} << 10U;  ///< above it: 414
    std::size_t max_method = 32;
    std::size_t max_fields = 100;  ///< above it: 431
};

/// The head of one request, line by line: the request line (RFC 9112 3), then fields (RFC 9112 5), then
/// `finish`. Each call returns the refusal, or nothing.
class RequestHead {
  public:
    /// `line` comes without its CRLF and has no control characters except tabs.
    std::optional<Refusal> add_request_line(std::string_view line, const ReaderLimits& limits);
    std::optional<Refusal> add_field_line(std::string_view line, const ReaderLimits& limits);
    /// Checks what needs all fields: Host, framing (RFC 9112 6), expectations, persistence (RFC 9112 9.3).
    std::optional<Refusal> finish(const ReaderLimits& limits);

    Request request;                 ///< all except its body
    std::size_t content_length = 0;  ///< 0 without the field: RFC 9112 6.3, rule 7
    bool expects_continue = false;
    bool persistent = false;  ///< the client wants to keep the connection open after the answer
    bool http_1_0 = false;

  private:
    std::optional<Refusal> check_target(std::string_view target, const ReaderLimits& limits);
};

}  // namespace keyward::http
