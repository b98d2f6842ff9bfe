#include "tests/contract/catalogue/support/postgres_server.hpp"

#include <csignal>
#include <fstream>
#include <stdexcept>

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/ids.hpp"

namespace keyward::storage {
namespace {

constexpr const char* programs = "/usr/lib/postgresql/15/bin/";

// initdb and postgres refuse to run as root; as root they run as the user `postgres` of the package.
const passwd* server_user() {
    return ::geteuid() == 0 ? ::getpwnam("postgres") : nullptr;
}

void run_as_server_user(const std::string& program, const std::vector<std::string>& arguments,
                        const std::string& folder) {
    const auto path = programs + program;
    std::vector<char*> argv{const_cast<char*>(path.c_str())};
    for (const auto& argument : arguments)
        argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    const auto* user = server_user();
    const auto output = folder + "/" + program + ".out";
    const pid_t child = ::fork();
    if (child == 0) {
        if (user != nullptr &&
            (::setgroups(0, nullptr) != 0 || ::setgid(user->pw_gid) != 0 || ::setuid(user->pw_uid) != 0))
            ::_exit(126);
        const int out = ::open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
        ::dup2(out, 1);
        ::dup2(out, 2);
        ::execv(path.c_str(), argv.data());
        ::_exit(127);
    }
    int status = 0;
    if (child < 0 || ::waitpid(child, &status, 0) != child || status != 0)
        throw std::runtime_error(path + " failed; install the package postgresql");
}

void give_to_server_user(const std::filesystem::path& path) {
    const auto* user = server_user();
    if (user != nullptr && ::chown(path.c_str(), user->pw_uid, user->pw_gid) != 0)
        throw std::runtime_error("chown of " + path.string() + " failed");
}

}  // namespace

PostgresServer& PostgresServer::instance() {
    static PostgresServer server;
    return server;
}

PostgresServer::PostgresServer(std::string password) : password_(std::move(password)) {
    give_to_server_user(folder_.path());
}

PostgresServer::PostgresServer() : PostgresServer(random_uuid()) {
    const auto password_file = folder_.path() / "password";
    std::ofstream(password_file) << password_ << '\n';
    give_to_server_user(password_file);
    run_as_server_user("initdb",
                       {"-D", folder_.path() / "data", "-U", "keyward", "-A", "scram-sha-256", "--pwfile",
                        password_file, "-E", "UTF8", "--locale", "C.UTF-8", "--no-sync"},
                       folder_.path());
    start();
}

std::unique_ptr<PostgresServer> PostgresServer::standby_of(const PostgresServer& primary) {
    std::unique_ptr<PostgresServer> standby(new PostgresServer(primary.password_));
    run_as_server_user(
        "pg_basebackup",
        {"-D", standby->folder_.path() / "data", "-R", "-c", "fast", "-d", primary.url("postgres")},
        standby->folder_.path());
    standby->start();
    return standby;
}

PostgresServer::~PostgresServer() {
    try {
        stop();
    } catch (const std::exception&) {  // it was not started, or has ended
    }
}

void PostgresServer::start() const {
    run_as_server_user(
        "pg_ctl",
        {"start", "-w", "-s", "-D", folder_.path() / "data", "-l", folder_.path() / "log", "-o",
         "-F -c listen_addresses='' -c max_connections=60 -k " + folder_.path().string()},
        folder_.path());
}

void PostgresServer::stop() const {
    run_as_server_user("pg_ctl", {"stop", "-w", "-s", "-m", "immediate", "-D", folder_.path() / "data"},
                       folder_.path());
}

void PostgresServer::signal(int number) const {
    pid_t pid = 0;
    std::ifstream(folder_.path() / "data" / "postmaster.pid") >> pid;
    if (pid <= 0 || ::kill(pid, number) != 0) throw std::runtime_error("the server can't be signalled");
}

void PostgresServer::freeze() const {
    signal(SIGSTOP);
}

void PostgresServer::thaw() const {
    signal(SIGCONT);
}

std::string PostgresServer::url(const std::string& database) const {
    return "postgresql://keyward:" + password_ + "@/" + database + "?host=" + folder_.path().string();
}

std::string PostgresServer::url_at(std::uint16_t port, const std::string& database) const {
    return "postgresql://keyward:" + password_ + "@127.0.0.1:" + std::to_string(port) + "/" + database;
}

}  // namespace keyward::storage
