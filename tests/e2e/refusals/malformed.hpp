#pragma once

#include <functional>
#include <string>
#include <vector>

namespace keyward::e2e {

/// The octets of a request; `{token}` is replaced by a valid token. The server closes the connection after
/// the answer when it cannot tell where the next request begins.
struct FramingRow {
    const char* name;
    std::string octets;
    int status;
    const char* error;
    bool closes = true;
};
const std::vector<FramingRow>& malformed_framing();

/// The body of a create request. The error is `bad_request` without pointers, and `validation_failed` with
/// exactly these pointers otherwise.
struct BodyRow {
    std::string name;
    std::string body;
    std::vector<std::string> pointers;
};
const std::vector<BodyRow>& malformed_bodies();

/// A content that is no key of this type, generated when the row runs. The error is `validation_failed` at
/// the content.
struct ContentRow {
    std::string name;
    const char* key_type;
    const char* algorithm;  ///< empty: not sent
    std::function<std::string()> content;
    const char* pointer = "/cryptoKeyInfoEnvironmentList/0/content";
};
const std::vector<ContentRow>& unusable_contents();

}  // namespace keyward::e2e
