#include "api/late_answer.hpp"

#include "api/problem.hpp"
#include "core/log.hpp"

namespace keyward::api {

void LateAnswer::give_up(const service::ServiceError& why) noexcept {
    try {
        client_.answer_early(
            with_standing_headers(problem_of(std::make_exception_ptr(why), request_id_), request_id_));
    } catch (const std::exception&) {  // no memory: the client waits until the handler ends
        log::error("request.not_given_up", {{"request", request_id_}});
    }
}

}  // namespace keyward::api
