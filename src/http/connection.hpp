#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "http/answer.hpp"
#include "http/byte_budget.hpp"
#include "http/descriptor.hpp"
#include "http/reader.hpp"
#include "http/server_context.hpp"
#include "http/thread_pool.hpp"

namespace keyward::http {

/// One client's connection: reads a request, has it handled, writes the answer, reads the next.
///
/// It owns a duplicate of the socket's descriptor, made while Pistache's own was surely open. So an answer
/// can only go to the client that asked, whatever Pistache closes and whatever number the kernel gives to the
/// next client.
///
/// One answer a request: octets that come between a request and the end of its answer are a pipelined
/// request. They are not looked at, and the connection ends after the answer. All functions may be called by
/// several threads; one lock guards the state.
class Connection final : public PoolTask,
                         public EarlyResponder,
                         public std::enable_shared_from_this<Connection> {
  public:
    Connection(Descriptor socket, std::string peer_address, ServerContext& core);

    /// False when its address has as many connections as one may have. To be asked once, before all else.
    [[nodiscard]] bool takes_its_place() { return place_.resize(1); }

    /// Octets from the client. The caller cleanses its own copy.
    void receive(ByteView bytes) noexcept;
    /// The client sends no more: it has hung up, or closed its half. Pistache then closes its descriptor.
    void input_ended() noexcept;
    /// Handles the request and answers it, or makes the next part of an answer; on a handler thread.
    void run() noexcept override;
    void answer_early(Response response) noexcept override;
    /// The socket takes more of an answer.
    void socket_has_room() noexcept;
    [[nodiscard]] bool is_due(std::int64_t now) const noexcept {
        return deadline_.load(std::memory_order_relaxed) <= now;
    }
    void deadline_passed(std::int64_t now) noexcept;
    /// Hangs up, whatever is going on.
    void abandon() noexcept;

  private:
    enum class State {
        reading,    // a request, or waiting for one
        busy,       // a handler works on it
        writing,    // the socket did not take the whole answer, or not all of a part of it
        preparing,  // a handler thread makes the next part of the answer
        lingering,  // answered for the last time; what still comes is not looked at
        closed
    };
    static constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

    void read(ByteView bytes);
    void look_at_reader(bool more_follows);
    void begin_body();
    void hold_body_memory();
    void invite_body();
    void begin_handling(bool more_follows);
    void refuse(int status, std::string_view what_was_wrong);
    void answer(Response response);
    void send(Response response);
    void write();
    void order_next_part();
    void prepare_next_part() noexcept;
    void send_part(std::optional<std::string> part);
    void finish_answer();
    void hang_up() noexcept;
    void forget_request() noexcept;
    void enter(State next) noexcept;
    void set_deadline(std::chrono::milliseconds from_now) noexcept;

    ServerContext& core_;
    const std::string peer_address_;
    std::atomic<std::int64_t> deadline_{never};

    AddressShares::Share place_;

    std::mutex mutex_;  // guards all below; the request itself is the handler thread's while busy
    Descriptor socket_;
    State state_ = State::reading;
    RequestReader reader_;
    ByteReservation body_memory_;
    AddressShares::Share body_share_;
    Request request_;
    bool answered_before_ = false;
    bool in_body_ = false;
    bool body_invited_ = false;
    bool persistent_ = false;
    bool http_1_0_ = false;
    bool head_only_ = false;
    bool pipelined_ = false;
    bool input_ended_ = false;
    bool close_after_ = false;
    bool in_parts_ = false;  // the answer is not whole yet, whatever was sent
    bool chunked_ = false;
    OutgoingAnswer outgoing_;
    NextPart next_part_;
    ByteReservation unsent_memory_;
};

}  // namespace keyward::http
