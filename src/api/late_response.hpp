#pragma once

#include "http/message.hpp"
#include "service/runtime/deadline_responder.hpp"

namespace keyward::api {

/// Answers a request whose handler hangs in a token. Both must outlive it.
class LateAnswer final : public service::Waiter {
  public:
    LateAnswer(EarlyAnswer& client, const std::string& request_id)
        : client_(client), request_id_(request_id) {}

    void give_up(const service::ServiceError& why) noexcept override;

  private:
    EarlyAnswer& client_;
    const std::string& request_id_;
};

}  // namespace keyward::api
