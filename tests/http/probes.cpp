#include "tests/http/probes.hpp"

#include <array>
#include <atomic>
#include <optional>
#include <system_error>
#include <thread>

namespace keyward::test {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t storm_threads = 4;

enum class Way { read, read_three, close, reset, close_half, reset_within, reset_big };

constexpr std::array ways{Way::read,  Way::close, Way::read_three, Way::reset,        Way::close_half,
                          Way::close, Way::reset, Way::read,       Way::reset_within, Way::close_half};

struct Counters {
    std::atomic<std::size_t> requests{0};
    std::atomic<std::size_t> answers{0};
    std::atomic<std::size_t> wrong{0};
    std::atomic<std::size_t> missing{0};
};

class StormClient {
  public:
    StormClient(std::uint16_t port, std::size_t number, milliseconds patience, Counters& counters)
        : port_(port),
          source_("127.0.0." + std::to_string(10 + number)),
          prefix_(std::to_string(number) + "-"),
          patience_(patience),
          counters_(counters) {}

    void visit(std::size_t round) {
        RawClient client(port_, 0, source_);
        const auto way = round % 97 == 0 ? Way::reset_big : ways.at(round % ways.size());
        switch (way) {
            case Way::read:
                return ask(client);
            case Way::read_three:
                for (int request = 0; request < 3; ++request)
                    ask(client);
                return;
            case Way::close:
                send(client);
                return client.close();
            case Way::reset:
                send(client);
                return client.reset();
            case Way::close_half:
                send(client);
                client.close_half();
                return check(client);
            case Way::reset_within:
                client.send("GET /echo?id=never HTTP/1.1\r\nHost: a\r\nX-");
                return client.reset();
            case Way::reset_big:
                client.send(get("/big"));
                ++counters_.requests;
                return client.reset();
        }
    }

  private:
    void send(const RawClient& client) {
        id_ = prefix_ + std::to_string(next_++);
        client.send("GET /echo?id=" + id_ + " HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n");
        ++counters_.requests;
    }

    void check(RawClient& client) {
        const auto answer = client.read_answer(false, patience_);
        if (!answer) {
            ++counters_.missing;
        } else if (answer->body == "id=" + id_) {
            ++counters_.answers;
        } else {
            ++counters_.wrong;
        }
    }

    void ask(RawClient& client) {
        send(client);
        check(client);
    }

    const std::uint16_t port_;
    const std::string source_;
    const std::string prefix_;
    const milliseconds patience_;
    Counters& counters_;
    std::string id_;
    std::size_t next_ = 0;
};

SmugglingAttempt attempt(std::string name, const std::string& fields, std::string start_of_body = {}) {
    const std::string hidden = "GET /echo?id=SMUGGLED HTTP/1.1\r\nHost: a\r\n\r\n";
    auto length = std::to_string(start_of_body.size() + hidden.size());
    auto head = "POST /echo HTTP/1.1\r\nHost: a\r\n" + fields;
    if (const auto at = head.find("LENGTH"); at != std::string::npos) head.replace(at, 6, length);
    return {std::move(name), head + "\r\n" + std::move(start_of_body), hidden};
}

}  // namespace

StormReport disconnect_storm(std::uint16_t port, std::size_t requests, milliseconds time,
                             milliseconds patience) {
    Counters counters;
    const auto end = steady_clock::now() + time;
    std::vector<std::thread> threads;
    for (std::size_t number = 0; number < storm_threads; ++number) {
        threads.emplace_back([&counters, port, number, requests, end, patience] {
            StormClient client(port, number, patience, counters);
            for (std::size_t round = number; counters.requests < requests && steady_clock::now() < end;
                 ++round) {
                try {
                    client.visit(round);
                } catch (const std::system_error&) {
                    ++counters.missing;
                }
            }
        });
    }
    for (auto& thread : threads)
        thread.join();
    return {counters.requests, counters.answers, counters.wrong, counters.missing};
}

void send_split_chunk(RawClient& client) {
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r");
    client.stays_silent(milliseconds(200));  // so that the rest is in a separate segment
    client.send("\n0\r\n\r\n");
}

const std::vector<SmugglingAttempt>& smuggling_attempts() {
    static const std::vector<SmugglingAttempt> attempts{
        attempt("after 413", "Content-Length: 4000000\r\n", std::string(8000, 'x')),
        attempt("after 415", "Content-Type: application/x-nothing-known\r\nContent-Length: LENGTH\r\n"),
        attempt("after an empty Content-Type", "Content-Type:\r\nContent-Length: LENGTH\r\n"),
        attempt("after 400", "Content-Length: LENGTH\r\nHost: a b:c:d\r\n"),
        attempt("after a folded line", "X-A: 1\r\n folded\r\nContent-Length: LENGTH\r\n"),
        attempt("two lengths, the first is short", "Content-Length: 3\r\nContent-Length: LENGTH\r\n", "abc"),
        attempt("two lengths, the first is zero", "Content-Length: 0\r\nContent-Length: LENGTH\r\n"),
        attempt("a length of letters", "Content-Length: abc\r\n"),
        attempt("a length with letters behind", "Content-Length: 3abc\r\n", "abc"),
        attempt("a length with a sign", "Content-Length: +3\r\n", "abc"),
        attempt("a list of lengths", "Content-Length: 3, LENGTH\r\n", "abc"),
        attempt("a space before the colon", "Content-Length : LENGTH\r\n"),
        attempt("a length hidden behind a line without a colon", "X-Nothing\r\nContent-Length: LENGTH\r\n"),
        attempt("chunked, ended", "Transfer-Encoding: chunked\r\n", "0\r\n\r\n"),
        attempt("chunked with a length", "Content-Length: LENGTH\r\nTransfer-Encoding: chunked\r\n",
                "0\r\n\r\n"),
        attempt("chunked spelt oddly", "Content-Length: 3\r\nTransfer-Encoding: xchunked\r\n", "abc"),
    };
    return attempts;
}

bool is_smuggled(std::uint16_t port, const SmugglingAttempt& attempt) {
    RawClient client(port);
    client.send(attempt.start);
    const auto first = client.read_answer(false, milliseconds(150));
    client.send(attempt.rest);
    const auto more = client.read_to_end(milliseconds(300));
    return (first && first->body == "id=SMUGGLED") || more.find("\r\n\r\nid=SMUGGLED") != std::string::npos;
}

std::vector<RawClient> stalled_readers(std::uint16_t port, std::size_t count) {
    std::vector<RawClient> readers;
    for (std::size_t reader = 0; reader < count; ++reader) {
        readers.emplace_back(port, 4096);
        readers.back().send("GET /big HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n");
    }
    return readers;
}

}  // namespace keyward::test
