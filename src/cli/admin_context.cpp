#include <algorithm>
#include <array>

#include <pwd.h>
#include <unistd.h>

#include "base/client_text.hpp"
#include "cli/command.hpp"
#include "settings/settings.hpp"
#include "storage/open_catalogue.hpp"

namespace keyward::cli {
namespace {

bool has_space_around(const std::string& text) {
    return text.starts_with(' ') || text.ends_with(' ');
}

std::string login_name() {
    std::array<char, 4096> room{};
    passwd entry{};
    passwd* found = nullptr;
    if (getpwuid_r(geteuid(), &entry, room.data(), room.size(), &found) == 0 && found != nullptr)
        return found->pw_name;
    return std::to_string(geteuid());
}

}  // namespace

AdminContext::AdminContext(const std::string& config)
    : settings(settings::load(config)),
      catalogue(storage::open_catalogue(settings.catalogue.url, 1, settings.catalogue.deadline)) {}

AuditRecord AdminContext::audit(const std::string& action, const std::string& result) {
    return {.at = system_now(), .actor = "command line, " + login_name(), .action = action, .result = result};
}

User AdminContext::user(const std::string& name) const {
    auto found = catalogue->users.find_user(name);
    if (!found)
        throw CommandFailed("there is no user " + name + "; create one with: keyward user create " + name);
    return *std::move(found);
}

Project AdminContext::project(const std::string& name) const {
    auto found = catalogue->projects.find_project(name);
    if (!found)
        throw CommandFailed("there is no project " + name + "; create one with: keyward project create " +
                            name + " --environments …");
    return *std::move(found);
}

void require_name(const std::string& text, const std::string& option) {
    if (!can_be_name(text))
        throw CLI::ValidationError(option, "must have 1 to 255 bytes of UTF-8 without control characters");
    if (has_space_around(text)) throw CLI::ValidationError(option, "must not begin or end with a space");
}

void refuse_repeated(const std::vector<std::string>& names, const std::string& option) {
    for (const std::string& name : names)
        if (std::ranges::count(names, name) > 1)
            throw CLI::ValidationError(option, "names " + name + " more than once");
}

std::vector<std::string> comma_separated(const std::string& text, const std::string& option) {
    std::vector<std::string> parts;
    std::size_t start = 0;
    for (std::size_t comma = 0; comma != std::string::npos; start = comma + 1) {
        comma = text.find(',', start);
        const std::string& part = parts.emplace_back(text.substr(start, comma - start));
        if (part.empty()) throw CLI::ValidationError(option, "has an empty name in " + text);
        if (has_space_around(part))
            throw CLI::ValidationError(option,
                                       "has a space before or after a name; separate names by a comma only");
    }
    refuse_repeated(parts, option);
    return parts;
}

}  // namespace keyward::cli
