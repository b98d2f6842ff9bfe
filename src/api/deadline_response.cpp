#include "api/deadline_response.hpp"

#include "api/problem.hpp"
#include "base/contain.hpp"

namespace keyward::api {

void DeadlineResponse::give_up(const ServiceError& why) noexcept {
    // Without memory the client gets no answer before the handler ends.
    contain("answer before the handler's end", [&] {
        client_.answer_early(
            with_standing_headers(problem_of(std::make_exception_ptr(why), request_id_), request_id_));
    });
}

}  // namespace keyward::api
