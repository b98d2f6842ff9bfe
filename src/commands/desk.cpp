#include <algorithm>
#include <array>

#include <pwd.h>
#include <unistd.h>

#include "commands/command.hpp"
#include "settings/load.hpp"
#include "storage/open_catalogue.hpp"

namespace keyward::commands {
namespace {

std::string login_name() {
    std::array<char, 4096> room{};
    passwd entry{};
    passwd* found = nullptr;
    if (getpwuid_r(geteuid(), &entry, room.data(), room.size(), &found) == 0 && found != nullptr)
        return found->pw_name;
    return std::to_string(geteuid());
}

}  // namespace

Desk::Desk(const std::string& config)
    : settings(settings::load(config)), catalogue(storage::open_catalogue(settings.catalogue.url, 1)) {}

service::AuditRecord Desk::audit(const std::string& action, const std::string& result) {
    return {system_now(), "command line, " + login_name(), {}, action, {}, {}, {}, result};
}

service::User Desk::user(const std::string& name) const {
    auto found = catalogue->find_user(name);
    if (!found)
        throw CommandFailed("there is no user " + name + "; make one with: keyward user create " + name);
    return *std::move(found);
}

service::Project Desk::project(const std::string& name) const {
    auto found = catalogue->find_project(name);
    if (!found)
        throw CommandFailed("there is no project " + name + "; make one with: keyward project create " +
                            name + " --environments …");
    return *std::move(found);
}

std::vector<std::string> comma_separated(const std::string& text, const std::string& option) {
    std::vector<std::string> parts;
    std::size_t start = 0;
    while (true) {
        const auto comma = text.find(',', start);
        parts.push_back(text.substr(start, comma - start));
        if (parts.back().empty()) throw CLI::ValidationError(option, "has an empty name in " + text);
        if (std::ranges::count(parts, parts.back()) > 1)
            throw CLI::ValidationError(option, "names " + parts.back() + " more than once");
        if (comma == std::string::npos) return parts;
        start = comma + 1;
    }
}

}  // namespace keyward::commands
