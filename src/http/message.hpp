#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/secret_bytes.hpp"

namespace keyward::http {

/// `other` is any valid method token that is not in this list; `Request::method_name` has its name.
enum class Method { get, head, post, put, patch, del, options, other };

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Response;

/// Answers a request while its handler still runs.
class EarlyResponder {
  public:
    EarlyResponder() = default;
    EarlyResponder(const EarlyResponder&) = delete;
    EarlyResponder& operator=(const EarlyResponder&) = delete;
    virtual ~EarlyResponder() = default;

    /// Answers instead of the handler and ends the connection afterwards; the handler's own response is
    /// discarded. Only valid until the handler returns. Thread-safe.
    virtual void answer_early(Response response) noexcept = 0;
};

/// One complete request that passed the strict reader. The body is secret because it may hold key material.
struct Request {
    Method method = Method::get;
    std::string method_name;  ///< as sent, also for methods that no route knows
    std::string path;         ///< the part before the question mark, still percent-encoded; begins with one
                              ///< slash
    std::string query;        ///< the part after the question mark, still percent-encoded
    Headers headers;          ///< names in lower case, values trimmed; in the order of the request
    SecretBytes body;
    std::string remote_address;
    EarlyResponder* early = nullptr;  ///< null when an early answer is not possible

    /// The value of the first header with this name (in lower case).
    [[nodiscard]] const std::string* header(std::string_view name) const {
        const auto found = std::ranges::find(headers, name, &Headers::value_type::first);
        return found == headers.end() ? nullptr : &found->second;
    }
};

/// Makes the next part of a body that is sent in parts; nothing at its end. Runs on a handler thread, one
/// call at a time, each after the client has taken the previous part. It must hold no shared resource between
/// two calls. When it throws, the connection is cut off, so that the client sees that the body is incomplete.
using NextPart = std::function<std::optional<std::string>()>;

/// One answer. The server adds Content-Length, Date and Connection.
struct Response {
    int status = 200;
    std::string content_type = "application/json";
    std::string body;
    Headers headers;
    bool close = false;  ///< the connection ends after this answer
    NextPart next = {};  ///< makes the rest of the body, when it is too large to be held in memory
};

}  // namespace keyward::http
