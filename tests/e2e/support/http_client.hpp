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
        {};  ///< header fields as `Name: value`; without Content-Type, a body is sent as JSON
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

/// Settings of a TLS connection: files, and the source address.
struct Tls {
    std::string authority;
    std::string certificate = {};  ///< empty for none
    std::string key = {};
    std::string source = {};     ///< a loopback address; empty for any
    bool only_http_1_1 = false;  ///< otherwise HTTP/2 when the server offers it
};

/// libcurl over one persistent connection. For one thread.
class HttpClient {
  public:
    explicit HttpClient(std::uint16_t port);
    HttpClient(std::uint16_t port, Tls tls);
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;
    ~HttpClient();

    /// Status 0 when there was no answer.
    Answer send(const Request& request);

  private:
    HttpClient(std::string base, std::optional<Tls> tls);
    void set_tls() const;

    std::string base_;
    std::optional<Tls> tls_;
    void* curl_;
};

/// The text as one segment of a path: all except unreserved characters is percent-encoded.
std::string path_part(std::string_view text);

}  // namespace keyward::e2e
