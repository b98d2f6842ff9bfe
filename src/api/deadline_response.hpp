#pragma once

#include "http/message.hpp"
#include "service/runtime/deadline_responder.hpp"

namespace keyward::api {

/// Answers a request whose handler is blocked in a token. The client and the request id must outlive it.
class DeadlineResponse final : public service::DeadlineResponder {
  public:
    DeadlineResponse(http::EarlyResponder& client, const std::string& request_id)
        : client_(client), request_id_(request_id) {}

    void give_up(const ServiceError& why) noexcept override;

  private:
    http::EarlyResponder& client_;
    const std::string& request_id_;
};

}  // namespace keyward::api
