#include "base/log.hpp"

#include <nlohmann/json.hpp>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace keyward::log {
namespace {

spdlog::logger& logger() {
    static const auto instance = [] {
        auto made = spdlog::stderr_logger_mt("keyward");
        made->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})",
                          spdlog::pattern_time_type::utc);
        return made;
    }();
    return *instance;
}

std::string json_text(std::string_view text) {
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void write(spdlog::level::level_enum level, std::string_view event, Values values) {
    if (!logger().should_log(level)) return;
    std::string line = "\"event\":" + json_text(event);
    for (const auto& [name, value] : values)
        line += "," + json_text(name) + ":" + (value.is_number() ? value.text() : json_text(value.text()));
    logger().log(level, "{}", line);
}

}  // namespace

void info(std::string_view event, Values values) {
    write(spdlog::level::info, event, values);
}
void warn(std::string_view event, Values values) {
    write(spdlog::level::warn, event, values);
}
void error(std::string_view event, Values values) {
    write(spdlog::level::err, event, values);
}
void only_warnings() {
    logger().set_level(spdlog::level::warn);
}

}  // namespace keyward::log
