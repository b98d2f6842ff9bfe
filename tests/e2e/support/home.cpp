#include "tests/e2e/support/home.hpp"

#include <stdexcept>

#include "tests/e2e/support/encodings.hpp"

namespace keyward::e2e {

namespace {

std::string joined(std::initializer_list<const std::vector<std::string>*> lists) {
    std::string text;
    for (const auto* list : lists)
        for (const std::string& name : *list)
            text += (text.empty() ? "" : ",") + name;
    return text;
}

}  // namespace

std::string keyward_binary() {
    return KEYWARD_BINARY;
}

Home::Home(HomeOptions options)
    : port_(test::free_port()),
      live_environments_(options.environments.size() + options.remote.size() + options.outside.size()),
      spied_on_(options.spied_on) {
    std::filesystem::create_directory(folder_.path() / "tokens");
    folder_.write("softhsm2.conf", "directories.tokendir = " + folder_.file("tokens") +
                                       "\nobjectstore.backend = file\nlog.level = ERROR\n");
    for (const auto* list : {&options.environments, &options.remote, &options.outside})
        for (const std::string& name : *list)
            init_token(name);
    for (const std::string& name : options.without_token)
        folder_.write(name + ".pin", pins_[name] = hex(random_octets(8)));
    write_config(options);
    must({"project", "create", project, "--environments",
          joined({&options.environments, &options.remote, &options.without_token})});
    token_ = user("alice", {"SECRETS:MANAGE", "SECRETS:DEPLOY_UNDEPLOY", "SECRETS:USE"});
}

void Home::init_token(const std::string& label) {
    if (!pins_.contains(label)) folder_.write(label + ".pin", pins_[label] = hex(random_octets(8)));
    test::output_of({"softhsm2-util", "--init-token", "--free", "--label", label, "--pin", pins_[label],
                     "--so-pin", hex(random_octets(8))},
                    environment());
}

void Home::write_config(const HomeOptions& options) {
    const std::string url = options.catalogue_url.empty() ? "sqlite://" + database() : options.catalogue_url;
    std::string text = "[http]\naddress = \"127.0.0.1\"\nport = " + std::to_string(port_) + "\n" +
                       options.http + "\n[policy]\nrequest_fingerprint_secret_file = \"" +
                       folder_.file("idempotency.key") + "\"\n" + options.policy + "\n[catalogue]\nurl = \"" +
                       url + "\"\n" + options.catalogue;
    const std::string local_module = options.spied_on ? spy_module : options.local_module;
    for (const auto* list :
         {&options.environments, &options.remote, &options.without_token, &options.outside}) {
        for (const std::string& name : *list) {
            text.append("[[environment]]\nname = \"").append(name);
            text.append("\"\ntype = \"TEST\"\nmodule = \"")
                .append(list == &options.remote ? p11_kit_module : local_module);
            text.append("\"\ntoken_label = \"").append(name);
            text.append("\"\npin_source = \"file:").append(folder_.file(name + ".pin")).append("\"\n");
            text.append(options.each_environment).append("\n");
        }
    }
    folder_.write("keyward.toml", text);
}

std::vector<std::string> Home::environment() const {
    std::vector<std::string> variables{
        "SOFTHSM2_CONF=" + softhsm_conf(), "P11_KIT_SERVER_ADDRESS=unix:path=" + remote_socket(),
        std::string("PKCS11SPY=") + softhsm_module, "PKCS11SPY_OUTPUT=" + folder_.file("spy"),
        "KEYWARD_HANG_FILE=" + folder_.file("hang")};
    // The spy never frees its lists of functions.
    if (spied_on_) variables.emplace_back("ASAN_OPTIONS=detect_leaks=0");
    return variables;
}

std::vector<std::string> Home::pins() const {
    std::vector<std::string> all;
    for (const auto& [label, pin] : pins_)
        all.push_back(pin);
    return all;
}

void Home::user_with_password(const std::string& name, const std::string& password) const {
    // Through a file, because commands run without input.
    const std::string file = folder_.write("password", password + "\n");
    test::output_of({"sh", "-c", R"(exec "$@" <"$0")", file, keyward_binary(), "user", "create", name,
                     "--password-stdin", "--config", config()},
                    environment());
    std::filesystem::remove(file);
}

test::CommandResult Home::keyward(std::vector<std::string> words) const {
    words.insert(words.begin(), keyward_binary());
    words.insert(words.end(), {"--config", config()});
    return test::run_command(words, environment());
}

std::string Home::must(std::vector<std::string> words) const {
    std::string line;
    for (const std::string& word : words)
        line += " " + word;
    test::CommandResult outcome = keyward(std::move(words));
    if (outcome.code != 0) throw std::runtime_error("keyward" + line + ": " + outcome.errors);
    while (outcome.output.ends_with('\n'))
        outcome.output.pop_back();
    return outcome.output;
}

std::string Home::user(const std::string& name, const std::vector<std::string>& grants,
                       const std::string& environments) const {
    must({"user", "create", name});
    if (!grants.empty()) {
        std::vector<std::string> words{"grant", name, project};
        words.insert(words.end(), grants.begin(), grants.end());
        if (!environments.empty()) words.insert(words.end(), {"--environments", environments});
        must(words);
    }
    return must({"token", "create", "--user", name});
}

}  // namespace keyward::e2e
