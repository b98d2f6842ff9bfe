#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace keyward::test {

using std::chrono::milliseconds;

/// One answer as it came over the wire.
struct RawAnswer {
    int status = 0;
    std::string head;  ///< status line and fields with their line ends, without the empty line
    std::string body;

    /// The value of a field, its name in any case; nothing when it is not there.
    [[nodiscard]] std::optional<std::string> header(std::string_view name) const;
};

/// A client that sends exactly the octets it is given, over IPv4 to this machine. Its descriptor closes when
/// it ends. Waiting functions return nothing (or false) when the time has passed.
class RawClient {
  public:
    static constexpr milliseconds patience{10'000};

    /// Throws std::system_error when it can't connect. A small receive buffer makes the server's answer get
    /// stuck early; the source is a loopback address like 127.0.0.7, empty for any.
    explicit RawClient(std::uint16_t port, int receive_buffer = 0, const std::string& source = {});
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;
    RawClient(RawClient&& other) noexcept;
    RawClient& operator=(RawClient&& other) noexcept;
    ~RawClient() { close(); }

    /// False when the server does not take it all.
    bool send(std::string_view octets) const;
    /// Reads one answer by its Content-Length; 100 Continue is an answer too. Nothing when the connection
    /// ends before.
    std::optional<RawAnswer> read_answer(bool without_body = false, milliseconds time = patience);
    /// Something has come, which `read_answer` will begin with.
    bool begins_to_read(milliseconds time = patience);
    /// `send` and `read_answer`.
    std::optional<RawAnswer> ask(std::string_view request);
    /// All that comes until the connection ends.
    std::string read_to_end(milliseconds time = patience);
    /// So many octets; fewer when the connection ends before.
    std::string read_exactly(std::size_t size, milliseconds time = patience);
    /// The server has reset the connection (RST), whatever came before that.
    bool is_reset(milliseconds time = patience);
    /// The server has closed or reset the connection, and nothing came before that.
    bool is_closed(milliseconds time = patience);
    /// Not one octet and no end for all that time.
    bool stays_silent(milliseconds time);

    void close_half() const;
    /// Closes with a reset (RST) in place of a FIN.
    void reset();
    void close();

  private:
    enum class Input { octets, end, nothing };
    Input receive(std::chrono::steady_clock::time_point until);

    int socket_ = -1;
    std::string buffer_;
};

/// The octets of a body in chunks (RFC 9112 section 7.1); nothing when it is malformed, cut off or followed
/// by more.
std::optional<std::string> dechunked(std::string_view body);

/// A GET request of HTTP/1.1 with nothing but Host.
std::string get(std::string_view target);

/// A POST request with Content-Length.
std::string post(std::string_view target, std::string_view body);

}  // namespace keyward::test
