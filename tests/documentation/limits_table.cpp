#include "tests/documentation/limits_table.hpp"

#include <chrono>
#include <cstddef>

#include "api/application.hpp"
#include "api/handlers/handlers.hpp"
#include "api/json/form_body.hpp"
#include "api/json/key_json.hpp"
#include "api/json/request.hpp"
#include "api/json/use_json.hpp"
#include "api/routes.hpp"
#include "api/work_memory.hpp"
#include "base/backoff.hpp"
#include "cli/limits.hpp"
#include "crypto/password.hpp"
#include "http/client_address.hpp"
#include "http/head.hpp"
#include "http/server.hpp"
#include "http/server_context.hpp"
#include "keys/decode/rsa_check.hpp"
#include "keys/decode/secret_key.hpp"
#include "service/auth/login.hpp"
#include "service/auth/login_rate_limiter.hpp"
#include "service/idempotency/idempotent_requests.hpp"
#include "service/lifecycle/read_keys.hpp"
#include "service/operations/decryption_rate_limiter.hpp"
#include "service/runtime/environment.hpp"
#include "service/runtime/environments.hpp"
#include "settings/settings.hpp"
#include "x509/certificate_request.hpp"
#include "x509/distinguished_name.hpp"
#include "x509/general_name.hpp"

