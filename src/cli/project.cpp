#include <algorithm>
#include <iostream>
#include <memory>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "cli/command.hpp"

namespace keyward::cli {
namespace {

struct Options {
    std::string name;
    std::string environment_list;
    std::vector<std::string> environments;
    bool json = false;
};

void refuse_unknown_environments(const settings::Settings& settings, const std::vector<std::string>& names) {
    const auto unknown = std::ranges::find_if(names, [&](const std::string& name) {
        return std::ranges::find(settings.environments, name, &settings::EnvironmentSettings::name) ==
               settings.environments.end();
    });
    if (unknown != names.end())
        throw CommandFailed("the configuration has no environment " + *unknown + "; it has " +
                            joined(settings.environments, ", ", &settings::EnvironmentSettings::name));
}

int create(const std::string& config, const Options& options) {
    // An object's label is project/name, and its first slash ends the project's name.
    if (options.name.find('/') != std::string::npos)
        throw CommandFailed("a project's name must not contain a slash");
    const AdminContext admin(config);
    const std::vector<std::string>& environments = options.environments;
    refuse_unknown_environments(admin.settings, environments);
    AuditRecord audit = AdminContext::audit("project.create", "created");
    audit.project = options.name;
    audit.environments = environments;
    if (!admin.catalogue->projects.create_project(options.name, environments, audit))
        throw CommandFailed("project " + options.name + " already exists");
    std::cout << "Project " << options.name << " created\n";
    return 0;
}

int list(const std::string& config, const Options& options) {
    const AdminContext admin(config);
    const auto projects = admin.catalogue->projects.all_projects();
    if (options.json) {
        auto json = nlohmann::ordered_json::array();
        for (const auto& project : projects)
            json.push_back(
                {{"id", project.id}, {"name", project.name}, {"environments", project.environments}});
        std::cout << json.dump(2) << "\n";
        return 0;
    }
    for (const auto& project : projects) {
        std::cout << project.name << ":";
        for (const auto& environment : project.environments)
            std::cout << " " << environment;
        std::cout << "\n";
    }
    return 0;
}

int remove(const std::string& config, const Options& options) {
    const AdminContext admin(config);
    static_cast<void>(admin.project(options.name));
    AuditRecord audit = AdminContext::audit("project.delete", "deleted");
    audit.project = options.name;
    if (!admin.catalogue->projects.delete_project(options.name, audit))
        throw CommandFailed("project " + options.name + " still has keys; delete them first");
    std::cout << "Project " << options.name << " deleted\n";
    return 0;
}

}  // namespace

void add_project(CLI::App& app, Invocation& invocation) {
    auto* project = app.add_subcommand("project", "Projects, and the environments that they may deploy to")
                        ->require_subcommand(1);
    const auto options = std::make_shared<Options>();

    auto* create_command = project->add_subcommand("create", "Create a project");
    create_command->add_option("NAME", options->name, "The project's name")->required();
    create_command
        ->add_option("--environments", options->environment_list,
                     "Names from the configuration, for example production,staging")
        ->required();
    create_command->callback([&invocation, options] {
        require_name(options->name, "NAME");
        options->environments = comma_separated(options->environment_list, "--environments");
        invocation.run = [&, options] { return create(invocation.config, *options); };
    });

    auto* list_command = project->add_subcommand("list", "Show all projects");
    list_command->add_flag("--json", options->json, "As JSON");
    list_command->callback([&invocation, options] {
        invocation.run = [&, options] { return list(invocation.config, *options); };
    });

    auto* delete_command = project->add_subcommand("delete", "Delete a project that has no keys");
    delete_command->add_option("NAME", options->name, "The project's name")->required();
    delete_command->callback([&invocation, options] {
        invocation.run = [&, options] { return remove(invocation.config, *options); };
    });
}

}  // namespace keyward::cli
