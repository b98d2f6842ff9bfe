#include "tests/e2e/support/tool.hpp"

#include <sstream>

namespace keyward::e2e {
namespace {

/// Takes the value from a line "  name:   value". False when the line has another name.
bool take(const std::string& line, const std::string& name, std::string& value) {
    if (!line.starts_with("  " + name + ":")) return false;
    const auto start = line.find_first_not_of(' ', name.size() + 3);
    value = start == std::string::npos ? "" : line.substr(start);
    return true;
}

}  // namespace

std::string pkcs11_tool(const Home& home, const std::string& token_label, std::vector<std::string> words) {
    std::vector<std::string> command{"pkcs11-tool", "--module", softhsm_module, "--token-label",
                                     token_label,   "--login",  "--pin",        "env:E2E_PIN"};
    command.insert(command.end(), words.begin(), words.end());
    auto environment = home.environment();
    environment.push_back("E2E_PIN=" + home.pin(token_label));
    return test::output_of(command, environment);
}

std::vector<ListedObject> listed(const Home& home, const std::string& token_label, const std::string& label) {
    std::istringstream lines(pkcs11_tool(home, token_label, {"--list-objects"}));
    std::vector<ListedObject> objects;
    for (std::string line; std::getline(lines, line);) {
        if (line.find("Object;") != std::string::npos) {
            const auto end = line.find_last_not_of(' ');
            objects.push_back(
                {.title = line.substr(0, end + 1), .label = {}, .id = {}, .usage = {}, .access = {}});
        }
        if (objects.empty()) continue;
        ListedObject& object = objects.back();
        if (take(line, "label", object.label) || take(line, "ID", object.id) ||
            take(line, "Usage", object.usage))
            continue;
        take(line, "Access", object.access);
    }
    std::erase_if(objects, [&](const ListedObject& object) { return object.label != label; });
    return objects;
}

std::string used(const Home& home, const std::string& token_label, const std::string& id,
                 const std::string& operation, const std::vector<std::string>& options,
                 const std::string& input) {
    const test::TemporaryFolder folder;
    std::vector<std::string> words{operation,
                                   "--id",
                                   id,
                                   "--input-file",
                                   folder.write("input", input),
                                   "--output-file",
                                   folder.file("output")};
    words.insert(words.end(), options.begin(), options.end());
    static_cast<void>(pkcs11_tool(home, token_label, words));
    return test::read_file(folder.file("output"));
}

}  // namespace keyward::e2e
