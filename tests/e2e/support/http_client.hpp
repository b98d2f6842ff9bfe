#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace keyward::e2e {

struct Request {
    std::string method = "GET";
    std::string path;
    std::optional<std::string> body = {};
    std::string token = {};  ///< for `Authorization: Bearer`; empty for none
    std::vector<std::string> fields =
        {};  ///< header fields, as `Name: value`; a body without Content-Type here goes as JSON
};

struct Answer {
    int status = 0;
    std::string body;
    std::map<std::string, std::string> fields;  ///< names in lower case

    [[nodiscard]] nlohmann::json json() const { return nlohmann::json::parse(body, nullptr, false); }
    [[nodiscard]] std::string field(const std::string& name) const {
        const auto found = fields.find(name);
        return found == fields.end() ? "" : found->second;
    }
};

/// How to reach a server by TLS: files, and the address that the connection comes from.
struct Tls {
    std::string authority;
    std::string certificate = {};  ///< empty for none
    std::string key = {};
    std::string source = {};     ///< a loopback address; empty for any
    bool only_http_1_1 = false;  ///< else HTTP/2 where the server has it
};

/// libcurl over one connection that is kept. For one thread.
class HttpClient {
  public:
    explicit HttpClient(std::uint16_t port);
    HttpClient(std::uint16_t port, Tls tls);
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;
    ~HttpClient();

    /// Status 0 when no answer came.
    Answer send(const Request& request);

  private:
    HttpClient(std::string base, std::optional<Tls> tls);
    void set_tls() const;

    std::string base_;
    std::optional<Tls> tls_;
    void* curl_;
};

/// The text as one part of a path: everything but unreserved characters percent-encoded.
std::string path_part(std::string_view text);

}  // namespace keyward::e2e
