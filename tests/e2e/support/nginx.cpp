#include "tests/e2e/support/nginx.hpp"

#include <stdexcept>

#include <unistd.h>

#include "tests/e2e/support/home.hpp"
#include "tests/support/command.hpp"
#include "tests/support/polling.hpp"

namespace keyward::e2e {
namespace {

/// Creates a self-signed certificate NAME.crt and its NAME.key.
void make_self_signed(const test::TemporaryFolder& folder, const std::string& name) {
    test::output_of({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                     "-nodes", "-days", "1", "-subj", "/CN=keyward test " + name, "-keyout",
                     folder.file(name + ".key"), "-out", folder.file(name + ".crt")});
}

/// Creates a certificate that `authority` signs.
void make_signed(const test::TemporaryFolder& folder, const std::string& name,
                 const std::string& alternative_name) {
    test::output_of({"openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                     "-subj", "/CN=keyward test " + name, "-addext", "subjectAltName=" + alternative_name,
                     "-keyout", folder.file(name + ".key"), "-out", folder.file(name + ".csr")});
    test::output_of({"openssl", "x509", "-req", "-days", "1", "-copy_extensions", "copy", "-CAcreateserial",
                     "-CA", folder.file("authority.crt"), "-CAkey", folder.file("authority.key"), "-in",
                     folder.file(name + ".csr"), "-out", folder.file(name + ".crt")});
}

/// The shipped file with these changes. Each text to be changed must occur exactly once.
std::string adapted(const std::vector<Nginx::Change>& changes) {
    std::string text = test::read_file(KEYWARD_NGINX_CONF);
    for (const auto& [from, to] : changes) {
        const auto at = text.find(from);
        if (at == std::string::npos || text.find(from, at + 1) != std::string::npos)
            throw std::runtime_error("keyward.conf does not have exactly one: " + from);
        text.replace(at, from.size(), to);
    }
    return text;
}

/// The surrounding part of the distribution's nginx.conf.
std::string surroundings(const test::TemporaryFolder& folder) {
    std::string text = ::geteuid() == 0 ? "user root;\n" : "";
    text += "daemon off;\nworker_processes 1;\npid " + folder.file("nginx.pid") + ";\nerror_log " +
            folder.file("start.log") + ";\nevents {}\nhttp {\n";
    for (const char* temporary : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
        text += std::string(temporary) + "_temp_path " + folder.file(temporary) + ";\n";
    return text + "include " + folder.file("keyward.conf") + ";\n}\n";
}

std::vector<std::string> prepare(const test::TemporaryFolder& folder, std::uint16_t port,
                                 std::uint16_t service_port, std::vector<Nginx::Change> changes) {
    make_self_signed(folder, "authority");
    make_self_signed(folder, "stranger");
    make_signed(folder, "server", "IP:127.0.0.1");
    make_signed(folder, "client", "email:client@keyward.example.org");
    changes.insert(changes.end(),
                   {{"server 127.0.0.1:8080 ", "server 127.0.0.1:" + std::to_string(service_port) + " "},
                    {"listen 443 ssl", "listen 127.0.0.1:" + std::to_string(port) + " ssl"},
                    {"/etc/keyward/tls/server.crt", folder.file("server.crt")},
                    {"/etc/keyward/tls/server.key", folder.file("server.key")},
                    {"/etc/keyward/tls/client-ca.crt", folder.file("authority.crt")},
                    {"/var/log/nginx/keyward.log", folder.file("access.log")},
                    {"/var/log/nginx/keyward.error.log", folder.file("error.log")}});
    folder.write("keyward.conf", adapted(changes));
    // At its start nginx logs to a built-in path, which only -e changes.
    return {"nginx",
            "-p",
            folder.path().string(),
            "-e",
            folder.file("start.log"),
            "-c",
            folder.write("nginx.conf", surroundings(folder))};
}

}  // namespace

Nginx::Nginx(std::uint16_t service_port, std::vector<Change> changes)
    : port_(test::free_port()),
      process_(prepare(folder_, port_, service_port, std::move(changes)),
               {"PATH=/usr/sbin:/usr/bin:/sbin:/bin"}) {
    HttpClient client(port_, tls());
    const auto listens = [&] { return client.send({.path = "/health/live"}).status != 0; };
    if (!test::comes_true([&] { return !process_.is_running() || listens(); }) || !process_.is_running())
        throw std::runtime_error("nginx does not start: " + log());
}

Tls Nginx::certified(const std::string& name) const {
    return {.authority = folder_.file("authority.crt"),
            .certificate = folder_.file(name + ".crt"),
            .key = folder_.file(name + ".key")};
}

std::string Nginx::log() const {
    return test::read_file(folder_.file("start.log")) + test::read_file(folder_.file("error.log")) +
           test::read_file(folder_.file("access.log"));
}

}  // namespace keyward::e2e
