#include "domain/failure_code.hpp"

#include <array>

#include "domain/token.hpp"

namespace keyward {
namespace {

constexpr std::array<FailureCodeRow, failure_codes> code_rows{{
    {.code = FailureCode::refused_by_token,
     .name = "refused_by_token",
     .cause = "The token answers, and does not accept this key or this call: its type, size, curve, "
              "mechanism or template.",
     .client = "Read `message`. Send a kind of key that the token supports; `GET "
               "/apiops/environments/{environmentName}/mechanisms/` lists its mechanisms.",
     .operators = "Run `keyward check`: it tries a key of each kind. [hsm-guide.md](hsm-guide.md) lists what "
                  "modules support. The events `import.failed` and `token.call_failed` have the PKCS#11 call "
                  "and its `CKR_` name.",
     .repeat = "No. The token refuses the same key again."},
    {.code = FailureCode::token_full,
     .name = "token_full",
     .cause = "The token has no room for another object or another session.",
     .client = "Delete keys that are not needed, or ask the operator for room.",
     .operators = "Make room in the token: delete keys, end other programs that use it, or raise its limits. "
                  "Do not set `sessions` above what the token allows.",
     .repeat = "Yes, once there is room."},
    {.code = FailureCode::hsm_unavailable,
     .name = "hsm_unavailable",
     .cause = "The token cannot be reached or logged in to, is another one than the token that holds the "
              "keys, has no free session, or failed at this call. Or the key is being undeployed there, and "
              "the request has no content for it.",
     .client = "Send the environments that failed again with `PUT`. A deletion is finished by the service "
               "itself when the token returns.",
     .operators = "Look at `/health/ready` and at the events `token.call_failed`, `login.latched`, "
                  "`login.paused`, `pin.unreadable`, `token.not_bound` and `token.not_the_one`; see "
                  "[operations.md](operations.md#monitor).",
     .repeat = "Yes, when the token answers again."},
    {.code = FailureCode::timeout,
     .name = "timeout",
     .cause =
         "The token did not answer within the environment's `deadline`, or too many calls were before this "
         "one. A call that had begun may still succeed in the token; the service then destroys its object.",
     .client = "Send the environments that failed again with `PUT`, and fewer at a time.",
     .operators = "If this happens often, the token is slow or overloaded: raise `deadline` or `sessions`, "
                  "or distribute the load; see [limits.md](limits.md).",
     .repeat = "Yes, after some seconds."},
    {.code = FailureCode::check_value_mismatch,
     .name = "check_value_mismatch",
     .cause = "The token reports another key check value, or another hash of the public key, than the key "
              "that was sent has, or than `expectedKeyCheckValue` says. The object has been destroyed.",
     .client = "Compare `expectedKeyCheckValue` with the source of the key. If they agree, the content is "
               "another key.",
     .operators = "Without `expectedKeyCheckValue` in the request, the token stores something else than it "
                  "receives: report it to its vendor.",
     .repeat = "No. Correct the content or the expected value first."},
    {.code = FailureCode::unproved,
     .name = "unproved",
     .cause = "The import was tested, and an attribute that the token reports, or the result of a trial with "
              "the new key, is wrong. The object has been destroyed.",
     .client = "Read `message`, and give it to the operator.",
     .operators = "The module does not do what PKCS#11 says. Look for it in [hsm-guide.md](hsm-guide.md), "
                  "run `keyward check`, and report it to the vendor.",
     .repeat = "No."},
    {.code = FailureCode::not_found,
     .name = "not_found",
     .cause = "The key is not deployed in this environment and the request has no content for it, the "
              "environment is not in the configuration any more, or the token does not hold the object that "
              "is to be destroyed.",
     .client = "Read the key with `GET`, which shows its state in each environment, and send its content "
               "with `PUT`.",
     .operators = "For an object that another program destroyed: `keyward reconcile --give-up ID`; see "
                  "[operations.md](operations.md).",
     .repeat = "No, except for a deletion: the service, and each repeat, looks for the object again."},
    {.code = FailureCode::internal_error,
     .name = "internal_error",
     .cause = "The service failed, and not the token: the catalogue, no memory, or a bug.",
     .client = "Repeat the request. If it fails again, report its `X-Request-Id`.",
     .operators = "The events `import.failed_unexpectedly`, `object.not_destroyed`, `object.not_struck_off` "
                  "and `catalogue.failed` have the reason.",
     .repeat = "Perhaps."},
}};

constexpr bool code_table_is_complete() {
    for (std::size_t i = 0; i < code_rows.size(); ++i)
        if (code_rows[i].code != static_cast<FailureCode>(i) || code_rows[i].name.empty() ||
            code_rows[i].cause.empty() || code_rows[i].client.empty() || code_rows[i].operators.empty() ||
            code_rows[i].repeat.empty())
            return false;
    return true;
}
static_assert(code_table_is_complete(), "one row for each FailureCode, in the order of the enumeration");

FailureCode code_of(TokenFault fault) {
    switch (fault) {
        case TokenFault::refused:
            return FailureCode::refused_by_token;
        case TokenFault::wrong_value:
            return FailureCode::check_value_mismatch;
        case TokenFault::mismatch:
            return FailureCode::unproved;
        case TokenFault::full:
            return FailureCode::token_full;
        case TokenFault::failed:
        case TokenFault::unreachable:
        case TokenFault::pin:
        case TokenFault::busy:
            return FailureCode::hsm_unavailable;
        case TokenFault::missing:
            return FailureCode::not_found;
    }
    return FailureCode::internal_error;
}

}  // namespace

std::span<const FailureCodeRow> failure_code_table() {
    return code_rows;
}

std::string_view to_string(FailureCode code) {
    return code_rows[static_cast<std::size_t>(code)].name;
}

FailureCode failure_code_of(const std::exception& error) {
    if (dynamic_cast<const CallTimedOut*>(&error) != nullptr) return FailureCode::timeout;
    const auto* const failed = dynamic_cast<const TokenError*>(&error);
    return failed == nullptr ? FailureCode::internal_error : code_of(failed->fault());
}

}  // namespace keyward
