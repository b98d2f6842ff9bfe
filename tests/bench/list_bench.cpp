// scripts/bench list: reading keys through the service, from a small and from a large project, in one run.
// Also measures the same reads of the catalogue alone, and the cheapest answer of the service.

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>

#include <CLI/CLI.hpp>

#include "api/uri.hpp"
#include "storage/open_catalogue.hpp"
#include "tests/bench/rest_service.hpp"
#include "tests/bench/statistics.hpp"
#include "tests/bench/token_folder.hpp"

namespace keyward::bench {
namespace {

constexpr std::size_t connections = 8;
constexpr int turns = 5;
constexpr std::size_t page = 100;

std::string name_of(std::size_t number) {
    std::string digits = std::to_string(number);
    return "key-" + std::string(6 - digits.size(), '0') + digits;
}

Deployment deployment(const std::string& environment, const ObjectId& id) {
    Deployment made;
    made.environment = environment;
    made.source = "content";
    made.state = DeploymentState::deployed;
    made.object_id = id;
    made.size = 256;
    made.key_check_value = "5E89A1";
    made.uses = {KeyUsage::encrypt_decrypt};
    return made;
}

/// A key in two environments, in the catalogue only, because reads call no token.
void add_key(Catalogue& catalogue, const Project& project, const std::string& name) {
    Key key;
    key.id = random_uuid();
    key.project_id = project.id;
    key.name = name;
    key.description = "A key of the benchmark";
    key.mechanisms = {"AES-GCM"};
    key.created_at = key.updated_at = system_now();
    std::vector<Intent> intents;
    for (const char* environment : {"production", "staging"}) {
        intents.push_back(
            {ObjectId::random(), key.id, environment, "bench", system_now() + std::chrono::hours(1)});
        key.deployments.push_back(deployment(environment, intents.back().object_id));
    }
    if (!catalogue.keys.begin_create(key, intents, {}) ||
        !catalogue.keys.commit_create(key, {"bench", {}, {}, {}}, {}))
        throw std::runtime_error("the catalogue took no key " + name);
}

void print(const std::string& what, const Figures& figures) {
    std::printf("  %-44s %8.0f/s   p50 %6.2f ms   p99 %6.2f ms\n", what.c_str(), figures.rate, figures.p50_ms,
                figures.p99_ms);
    std::fflush(stdout);
}

class Listing {
  public:
    Listing(const std::string& binary, std::size_t calls)
        : rest_(binary, folder_.path(), folder_.pin(), connections), calls_(calls) {
        catalogue_ = storage::open_catalogue("sqlite://" + folder_.path() + "/keyward.db", connections);
        project_ = *catalogue_->projects.find_project("Bench");
    }

    void run(std::size_t keys) {
        for (; stored_ < keys; ++stored_)
            add_key(*catalogue_, project_, name_of(stored_));
        std::cout << stored_ << " keys in the project, " << connections << " connections\n";
        const std::string path = "/apiops/projects/Bench/keys/";
        print("the catalogue alone, a page of 100", repeat([&](std::size_t, std::size_t number) {
                  const auto after = name_of(number);
                  catalogue_->keys.list_keys({project_.id, {}, {}, {}, after, page + 1});
              }));
        print("/health/live",
              repeat([&](std::size_t client, std::size_t) { rest_.get(client, "/health/live"); }));
        print("a page of 100", repeat([&](std::size_t client, std::size_t number) {
                  rest_.get(client, path + "?limit=100&cursor=" + api::cursor_of_name(name_of(number)));
              }));
        print("one key", repeat([&](std::size_t client, std::size_t number) {
                  rest_.get(client, path + name_of(number) + "/");
              }));
    }

  private:
    /// Runs `call(client, number)` with a number that is followed by a full page, when there are enough keys.
    Figures repeat(const std::function<void(std::size_t, std::size_t)>& call) {
        const std::size_t places = stored_ > page ? stored_ - page : 1;
        std::vector<Figures> runs;
        for (int turn = 0; turn < turns; ++turn)
            runs.push_back(measure(connections, calls_, [&](std::size_t client, std::size_t i) {
                call(client, std::minstd_rand(static_cast<unsigned>(i) + 1)() % places);
            }));
        return median(std::move(runs));
    }

    TokenFolder folder_;
    RestService rest_;
    std::size_t calls_;
    std::shared_ptr<Catalogue> catalogue_;
    Project project_;
    std::size_t stored_ = 0;
};

}  // namespace
}  // namespace keyward::bench

int main(int argc, char** argv) {
    CLI::App app("Reads keys through the service");
    std::string binary;
    std::size_t calls = 2000;
    std::vector<std::size_t> stored{101, 10'000};
    app.add_option("--keyward", binary, "The program to measure")->required();
    app.add_option("--calls", calls, "Calls a turn")->capture_default_str();
    app.add_option("--stored", stored, "Keys in the project")->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    try {
        keyward::bench::Listing listing(binary, calls);
        for (const std::size_t keys : stored)
            listing.run(keys);
        return 0;
    } catch (const std::exception& error) {
        std::cerr << "list_bench: " << error.what() << "\n";
        return 1;
    }
}
