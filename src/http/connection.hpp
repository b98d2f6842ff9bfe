#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "base/file_descriptor.hpp"
#include "base/mutex.hpp"
#include "http/answer.hpp"
#include "http/byte_budget.hpp"
#include "http/reader.hpp"
#include "http/server_context.hpp"
#include "http/thread_pool.hpp"

namespace keyward::http {

/// One client's connection: reads a request, has it handled, writes the answer, reads the next.
///
/// It owns a duplicate of the socket's descriptor, made while Pistache's own descriptor was certainly open.
/// So an answer can only go to the client that sent the request, even if Pistache closes its descriptor and
/// the kernel gives the number to another client.
///
/// One answer per request. Octets that arrive between a request and the end of its answer are a pipelined
/// request: they are ignored, and the connection ends after the answer. Thread-safe: one lock guards the
/// state.
class Connection final : public PoolTask,
                         public EarlyResponder,
                         public std::enable_shared_from_this<Connection> {
  public:
    Connection(FileDescriptor socket, std::string peer_address, ServerContext& context);

    /// False when the address has the maximum number of connections. Call once, before any other function.
    [[nodiscard]] bool takes_its_place() { return place_.resize(1); }

    /// Accepts octets from the client. The caller cleanses its own copy.
    void receive(ByteView bytes) noexcept;
    /// The client has hung up or closed its sending half. Pistache closes its descriptor afterwards.
    void input_ended() noexcept;
    /// Handles the request and answers it, or makes the next part of an answer. Runs on a handler thread.
    void run() noexcept override;
    void answer_early(Response response) noexcept override;
    /// Called when the socket accepts more of an answer.
    void socket_has_room() noexcept;
    [[nodiscard]] bool is_due(std::int64_t now) const noexcept {
        return deadline_.load(std::memory_order_relaxed) <= now;
    }
    void deadline_passed(std::int64_t now) noexcept;
    /// Hangs up in any state.
    void abandon() noexcept;

  private:
    enum class State {
        reading,    // reads a request, or waits for one
        busy,       // a handler works on the request
        writing,    // the socket has not accepted the whole answer, or the whole of a part
        preparing,  // a handler thread makes the next part of the answer
        lingering,  // the last answer is sent; further input is ignored
        closed
    };
    static constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

    void read(ByteView bytes) KEYWARD_REQUIRES(mutex_);
    void look_at_reader(bool more_follows) KEYWARD_REQUIRES(mutex_);
    void begin_body() KEYWARD_REQUIRES(mutex_);
    void hold_body_memory() KEYWARD_REQUIRES(mutex_);
    void invite_body() KEYWARD_REQUIRES(mutex_);
    void begin_handling(bool more_follows) KEYWARD_REQUIRES(mutex_);
    void refuse(int status, std::string_view what_was_wrong) KEYWARD_REQUIRES(mutex_);
    void answer(Response response) KEYWARD_REQUIRES(mutex_);
    void send(Response response) KEYWARD_REQUIRES(mutex_);
    void write() KEYWARD_REQUIRES(mutex_);
    void order_next_part() KEYWARD_REQUIRES(mutex_);
    void prepare_next_part() noexcept;
    void send_part(std::optional<std::string> part) KEYWARD_REQUIRES(mutex_);
    void finish_answer() KEYWARD_REQUIRES(mutex_);
    void hang_up() noexcept KEYWARD_REQUIRES(mutex_);
    void forget_request() noexcept KEYWARD_REQUIRES(mutex_);
    void enter(State next) noexcept KEYWARD_REQUIRES(mutex_);
    void set_deadline(std::chrono::milliseconds from_now) noexcept;

    ServerContext& context_;
    const std::string peer_address_;
    std::atomic<std::int64_t> deadline_{never};

    AddressShares::Share place_;

    Mutex mutex_;
    FileDescriptor socket_ KEYWARD_GUARDED_BY(mutex_);
    State state_ KEYWARD_GUARDED_BY(mutex_) = State::reading;
    RequestReader reader_ KEYWARD_GUARDED_BY(mutex_);
    ByteReservation body_memory_ KEYWARD_GUARDED_BY(mutex_);
    AddressShares::Share body_share_ KEYWARD_GUARDED_BY(mutex_);
    Request request_;  // of the handler thread while busy, guarded otherwise
    bool answered_before_ KEYWARD_GUARDED_BY(mutex_) = false;
    bool in_body_ KEYWARD_GUARDED_BY(mutex_) = false;
    bool body_invited_ KEYWARD_GUARDED_BY(mutex_) = false;
    bool persistent_ KEYWARD_GUARDED_BY(mutex_) = false;
    bool http_1_0_ KEYWARD_GUARDED_BY(mutex_) = false;
    bool head_only_ KEYWARD_GUARDED_BY(mutex_) = false;
    bool pipelined_ KEYWARD_GUARDED_BY(mutex_) = false;
    bool input_ended_ KEYWARD_GUARDED_BY(mutex_) = false;
    bool close_after_ KEYWARD_GUARDED_BY(mutex_) = false;
    // Parts of the answer are still to come. Written with the mutex held, read by the handler thread without
    // it.
    std::atomic<bool> in_parts_ = false;
    bool chunked_ KEYWARD_GUARDED_BY(mutex_) = false;
    OutgoingAnswer outgoing_ KEYWARD_GUARDED_BY(mutex_);
    NextPart next_part_;  // of the handler thread while preparing, guarded otherwise
    ByteReservation unsent_memory_ KEYWARD_GUARDED_BY(mutex_);
};

}  // namespace keyward::http
