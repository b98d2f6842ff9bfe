#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/secret_bytes.hpp"

namespace keyward::http {

/// `other` is every method that is a valid token but not in this list; `Request::method_name` tells
/// which.
enum class Method { get, head, post, put, patch, del, options, other };

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Response;

/// A way to answer a request while its handler still runs.
class EarlyResponder {
  public:
    EarlyResponder() = default;
    EarlyResponder(const EarlyResponder&) = delete;
    EarlyResponder& operator=(const EarlyResponder&) = delete;
    virtual ~EarlyResponder() = default;

    /// Answers in the handler's place and ends the connection after it; what the handler makes then goes
    /// nowhere. Only before the handler has returned; any thread may call.
    virtual void answer_early(Response response) noexcept = 0;
};

/// One whole request that passed the strict reader. The body may hold key material, so it is a secret.
struct Request {
    Method method = Method::get;
    std::string method_name;  ///< as sent, for methods that no route knows too
    std::string path;         ///< before the question mark, still percent-encoded; begins with one slash
    std::string query;        ///< after it, still percent-encoded
    Headers headers;          ///< names in lower case, values trimmed; in the order of the request
    SecretBytes body;
    std::string remote_address;
    EarlyResponder* early = nullptr;  ///< null when nobody can answer before the handler has returned

    /// The value of the first header of that name (given in lower case).
    [[nodiscard]] const std::string* header(std::string_view name) const;
};

/// Makes the next part of a body that is sent in parts; nothing when it has ended. Runs on a handler thread,
/// one call at a time, each when the client has taken the part before; it holds nothing between two calls
/// that others wait for. When it throws, the connection is cut off, so that the client sees that the body is
/// not whole.
using NextPart = std::function<std::optional<std::string>()>;

/// One answer. Content-Length, Date and Connection are the server's to add.
struct Response {
    int status = 200;
    std::string content_type = "application/json";
    std::string body;
    Headers headers;
    bool close = false;  ///< the connection ends after this answer
    NextPart next = {};  ///< what follows `body`, for a body that is too large to be held whole
};

}  // namespace keyward::http
