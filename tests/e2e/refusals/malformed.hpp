#pragma once

#include <functional>
#include <string>
#include <vector>

namespace keyward::e2e {

/// Octets on the wire; `{token}` stands for a valid token. The connection is closed after the answer where it
/// can't be known what would be the next request.
struct FramingRow {
    const char* name;
    std::string octets;
    int status;
    const char* error;
    bool closes = true;
};
const std::vector<FramingRow>& malformed_framing();

/// The body of a create request. Without pointers the error is `bad_request`, with them `validation_failed`
/// at exactly these.
struct BodyRow {
    std::string name;
    std::string body;
    std::vector<std::string> pointers;
};
const std::vector<BodyRow>& malformed_bodies();

/// A content that no key of this type can be made of. It is made when the row runs; the error is
/// `validation_failed` at it.
struct ContentRow {
    std::string name;
    const char* key_type;
    const char* algorithm;  ///< empty: left out
    std::function<std::string()> content;
    const char* pointer = "/cryptoKeyInfoEnvironmentList/0/content";
};
const std::vector<ContentRow>& unusable_contents();

}  // namespace keyward::e2e
