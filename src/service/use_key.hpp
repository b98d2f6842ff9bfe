#pragma once

#include <optional>
#include <string>
#include <vector>

#include "service/access.hpp"
#include "service/decryption_throttle.hpp"
#include "service/known_keys.hpp"
#include "service/operation.hpp"
#include "service/origin.hpp"
#include "service/workplace.hpp"

namespace keyward::service {

/// One operation as it was sent, its base64 decoded. What is absent was not sent.
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
    Action action = Action::encrypt;
    bool batch = false;  ///< what goes wrong with one operation is told in its result
    std::vector<OperationFields> operations;
    Origin origin;
    Waiter* waiter = nullptr;  ///< who can be let go while a call hangs; without one, workers make the calls
};

/// The answer to one operation.
struct UseResult {
    bool success = true;
    std::string message = {};        ///< why not
    std::optional<bool> valid = {};  ///< verify
    std::optional<Bytes> signature = {};
    std::optional<SecretBytes> output = {};
    std::optional<Bytes> iv = {};   ///< encrypt, where the mechanism has one
    std::optional<Bytes> tag = {};  ///< encrypt with GCM
};

/// The use of keys: in the token, within the key's mechanisms and the caller's grants. One lookup tells
/// whether what is known of the key still holds, so a key that another request or process has changed is
/// never used as it was. Failed decryptions and verifications are results; repeated ones that are an oracle
/// are slowed down for each key. Any thread may call.
class UseKey {
  public:
    UseKey(Workplace workplace, SteadyClock clock);

    /// One result for each operation, in their order. Throws ServiceError as the contract says; `mistakes` is
    /// what reading the request found wrong.
    std::vector<UseResult> run(const Caller& caller, const Project& project, UseKeyRequest request,
                               std::vector<FieldError> mistakes);

  private:
    Workplace workplace_;
    KnownKeys keys_;
    DecryptionThrottle throttle_;
};

}  // namespace keyward::service
