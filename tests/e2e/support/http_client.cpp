#include "tests/e2e/support/http_client.hpp"

#include <algorithm>
#include <cctype>
#include <mutex>
#include <stdexcept>

#include <curl/curl.h>

#include "tests/e2e/support/encodings.hpp"

namespace keyward::e2e {
namespace {

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* answer) {
    static_cast<Answer*>(answer)->body.append(data, size * count);
    return size * count;
}

std::size_t take_field(char* data, std::size_t size, std::size_t count, void* answer) {
    const std::string_view line(data, size * count);
    auto& fields = static_cast<Answer*>(answer)->fields;
    if (line.starts_with("HTTP/")) fields.clear();  // a 100 Continue came before
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return line.size();
    std::string name(line.substr(0, colon));
    std::ranges::transform(name, name.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    auto value = line.substr(colon + 1);
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    fields[name] = std::string(value.substr(0, value.find_last_not_of("\r\n ") + 1));
    return line.size();
}

bool names_content_type(const std::string& field) {
    constexpr std::string_view wanted = "content-type:";
    return std::ranges::equal(
        std::string_view(field).substr(0, wanted.size()), wanted,
        [](char left, char right) { return std::tolower(static_cast<unsigned char>(left)) == right; });
}

using Fields = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

Fields fields_of(const Request& request) {
    curl_slist* list = nullptr;
    for (const std::string& field : request.fields)
        list = curl_slist_append(list, field.c_str());
    if (!request.token.empty())
        list = curl_slist_append(list, ("Authorization: Bearer " + request.token).c_str());
    if (request.body && std::ranges::none_of(request.fields, names_content_type))
        list = curl_slist_append(list, "Content-Type: application/json");
    return {list, curl_slist_free_all};
}

}  // namespace

HttpClient::HttpClient(std::uint16_t port)
    : HttpClient("http://127.0.0.1:" + std::to_string(port), std::nullopt) {}

HttpClient::HttpClient(std::uint16_t port, Tls tls)
    : HttpClient("https://127.0.0.1:" + std::to_string(port), std::optional<Tls>(std::move(tls))) {}

HttpClient::HttpClient(std::string base, std::optional<Tls> tls)
    : base_(std::move(base)), tls_(std::move(tls)) {
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_ALL); });
    curl_ = curl_easy_init();
    if (curl_ == nullptr) throw std::runtime_error("curl_easy_init");
}

HttpClient::~HttpClient() {
    curl_easy_cleanup(curl_);
}

void HttpClient::set_tls() const {
    curl_easy_setopt(curl_, CURLOPT_CAINFO, tls_->authority.c_str());
    if (!tls_->certificate.empty()) {
        curl_easy_setopt(curl_, CURLOPT_SSLCERT, tls_->certificate.c_str());
        curl_easy_setopt(curl_, CURLOPT_SSLKEY, tls_->key.c_str());
    }
    if (!tls_->source.empty()) curl_easy_setopt(curl_, CURLOPT_INTERFACE, ("host!" + tls_->source).c_str());
    if (tls_->only_http_1_1) curl_easy_setopt(curl_, CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
}

Answer HttpClient::send(const Request& request) {
    Answer answer;
    const Fields fields = fields_of(request);
    curl_easy_reset(curl_);
    curl_easy_setopt(curl_, CURLOPT_URL, (base_ + request.path).c_str());
    curl_easy_setopt(curl_, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(curl_, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(curl_, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl_, CURLOPT_TIMEOUT, 120L);
    curl_easy_setopt(curl_, CURLOPT_HTTPHEADER, fields.get());
    curl_easy_setopt(curl_, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl_, CURLOPT_WRITEDATA, &answer);
    curl_easy_setopt(curl_, CURLOPT_HEADERFUNCTION, take_field);
    curl_easy_setopt(curl_, CURLOPT_HEADERDATA, &answer);
    if (tls_) set_tls();
    if (request.body) {
        curl_easy_setopt(curl_, CURLOPT_POSTFIELDSIZE, static_cast<long>(request.body->size()));
        curl_easy_setopt(curl_, CURLOPT_POSTFIELDS, request.body->data());
    }
    if (request.method == "HEAD") curl_easy_setopt(curl_, CURLOPT_NOBODY, 1L);
    curl_easy_setopt(curl_, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    if (curl_easy_perform(curl_) != CURLE_OK && answer.body.empty()) return {};
    long status = 0;
    curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &status);
    answer.status = static_cast<int>(status);
    return answer;
}

std::string path_part(std::string_view text) {
    std::string part;
    for (const char c : text) {
        if (std::isalnum(static_cast<unsigned char>(c)) != 0 ||
            std::string_view("-._~").find(c) != std::string_view::npos)
            part += c;
        else
            part += "%" + upper(hex({&c, 1}));
    }
    return part;
}

}  // namespace keyward::e2e
