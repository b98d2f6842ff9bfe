#include "http/connection.hpp"

#include <string_view>
#include <utility>

#include <sys/socket.h>

#include "base/contain.hpp"
#include "base/log.hpp"
#include "base/secret_bytes.hpp"

namespace keyward::http {
namespace {

constexpr std::string_view too_much_work = "too many requests are waiting: try again in a second";
constexpr std::string_view too_many_bodies =
    "the requests that are being read are too large in total: try again in a second";
constexpr std::string_view too_many_bodies_of_one =
    "the requests that are being read from this address are too large in total: try again in a second";
constexpr std::string_view stopping = "the service is stopping: try again in a second";
constexpr std::string_view too_slow = "the request did not arrive in time";

/// Makes the next close discard unsent data. Otherwise the kernel would keep it for minutes.
void forget_unsent_data(int socket) {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

}  // namespace

Connection::Connection(FileDescriptor socket, std::string peer_address, ServerContext& context)
    : context_(context),
      peer_address_(std::move(peer_address)),
      place_(context_.proxies.trusts(peer_address_)
                 ? AddressShares::Share()
                 : AddressShares::Share(context_.connections_of_addresses, peer_address_)),
      socket_(std::move(socket)),
      reader_(context.limits),
      body_memory_(context.body_memory),
      unsent_memory_(context.unsent_memory) {
    set_deadline(context_.settings.header_deadline);
}

void Connection::receive(ByteView bytes) noexcept {
    const Lock lock(mutex_);
    try {
        if (state_ == State::reading) {
            read(bytes);
        } else {
            pipelined_ = true;
        }
    } catch (...) {  // no memory
        hang_up();
    }
}

void Connection::read(ByteView bytes) {
    while (!bytes.empty() && state_ == State::reading) {
        if (reader_.is_untouched() && answered_before_) set_deadline(context_.settings.header_deadline);
        bytes = bytes.subspan(reader_.feed(bytes));
        look_at_reader(!bytes.empty());
    }
    if (state_ == State::reading && reader_.awaits_continue() && !body_invited_) invite_body();
}

void Connection::look_at_reader(bool more_follows) {
    switch (reader_.state()) {
        case RequestReader::State::head:
            return;
        case RequestReader::State::body:
            if (!std::exchange(in_body_, true)) begin_body();
            return hold_body_memory();
        case RequestReader::State::complete:
            return begin_handling(more_follows);
        case RequestReader::State::refused:
            return refuse(reader_.refusal().status, reader_.refusal().reason);
    }
}

void Connection::begin_body() {
    set_deadline(context_.settings.body_deadline);
    body_share_ = {context_.body_memory_of_addresses, context_.client_of(peer_address_, reader_.fields())};
}

void Connection::hold_body_memory() {
    const std::size_t size = reader_.body_memory();
    if (size > body_free_of_share && !body_share_.resize(size)) return refuse(503, too_many_bodies_of_one);
    if (!body_memory_.resize(size)) refuse(503, too_many_bodies);
}

/// RFC 9110 15.2.1. Such a short text always fits: the kernel has accepted everything sent before.
void Connection::invite_body() {
    constexpr std::string_view interim = "HTTP/1.1 100 Continue\r\n\r\n";
    body_invited_ = true;
    const auto sent = ::send(socket_.get(), interim.data(), interim.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent != static_cast<ssize_t>(interim.size())) hang_up();
}

void Connection::begin_handling(bool more_follows) {
    auto read = reader_.take();
    request_ = std::move(read.request);
    request_.early = this;
    persistent_ = read.persistent;
    http_1_0_ = read.http_1_0;
    head_only_ = request_.method == Method::head;
    pipelined_ = more_follows;
    in_body_ = body_invited_ = false;
    enter(State::busy);
    if (context_.draining) return answer(context_.refuse(503, stopping, request_.headers));
    request_.remote_address = context_.client_of(peer_address_, request_.headers);
    if (!context_.pool.submit(shared_from_this()))
        answer(context_.refuse(503, too_much_work, request_.headers));
}

void Connection::refuse(int status, std::string_view what_was_wrong) {
    auto response = context_.refuse(status, what_was_wrong, reader_.fields());
    response.close = true;
    head_only_ = reader_.is_head_request();
    enter(State::busy);
    answer(std::move(response));
}

void Connection::run() noexcept {
    if (in_parts_) return prepare_next_part();
    Response response;
    const bool handled = contain("handling of a request", [&] { response = context_.handle(request_); });
    const Lock lock(mutex_);
    if (!handled) {  // no memory, not even for the refusal
        forget_request();
        return hang_up();
    }
    if (state_ != State::busy) {  // hung up during handling
        keyward::cleanse(response.body);
        return forget_request();
    }
    try {
        answer(std::move(response));
    } catch (...) {  // no memory
        forget_request();
        hang_up();
    }
}

/// Leaves the request untouched, because the handler still uses it.
void Connection::answer_early(Response response) noexcept {
    const Lock lock(mutex_);
    if (state_ != State::busy) return;
    try {
        response.close = true;
        send(std::move(response));
    } catch (...) {  // no memory
        hang_up();
    }
}

void Connection::answer(Response response) {
    forget_request();
    send(std::move(response));
}

void Connection::send(Response response) {
    const bool has_parts = response.next != nullptr;
    chunked_ = has_parts && !http_1_0_;
    close_after_ = response.close || !persistent_ || pipelined_ || input_ended_ || context_.draining ||
                   (has_parts && http_1_0_);
    in_parts_ = has_parts && !head_only_;
    if (in_parts_) next_part_ = std::move(response.next);
    outgoing_ = OutgoingAnswer(std::move(response), {.without_body = head_only_,
                                                     .close = close_after_,
                                                     .http_1_0 = http_1_0_,
                                                     .chunked = chunked_,
                                                     .until_close = has_parts && http_1_0_});
    write();
}

/// Queues the next part behind all other work, so that a client that reads fast does not hold a thread
/// either.
void Connection::order_next_part() {
    if (state_ == State::writing) context_.deadlines.unwatch(socket_.get());
    outgoing_ = OutgoingAnswer{};
    unsent_memory_.resize(0);
    enter(State::preparing);
    if (!context_.pool.submit(shared_from_this())) hang_up();
}

/// While the state is `preparing`, only this thread accesses `next_part_`.
void Connection::prepare_next_part() noexcept {
    {
        const Lock lock(mutex_);
        if (state_ != State::preparing) return;
    }
    std::optional<std::string> part;
    bool failed = false;
    try {
        part = next_part_();
    } catch (...) {  // any type; the text of the exception may hold a secret
        failed = true;
    }
    const Lock lock(mutex_);
    if (state_ != State::preparing) return;  // hung up during the call
    try {
        if (!failed) return send_part(std::move(part));
    } catch (...) {  // no memory
    }
    contain("log of an answer that is cut off", [this] {
        log::error("http.answer_cut_off", {{"client", peer_address_}});
    });
    hang_up();
}

void Connection::send_part(std::optional<std::string> part) {
    in_parts_ = part.has_value();
    if (!in_parts_) next_part_ = nullptr;
    if (chunked_) part = chunk_of(part.value_or(""));
    outgoing_ = OutgoingAnswer(std::move(part).value_or(""));
    write();
}

void Connection::forget_request() noexcept {
    cleanse(request_);
    request_ = Request{};
    body_memory_.resize(0);
    body_share_.resize(0);
}

void Connection::write() {
    const auto progress = outgoing_.send(socket_.get());
    if (progress == OutgoingAnswer::Progress::done) return in_parts_ ? order_next_part() : finish_answer();
    if (progress == OutgoingAnswer::Progress::failed) return hang_up();
    if (state_ == State::writing) return;
    if (!unsent_memory_.resize(outgoing_.remaining())) return hang_up();
    context_.deadlines.watch(socket_.get(), *this);
    enter(State::writing);
    set_deadline(context_.settings.write_deadline);
}

void Connection::finish_answer() {
    if (state_ == State::writing) context_.deadlines.unwatch(socket_.get());
    outgoing_ = OutgoingAnswer{};
    unsent_memory_.resize(0);
    answered_before_ = true;
    if (!close_after_ && !pipelined_) {
        enter(State::reading);
        return set_deadline(context_.settings.idle_deadline);
    }
    if (input_ended_) return hang_up();
    // A close with unread input would reset the connection, which could destroy the answer in transit (RFC
    // 9112 9.6).
    ::shutdown(socket_.get(), SHUT_WR);
    enter(State::lingering);
    set_deadline(context_.settings.linger_deadline);
}

void Connection::socket_has_room() noexcept {
    const Lock lock(mutex_);
    if (state_ != State::writing) return;
    try {
        write();
    } catch (...) {
        hang_up();
    }
}

void Connection::input_ended() noexcept {
    const Lock lock(mutex_);
    input_ended_ = true;
    if (state_ == State::reading || state_ == State::lingering) hang_up();
}

void Connection::deadline_passed(std::int64_t now) noexcept {
    const Lock lock(mutex_);
    if (!is_due(now)) return;
    try {
        if (state_ == State::reading && !reader_.is_untouched()) return refuse(408, too_slow);
    } catch (...) {  // no memory: no answer
    }
    hang_up();
}

void Connection::abandon() noexcept {
    const Lock lock(mutex_);
    hang_up();
}

/// Shuts the socket down, so that Pistache reads its end and closes its own descriptor. Resets the connection
/// when an answer in parts is incomplete: to a client without chunked encoding, an orderly end would be the
/// end of the body.
void Connection::hang_up() noexcept {
    if (state_ == State::closed) return;
    if (state_ == State::writing) context_.deadlines.unwatch(socket_.get());
    if (state_ == State::writing || in_parts_) forget_unsent_data(socket_.get());
    if (!input_ended_) ::shutdown(socket_.get(), in_parts_ ? SHUT_RD : SHUT_RDWR);
    socket_.reset();
    outgoing_ = OutgoingAnswer{};
    unsent_memory_.resize(0);
    if (state_ != State::busy) {
        body_memory_.resize(0);
        body_share_.resize(0);
    }
    enter(State::closed);
    context_.deadlines.remove(*this);
}

void Connection::enter(State next) noexcept {
    const auto counts = [](State state) {
        return state == State::busy || state == State::writing || state == State::preparing;
    };
    if (counts(next) && !counts(state_)) ++context_.in_flight;
    if (!counts(next) && counts(state_)) --context_.in_flight;
    state_ = next;
    deadline_.store(never, std::memory_order_relaxed);
}

void Connection::set_deadline(std::chrono::milliseconds from_now) noexcept {
    deadline_.store(steady_milliseconds() + from_now.count(), std::memory_order_relaxed);
}

}  // namespace keyward::http