namespace keyward {
namespace {

using namespace std::chrono_literals;

/// With a comma before each group of three digits: `16,384`.
std::string count(std::size_t number) {
    std::string text = std::to_string(number);
    for (auto end = static_cast<std::ptrdiff_t>(text.size()) - 3; end > 0; end -= 3)
        text.insert(static_cast<std::size_t>(end), ",");
    return text;
}

std::string octets(std::size_t size) {
    constexpr std::size_t kibi = 1024;
    if (size % (kibi * kibi) == 0) return count(size / kibi / kibi) + " MiB";
    if (size % kibi == 0) return count(size / kibi) + " KiB";
    return count(size) + " bytes";
}

std::string seconds(std::chrono::milliseconds time) {
    return time % 1s == 0ms ? std::to_string(time / 1s) + " s" : std::to_string(time / 1ms) + " ms";
}

/// The answer to an endless list of mistakes has one entry more, which counts the rest.
std::size_t listed_mistakes() {
    constexpr std::size_t many = 100'000;
    return ServiceError(std::vector<FieldError>(many)).details().size() - 1;
}

std::vector<Limit> limits_of_requests() {
    const http::ReaderLimits reader;
    const http::ServerSettings server;
    return {
        {"http.max_body", octets(settings::HttpSettings{}.max_body)},
        {"ReaderLimits::max_head", octets(reader.max_head)},
        {"ReaderLimits::max_target", octets(reader.max_target)},
        {"ReaderLimits::max_fields", count(reader.max_fields)},
        {"ReaderLimits::max_method", count(reader.max_method)},
        {"ServerSettings::header_deadline", seconds(server.header_deadline)},
        {"ServerSettings::body_deadline", seconds(server.body_deadline)},
        {"ServerSettings::idle_deadline", seconds(server.idle_deadline)},
        {"ServerSettings::write_deadline", seconds(server.write_deadline)},
        {"ServerSettings::linger_deadline", seconds(server.linger_deadline)},
        {"longest_request_id", count(api::longest_request_id)},
        {"longest_idempotency_key", count(api::longest_idempotency_key)},
        {"IdempotentRequests::answers_kept_for",
         std::to_string(service::IdempotentRequests::answers_kept_for / 1h) + " h"},
        {"most_waiting_repeats", count(cli::most_waiting_repeats)},
        {"most_form_parameters", count(api::most_form_parameters)},
        {"largest_page", count(api::largest_page)},
        {"page_of_whole_list", count(api::page_of_whole_list)},
    };
}

std::vector<Limit> limits_of_fields() {
    return {
        {"most_json_depth", count(api::most_json_depth)},
        {"most_json_values", count(api::most_json_values)},
        {"most_object_members", count(api::most_object_members)},
        {"most_array_entries", count(api::most_array_entries)},
        {"operation_limits", count(api::operation_limits.front().max)},
        {"new_environments_limit", count(api::new_environments_limit.max)},
        {"changed_environments_limit", count(api::changed_environments_limit.max)},
        {"mechanisms_limit", count(api::mechanisms_limit.max)},
        {"listed_limit", count(listed_mistakes())},
        {"name_rule", octets(api::name_rule.max)},
        {"description_rule", octets(api::description_rule.max)},
        {"alias_rule", octets(api::alias_rule.max)},
        {"policy.rsa_min_bits", count(settings::PolicySettings{}.rsa_min_bits)},
        {"most_rsa_bits", count(keys::most_rsa_bits)},
        {"shortest_hmac_key", octets(keys::shortest_hmac_key)},
        {"longest_hmac_key", octets(keys::longest_hmac_key)},
        {"longest_subject", octets(x509::longest_subject)},
        {"most_alternative_names", count(x509::most_alternative_names)},
        {"longest_uri", octets(x509::longest_uri)},
    };
}

std::vector<Limit> limits_of_memory() {
    const http::ServerSettings server;
    return {
        {"ServerSettings::max_connections", count(server.max_connections)},
        {"few_connections", count(http::few_connections)},
        {"address_group_octets", count(http::address_group_octets)},
        {"ServerSettings::handler_queue", count(server.handler_queue)},
        {"ServerSettings::max_body_memory", octets(server.max_body_memory)},
        {"body_free_of_share", octets(http::body_free_of_share)},
        {"WorkMemory::usual_limit", octets(api::WorkMemory::usual_limit)},
        {"WorkMemory::smallest_counted", octets(api::WorkMemory::smallest_counted)},
        {"copies_of_an_octet", count(api::copies_of_an_octet)},
        {"octets_of_a_value", count(api::octets_of_a_value)},
        {"WorkMemory::usual_patience", seconds(api::WorkMemory::usual_patience)},
        {"WorkMemory::most_waiting", count(api::WorkMemory::most_waiting)},
        {"ServerSettings::max_unsent_memory", octets(server.max_unsent_memory)},
        {"ReadKeys::kept_texts_limit", count(service::ReadKeys::kept_texts_limit)},
        {"ReadKeys::kept_octets_limit", octets(service::ReadKeys::kept_octets_limit)},
    };
}

std::vector<Limit> limits_of_threads() {
    const settings::EnvironmentSettings environment;
    const settings::CatalogueSettings catalogue;
    return {
        {"environment.sessions", count(environment.sessions)},
        {"environment.deadline", seconds(environment.deadline)},
        {"EnvironmentProfile::breaker_limit", count(service::EnvironmentProfile{}.breaker_limit)},
        {"most_workers", count(service::most_workers)},
        {"queued_calls_a_worker", count(service::queued_calls_a_worker)},
        {"threads_a_processor", count(service::threads_a_processor)},
        {"least_threads", count(service::least_threads)},
        {"least_threads_of_environment", count(service::least_threads_of_environment)},
        {"spare_handler_threads", count(cli::spare_handler_threads)},
        {"catalogue.connections", count(catalogue.connections)},
        {"most_connections", count(cli::most_connections)},
        {"catalogue.deadline", seconds(catalogue.deadline)},
    };
}

std::vector<Limit> limits_of_failures() {
    using service::Login;
    using Logins = service::LoginRateLimiter;
    using Decryptions = service::DecryptionRateLimiter;
    const auto failures = [](const FailureRule& rule) { return std::to_string(rule.free); };
    return {
        {"shortest_password", count(cli::shortest_password)},
        {"Login::token_lifetime", std::to_string(Login::token_lifetime / 1h) + " h"},
        {"LoginRateLimiter::user_rule.free", failures(Logins::user_rule)},
        {"LoginRateLimiter::address_rule.free", failures(Logins::address_rule)},
        {"DecryptionRateLimiter::rule.free", failures(Decryptions::rule)},
        {"BackoffTracker::first_wait", seconds(BackoffTracker::first_wait)},
        {"LoginRateLimiter::user_rule.longest", seconds(Logins::user_rule.longest)},
        {"LoginRateLimiter::address_rule.longest", seconds(Logins::address_rule.longest)},
        {"DecryptionRateLimiter::rule.longest", seconds(Decryptions::rule.longest)},
        {"BackoffTracker::forgotten_after", std::to_string(BackoffTracker::forgotten_after / 1min) + " min"},
        {"Login::known_limits.inside", count(Login::known_limits.inside)},
        {"Login::strange_limits.inside", count(Login::strange_limits.inside)},
        {"Login::known_limits.waiting", count(Login::known_limits.waiting)},
        {"Login::strange_limits.waiting", count(Login::strange_limits.waiting)},
        {"password_memory_kib", octets(std::size_t{password_memory_kib} * 1024)},
        {"Login::network_is_known_for",
         std::to_string(Login::network_is_known_for / std::chrono::days(1)) + " days"},
        {"login_network_v4_octets", count(service::login_network_v4_octets)},
        {"login_network_v6_octets", count(service::login_network_v6_octets)},
    };
}

}  // namespace

std::vector<Limit> limits_of_the_code() {
    std::vector<Limit> all;
    for (auto* const part :
         {limits_of_requests, limits_of_fields, limits_of_memory, limits_of_threads, limits_of_failures})
        for (Limit& limit : part())
            all.push_back(std::move(limit));
    return all;
}

}  // namespace keyward
