#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/secret_bytes.hpp"
#include "domain/change.hpp"
#include "domain/mechanisms.hpp"
#include "service/runtime/call.hpp"

namespace keyward::service {

/// One operation as it was sent, its base64 decoded. Absent fields were not sent.
struct OperationFields {
    std::string pointer;  ///< of its object in the body: empty, or `/batch/3`
    std::string mechanism;
    std::optional<SecretBytes> input = {};
    std::optional<Bytes> digest = {};
    std::optional<Bytes> iv = {};
    std::optional<Bytes> aad = {};
    std::optional<Bytes> tag = {};
    std::optional<Bytes> signature = {};
    std::optional<std::string> hash = {};
    std::optional<std::string> format = {};
};

/// A call of one of the four actions.
struct UseKeyRequest {
    std::string key_name;
    std::string environment;
    CryptoOperation action = CryptoOperation::encrypt;
    bool batch = false;  ///< errors of one operation are reported in its result
    std::vector<OperationFields> operations;
    Origin origin;
    DeadlineResponder* responder =
        nullptr;  ///< answers the client while a call hangs; without one, workers make the calls
};

/// The answer to one operation.
struct UseResult {
    bool success = true;
    std::string message = {};  ///< why it failed
    std::optional<std::chrono::seconds> retry_after =
        {};                          ///< for an operation that was not tried: when it may be
    std::optional<bool> valid = {};  ///< verify
    std::optional<Bytes> signature = {};
    std::optional<SecretBytes> output = {};
    std::optional<Bytes> iv = {};   ///< encrypt, where the mechanism has an IV
    std::optional<Bytes> tag = {};  ///< encrypt with GCM
};

}  // namespace keyward::service
