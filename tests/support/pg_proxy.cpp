#include "tests/support/pg_proxy.hpp"

#include <cerrno>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace keyward::test {
namespace {

/// A connection to a port of this machine.
class Connection {
  public:
    explicit Connection(std::uint16_t port) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(port);
        if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
            throw std::system_error(errno, std::generic_category(), "connect to the proxy");
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() { ::close(descriptor_); }

    std::string ask(const std::string& line) const {
        const std::string octets = line + "\n";
        if (::send(descriptor_, octets.data(), octets.size(), MSG_NOSIGNAL) !=
            static_cast<ssize_t>(octets.size()))
            throw std::system_error(errno, std::generic_category(), "send to the proxy");
        std::string answer;
        char octet = 0;
        while (::recv(descriptor_, &octet, 1, 0) == 1 && octet != '\n')
            answer += octet;
        return answer;
    }

  private:
    int descriptor_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
};

}  // namespace

PgProxy::PgProxy(const std::string& upstream) : process_({"/usr/bin/python3", KEYWARD_PG_PROXY, upstream}) {
    std::istringstream line(process_.read_line().value_or(""));
    std::string word;
    if (!(line >> word >> port_ >> word >> control_)) throw std::runtime_error("the proxy did not start");
}

std::string PgProxy::command(const std::string& line) const {
    std::string answer = Connection(control_).ask(line);
    if (!answer.starts_with("{\"connections\"")) throw std::runtime_error(line + ": " + answer);
    return answer;
}

long long PgProxy::count(const std::string& name) const {
    const std::string answer = command("status");
    const std::string before = "\"" + name + "\": ";
    return std::stoll(answer.substr(answer.find(before) + before.size()));
}

}  // namespace keyward::test
