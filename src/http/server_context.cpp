#include "http/server_context.hpp"

#include <algorithm>
#include <utility>

#include <sys/resource.h>

#include "base/client_text.hpp"
#include "base/log.hpp"
#include "http/answer.hpp"
#include "http/syntax.hpp"

namespace keyward::http {
namespace {

using std::chrono::milliseconds;

/// A connection has two descriptors. One third of the descriptors is left for new connections that are
/// refused; this number is left for all other uses.
constexpr rlim_t descriptors_for_all_else = 64;

std::size_t connections_for_descriptors(std::size_t wanted) {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return wanted;
    const auto usable =
        limit.rlim_cur > descriptors_for_all_else ? limit.rlim_cur - descriptors_for_all_else : 3;
    return std::min<std::size_t>(wanted, usable / 3);
}

/// Frequent enough that a deadline is late by a small fraction of itself.
milliseconds tick_for(const ServerSettings& settings) {
    const auto shortest = std::min({settings.header_deadline, settings.body_deadline, settings.idle_deadline,
                                    settings.write_deadline, settings.linger_deadline});
    return std::clamp(shortest / 8, milliseconds(5), milliseconds(250));
}

ReaderLimits limits_of(const ServerSettings& settings) {
    ReaderLimits limits;
    limits.max_body = settings.max_body;
    return limits;
}

/// A path for the log. Each part is checked, because it may hold anything.
std::string shown_path(std::string_view path) {
    std::string shown;
    for (std::size_t start = 0; start < path.size();) {
        const std::size_t end = std::min(path.find('/', start), path.size());
        shown += shown_name(path.substr(start, end - start));
        if (end < path.size()) shown += '/';
        start = end + 1;
    }
    return shown;
}

Response last_resort(int status) {
    Response response;
    response.status = status;
    response.body = R"({"error":"internal_error","error_description":"the request could not be answered"})";
    return response;
}

/// The configured limit, or the given fraction of the whole.
std::size_t or_part(std::size_t limit, std::size_t whole, std::size_t parts) {
    return limit != 0 ? limit : std::max<std::size_t>(whole / parts, 1);
}

/// A quarter, but at least the smaller of half and 256: with few connections, all clients on this machine
/// share one address.
std::size_t connections_of_one(const ServerSettings& settings) {
    const std::size_t all = connections_for_descriptors(settings.max_connections);
    const std::size_t half = std::min(all / 2 + 1, few_connections);
    return std::max(or_part(settings.max_connections_of_address, all, 4),
                    settings.max_connections_of_address != 0 ? 0 : half);
}

bool has_header(const Response& response, std::string_view name) {
    return std::ranges::any_of(response.headers,
                               [name](const auto& field) { return lower_case(field.first) == name; });
}

}  // namespace

ServerContext::ServerContext(ServerSettings given, RequestHandler request_handler, RefusalBody refusal_maker)
    : settings(std::move(given)),
      handler(std::move(request_handler)),
      refusal_body(std::move(refusal_maker)),
      limits(limits_of(settings)),
      proxies(settings.trusted_proxies),
      body_memory(settings.max_body_memory),
      body_memory_of_addresses(std::max(
          or_part(settings.max_body_memory_of_address, settings.max_body_memory, 3), settings.max_body)),
      unsent_memory(settings.max_unsent_memory),
      connections_of_addresses(connections_of_one(settings)),
      deadlines(connections_for_descriptors(settings.max_connections), tick_for(settings)),
      pool(settings.handler_threads, settings.handler_queue) {}

Response ServerContext::handle(Request& request) const {
    try {
        auto response = handler(request);
        if (is_sendable(response)) return response;
        log::error("http.answer_not_sendable",
                   {{"method", shown_name(request.method_name)}, {"path", shown_path(request.path)}});
    } catch (...) {  // any type, not only std::exception; its text may hold a secret
        log::error("http.handler_threw",
                   {{"method", shown_name(request.method_name)}, {"path", shown_path(request.path)}});
    }
    return refuse(500, {}, request.headers);
}

std::string ServerContext::client_of(const std::string& peer, const Headers& headers) {
    const bool is_forwarded =
        std::ranges::find(headers, "x-forwarded-for", &Headers::value_type::first) != headers.end();
    if (is_forwarded && !proxies.trusts(peer) && !warned_of_proxy.exchange(true))
        log::warn("http.proxy_not_trusted",
                  {{"peer", peer},
                   {"advice",
                    "if this is your proxy, name it in http.trusted_proxies: until then all its clients "
                    "count as one, and each can use up the limits of one client"}});
    return proxies.client_of(peer, headers);
}

Response ServerContext::refuse(int status, std::string_view what_was_wrong, const Headers& seen) const {
    Response response;
    try {
        response = refusal_body(status, what_was_wrong, seen);
        if (!is_sendable(response)) response = last_resort(status);
    } catch (...) {
        response = last_resort(status);
    }
    if (response.status == 503 && !has_header(response, "retry-after"))
        response.headers.emplace_back("Retry-After", "1");
    return response;
}

}  // namespace keyward::http
