#include "api/optional_login.hpp"

#include "base/contain.hpp"

namespace keyward::api {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 20ms;
constexpr std::size_t most_questions = 16;

}  // namespace

OptionalLogin::OptionalLogin(service::Access& access) : access_(access), thread_([this] { work(); }) {}

OptionalLogin::~OptionalLogin() {
    {
        const Lock lock(mutex_);
        ending_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

std::optional<service::Caller> OptionalLogin::caller_of(const std::string& authorization) {
    auto answer = ask(authorization);
    if (!answer || answer->wait_for(patience) != std::future_status::ready) return std::nullopt;
    try {
        return answer->get();
    } catch (const std::exception&) {
        return std::nullopt;  // the same as no token, because none is needed
    }
}

std::optional<std::future<std::optional<service::Caller>>> OptionalLogin::ask(
    const std::string& authorization) {
    Question question([this, authorization] { return std::optional(access_.authenticate(&authorization)); });
    auto answer = question.get_future();
    {
        const Lock lock(mutex_);
        if (waits_too_long() || questions_.size() == most_questions) return std::nullopt;
        questions_.push_back(std::move(question));
    }
    changed_.notify_one();
    return answer;
}

bool OptionalLogin::waits_too_long() const {
    return asking_since_ && Time::now() - *asking_since_ >= patience;
}

void OptionalLogin::work() {
    const Lock lock(mutex_);
    while (true) {
        changed_.wait(mutex_, [&]() KEYWARD_REQUIRES(mutex_) { return ending_ || !questions_.empty(); });
        if (ending_) return;
        Question question = std::move(questions_.front());
        questions_.pop_front();
        asking_since_ = Time::now();
        {
            const Unlock unlocked(mutex_);
            contain("optional login", [&] { question(); });  // its exceptions go to the future's owner
        }
        asking_since_.reset();
    }
}

}  // namespace keyward::api
