#include "api/error_table.hpp"

#include <array>

namespace keyward::api {
namespace {

constexpr std::string_view nothing_to_do = "Nothing.";
constexpr std::string_view correct_first = "No. Correct the request first.";
constexpr std::string_view after_the_wait = "Yes, after the seconds of `Retry-After`.";

constexpr std::array<ErrorRow, error_kinds> error_rows{{
    {.kind = ErrorKind::bad_request,
     .status = 400,
     .code = "bad_request",
     .cause = "The name of a new key is taken, an environment does not exist or is not the caller's, the "
              "body is malformed JSON, the path cannot be decoded, or the request is not well-formed HTTP.",
     .client = "Read `error_description`, which says which of these it is. For a taken name, use `PUT` or "
               "another name.",
     .operators = "For an environment that the caller should reach: `keyward project list` and `keyward "
                  "grant`. The answer is the same whether the environment or the grant is missing.",
     .repeat = correct_first},
    {.kind = ErrorKind::validation_failed,
     .status = 400,
     .code = "validation_failed",
     .cause = "Fields, query parameters or the `Idempotency-Key` are missing, unknown or wrong, the content "
              "cannot be used, the mechanism does not fit the key, or every token refuses the key.",
     .client =
         "Correct every entry of `details`: each has the JSON pointer of a field and what is wrong with it.",
     .operators = "Only if a token refuses keys that it should accept: `keyward check`, and the event "
                  "`import.failed`.",
     .repeat = correct_first},
    {.kind = ErrorKind::invalid_request,
     .status = 400,
     .code = "invalid_request",
     .cause = "The body of a login (`POST /apiops/auth/token`) is malformed, or a parameter is missing, "
              "repeated or unknown.",
     .client = "Send `grant_type`, `client_id` and `client_secret`, each once, form-encoded.",
     .operators = nothing_to_do,
     .repeat = correct_first},
    {.kind = ErrorKind::unsupported_grant_type,
     .status = 400,
     .code = "unsupported_grant_type",
     .cause = "`grant_type` of a login is missing or is not `client_credentials`.",
     .client = "Send `grant_type=client_credentials`.",
     .operators = nothing_to_do,
     .repeat = correct_first},
    {.kind = ErrorKind::unauthorized_client,
     .status = 401,
     .code = "unauthorized_client",
     .cause = "The user name or the password of a login is wrong, or the user has no password.",
     .client = "Correct the user name and the password. Further failures are slowed down.",
     .operators = "The event `login.failed` has the user name and the address of the client.",
     .repeat = correct_first},
    {.kind = ErrorKind::invalid_token,
     .status = 401,
     .code = "invalid_token",
     .cause = "The `Authorization` header is missing or malformed, or the bearer token is malformed, unknown "
              "or revoked.",
     .client = "Send `Authorization: Bearer {token}` with a valid token.",
     .operators = "`keyward token list` shows which tokens are valid; `keyward token create` makes one.",
     .repeat = "No. Send another token."},
    {.kind = ErrorKind::token_expired,
     .status = 401,
     .code = "token_expired",
     .cause = "The end of the bearer token has passed; the answer says when.",
     .client = "Log in again, or ask for a new token.",
     .operators = "`keyward token create --user USER` makes a new one. If tokens expire too early, check the "
                  "clock of the machine.",
     .repeat = "No. Send another token."},
    {.kind = ErrorKind::forbidden,
     .status = 403,
     .code = "forbidden",
     .cause = "The user lacks a permission, which `error_description` names, in the project or in one of the "
              "environments in which the key is deployed.",
     .client = "Ask the operator for the grant.",
     .operators =
         "`keyward grant USER PROJECT PERMISSION`. Administrators, too, need `SECRETS:USE` to use keys.",
     .repeat = "Yes, once the grant is given."},
    {.kind = ErrorKind::not_found,
     .status = 404,
     .code = "not_found",
     .cause = "There is no such path, project or key, the caller has no grant in the project, or the key is "
              "not deployed in that environment.",
     .client = "Check the path and its percent-encoding. For a key that is not deployed, send its content "
               "with `PUT`.",
     .operators = "A project without a grant looks like one that does not exist: `keyward project list`, "
                  "`keyward grant`. For a key that its token has lost: `keyward reconcile --dry-run`.",
     .repeat = correct_first},
    {.kind = ErrorKind::method_not_allowed,
     .status = 405,
     .code = "method_not_allowed",
     .cause = "The path exists, and not with this method.",
     .client = "Use a method of the `Allow` header.",
     .operators = nothing_to_do,
     .repeat = correct_first},
    {.kind = ErrorKind::conflict,
     .status = 409,
     .code = "conflict",
     .cause = "Another request changed the same key at the same time, the key is being deleted, or the "
              "`Idempotency-Key` was sent with another request before.",
     .client = "Read the key again, and repeat the change if it is still needed. For an `Idempotency-Key`, "
               "send the first request unchanged, or a new `Idempotency-Key`.",
     .operators =
         "If every repeat after a restart gets this answer, `policy.request_fingerprint_secret_file` is "
         "another file than before: see [operations.md](operations.md#repeats-of-requests).",
     .repeat = "Yes, after the key has been read again; no for an `Idempotency-Key`."},
    {.kind = ErrorKind::payload_too_large,
     .status = 413,
     .code = "payload_too_large",
     .cause = "The body is larger than `http.max_body`.",
     .client = "Send less, for example a batch in parts.",
     .operators = "Raise `http.max_body`, and the same limit of the proxy; see [limits.md](limits.md).",
     .repeat = correct_first},
    {.kind = ErrorKind::unsupported_media_type,
     .status = 415,
     .code = "unsupported_media_type",
     .cause =
         "`Content-Type` is not `application/json`, or not `application/x-www-form-urlencoded` for a login.",
     .client = "Send the right `Content-Type`. The charset, if there is one, is UTF-8.",
     .operators = nothing_to_do,
     .repeat = correct_first},
    {.kind = ErrorKind::too_many_requests,
     .status = 429,
     .code = "too_many_requests",
     .retry_after = true,
     .cause = "Too many logins of this user or from this address failed, too many logins are under way, too "
              "many decryptions with this key failed, or the user's other requests hold the memory that one "
              "user may have.",
     .client = "Wait. Correct the password or the ciphertexts, or send fewer large requests at once.",
     .operators =
         "The events `login.failed` and `key.decryption_failed` say who: many of them may be an attack. Name "
         "the proxy in `http.trusted_proxies`, or all its clients count as one address.",
     .repeat = after_the_wait},
    {.kind = ErrorKind::hsm_unavailable,
     .status = 503,
     .code = "hsm_unavailable",
     .retry_after = true,
     .cause = "The token of the environment that `error_description` names does not answer in time, refuses "
              "its PIN, is another one, or does not hold the key. For a create or a change: no environment "
              "succeeded, and nothing was left.",
     .client = "Repeat later. Other environments still work.",
     .operators =
         "`/health/ready`, and the events `token.call_failed`, `login.latched`, `pin.unreadable` and "
         "`token.not_the_one`; `keyward check` tests the token. See [operations.md](operations.md#monitor).",
     .repeat = after_the_wait},
    {.kind = ErrorKind::overloaded,
     .status = 503,
     .code = "overloaded",
     .retry_after = true,
     .cause = "A limit of the service is reached ([limits.md](limits.md)), the token has too many calls "
              "waiting, the catalogue's database does not answer, the first request with this "
              "`Idempotency-Key` still runs, or the service is stopping.",
     .client = "Repeat later, with pauses that grow, and fewer requests at once.",
     .operators = "The event `catalogue.failed` means the database: see "
                  "[operations.md](operations.md#when-the-database-fails). Otherwise raise `sessions`, or "
                  "distribute the load.",
     .repeat = after_the_wait},
    {.kind = ErrorKind::internal_error,
     .status = 500,
     .code = "internal_error",
     .cause = "A bug, or no memory. The answer has the request id and no reason.",
     .client = "Report `requestId` to the operator. Read the key again before a change is repeated.",
     .operators = "Find the request id in the log: the event `request.failed` has the reason. Report it.",
     .repeat = "Perhaps, if memory was short."},
}};

constexpr std::array framing_rows{
    FramingRow{.status = 400,
               .kind = ErrorKind::bad_request,
               .cause = "The request line or a header is malformed.",
               .client = "Use an HTTP library."},
    FramingRow{.status = 408,
               .kind = ErrorKind::bad_request,
               .cause = "The request did not arrive in time.",
               .client = "Send it again, on a faster connection."},
    FramingRow{.status = 413,
               .kind = ErrorKind::payload_too_large,
               .cause = "The body is larger than `http.max_body`.",
               .client = "Send less."},
    FramingRow{.status = 414,
               .kind = ErrorKind::bad_request,
               .cause = "The path with its query is too long.",
               .client = "Send a shorter one."},
    FramingRow{.status = 417,
               .kind = ErrorKind::bad_request,
               .cause = "`Expect` has another value than `100-continue`.",
               .client = "Leave the header out."},
    FramingRow{.status = 431,
               .kind = ErrorKind::bad_request,
               .cause = "The headers are too long or too many.",
               .client = "Send fewer."},
    FramingRow{.status = 500,
               .kind = ErrorKind::internal_error,
               .cause = "A bug, or no memory.",
               .client = "Report it."},
    FramingRow{.status = 501,
               .kind = ErrorKind::bad_request,
               .cause = "The body has a `Transfer-Encoding`.",
               .client = "Send `Content-Length` instead."},
    FramingRow{
        .status = 503,
        .kind = ErrorKind::overloaded,
        .cause = "Too many requests wait, their bodies are too large together, or the service is stopping.",
        .client = "Repeat after the seconds of `Retry-After`."},
    FramingRow{.status = 505,
               .kind = ErrorKind::bad_request,
               .cause = "The version of HTTP is not 1.1 or 1.0.",
               .client = "Use HTTP/1.1."},
};

constexpr bool error_table_is_complete() {
    for (std::size_t i = 0; i < error_rows.size(); ++i)
        if (error_rows[i].kind != static_cast<ErrorKind>(i) || error_rows[i].status < 400 ||
            error_rows[i].code.empty() || error_rows[i].cause.empty() || error_rows[i].client.empty() ||
            error_rows[i].operators.empty() || error_rows[i].repeat.empty())
            return false;
    return true;
}
static_assert(error_table_is_complete(), "one row for each ErrorKind, in the order of the enumeration");

}  // namespace

std::span<const ErrorRow> error_table() {
    return error_rows;
}

std::span<const FramingRow> framing_table() {
    return framing_rows;
}

const ErrorRow& row_of(ErrorKind kind) {
    return error_rows[static_cast<std::size_t>(kind)];
}

}  // namespace keyward::api
