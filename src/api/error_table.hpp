#pragma once

#include <span>
#include <string_view>

#include "domain/errors.hpp"

namespace keyward::api {

/// How an error is answered, and what people are told about it: docs/errors.md is made from it. The texts are
/// Markdown.
struct ErrorRow {
    ErrorKind kind;
    int status;
    std::string_view code;       ///< `error` of the answer
    bool retry_after = false;    ///< the answer has a Retry-After header
    std::string_view cause;      ///< when it happens
    std::string_view client;     ///< what the caller does
    std::string_view operators;  ///< what the operator does
    std::string_view repeat;     ///< whether the same request helps
};

/// A request that is refused before its path is read: it is not HTTP as the service accepts it, or it is too
/// large, too slow or one too many. Its connection is closed.
struct FramingRow {
    int status;
    ErrorKind kind;
    std::string_view cause;
    std::string_view client;
};

/// One row for each kind, in the order of the enumeration.
std::span<const ErrorRow> error_table();

std::span<const FramingRow> framing_table();

const ErrorRow& row_of(ErrorKind kind);

}  // namespace keyward::api
