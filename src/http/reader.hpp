#pragma once

#include <cstddef>
#include <string>

#include "base/secret_bytes.hpp"
#include "http/head.hpp"
#include "http/message.hpp"

namespace keyward::http {

/// Overwrites every part of a request that may be secret: field values (tokens), the query, the body.
void cleanse(Request& request) noexcept;

/// One complete request.
struct ReadRequest {
    Request request;
    bool persistent = false;  ///< the client wants to keep the connection open
    bool http_1_0 = false;
};

/// Strict reader of HTTP/1.1 and HTTP/1.0 requests (RFC 9112), from octets in pieces of any size. The outcome
/// does not depend on where the pieces were cut. It does not use sockets. A refusal is final: later octets
/// are ignored.
///
/// The head may hold a token and the body may hold key material, so every buffer is cleansed when it grows or
/// is destroyed. The body's buffer grows with the octets received, not with the announced length. Not
/// thread-safe.
class RequestReader {
  public:
    enum class State { head, body, complete, refused };

    explicit RequestReader(const ReaderLimits& limits) : limits_(limits) {}
    RequestReader(const RequestReader&) = delete;
    RequestReader& operator=(const RequestReader&) = delete;
    ~RequestReader();

    /// Consumes octets up to the end of the head or the end of the request, whichever comes first. Returns
    /// the number of octets consumed.
    std::size_t feed(ByteView bytes);

    [[nodiscard]] State state() const noexcept { return state_; }
    /// True when no octet of a request has arrived.
    [[nodiscard]] bool is_untouched() const noexcept { return head_size_ == 0; }
    /// True when the client waits for `100 Continue` before it sends the body (RFC 9110 10.1.1).
    [[nodiscard]] bool awaits_continue() const noexcept;
    /// True when the answer has no body, as far as is known yet.
    [[nodiscard]] bool is_head_request() const noexcept { return head_.request.method == Method::head; }
    /// Octets of memory that the body uses now.
    [[nodiscard]] std::size_t body_memory() const noexcept { return body_.size(); }
    /// The reason, for a refused request.
    [[nodiscard]] const Refusal& refusal() const noexcept { return refusal_; }
    /// The fields read so far, also of a refused request.
    [[nodiscard]] const Headers& fields() const noexcept { return head_.request.headers; }

    /// Returns the complete request. The reader is then ready for the next one.
    [[nodiscard]] ReadRequest take();

  private:
    std::size_t feed_head(ByteView bytes);
    std::size_t feed_body(ByteView bytes);
    void take_head_octet(char octet);
    void check_request_line_size(char octet);
    void take_line();
    void finish_head();
    void push(char octet);
    void make_room_for_body(std::size_t size);
    void refuse(Refusal refusal);
    void clear() noexcept;

    ReaderLimits limits_;
    State state_ = State::head;
    RequestHead head_;
    Refusal refusal_;
    std::string line_;                // without its CRLF
    std::size_t head_size_ = 0;       // octets of the head so far
    std::size_t request_spaces_ = 0;  // seen in the request line
    std::size_t target_size_ = 0;
    bool carriage_return_ = false;  // the last octet was a carriage return
    bool has_request_line_ = false;
    bool skipped_empty_line_ = false;
    SecretBytes body_;           // its size is the allocated room
    std::size_t body_size_ = 0;  // octets of the body so far
};

}  // namespace keyward::http
