#include "api/all_routes.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/routes.hpp"
#include "tests/support/files.hpp"
#include "tests/unit/api/route_table.hpp"

namespace keyward::api {
namespace {

std::string title_of(const Route& route) {
    return std::string(name_of(route.method)) + " " + std::string(route.pattern);
}

/// The parts of a pattern, where each parameter in braces is replaced by `value`, or stays when that is
/// empty.
std::vector<std::string> segments_of(std::string_view pattern, const std::string& value = {}) {
    std::vector<std::string> segments;
    std::istringstream parts{std::string(pattern)};
    for (std::string part; std::getline(parts, part, '/');)
        if (!part.empty()) segments.push_back(part.starts_with('{') && !value.empty() ? value : part);
    return segments;
}

class RouteTable : public testing::Test {
  protected:
    RouteTableOfNothing nothing_;
    const std::vector<Route>& routes_ = nothing_.routes();
};

TEST_F(RouteTable, EveryRowIsFoundByItsPath) {
    for (const Route& route : routes_)
        EXPECT_EQ(match_route(routes_, route.method, segments_of(route.pattern, "value")).route, &route)
            << title_of(route);
}

/// Names of keys, projects and environments are free, so that they may be words of other patterns.
TEST_F(RouteTable, NoPathFitsTwoRowsOfAMethod) {
    std::set<std::string> words{"value"};
    for (const Route& route : routes_)
        for (const std::string& segment : segments_of(route.pattern))
            if (!segment.starts_with('{')) words.insert(segment);
    for (const Route& route : routes_)
        for (const std::string& word : words) {
            const Match match = match_route(routes_, route.method, segments_of(route.pattern, word));
            EXPECT_EQ(match.route, &route) << title_of(route) << " with " << word;
            EXPECT_EQ(std::ranges::count(match.allowed, route.method), 1)
                << title_of(route) << " with " << word;
        }
}

TEST_F(RouteTable, EveryParameterIsNamedByWhatItIs) {
    const std::set<std::string> known{"{projectName}", "{keyName}", "{environmentName}"};
    for (const Route& route : routes_) {
        std::set<std::string> named;
        for (const std::string& segment : segments_of(route.pattern)) {
            if (segment.find_first_of("{}") == std::string::npos) continue;
            EXPECT_TRUE(known.contains(segment)) << title_of(route);
            EXPECT_TRUE(named.insert(segment).second) << title_of(route) << " has one twice";
        }
    }
}

TEST_F(RouteTable, AHandlerGetsEachParameterByItsName) {
    for (const Route& route : routes_) {
        const Match match = match_route(routes_, route.method, segments_of(route.pattern));
        for (const std::string& segment : segments_of(route.pattern)) {
            if (!segment.starts_with('{')) continue;
            EXPECT_EQ(match.path.at(segment.substr(1, segment.size() - 2)), segment) << title_of(route);
        }
    }
}

/// What a caller needs and sends, as docs/openapi.yaml and the table say it.
struct Contract {
    std::string login = "login";
    std::string permissions;
    std::string body;
    bool idempotency_key = false;

    bool operator==(const Contract&) const = default;
};

void PrintTo(const Contract& contract, std::ostream* out) {
    *out << contract.login << ";" << contract.permissions << ";" << contract.body
         << (contract.idempotency_key ? "; Idempotency-Key" : "");
}

Contract contract_of(const Route& route) {
    constexpr std::array logins{"no login", "login if any", "login"};
    constexpr std::array bodies{"", "application/json", "application/json if any",
                                "application/x-www-form-urlencoded"};
    Contract contract{.login = logins.at(static_cast<std::size_t>(route.login)),
                      .permissions = {},
                      .body = bodies.at(static_cast<std::size_t>(route.body)),
                      .idempotency_key = route.repeatable};
    for (const Permission permission : route.permissions)
        contract.permissions += " " + std::string(to_string(permission));
    return contract;
}

/// The operations of docs/openapi.yaml by method and path. A description names the permissions in its
/// sentence "Needs `X` and `Y`".
class DocumentedContract {
  public:
    DocumentedContract() {
        std::istringstream lines(test::read_file(KEYWARD_DOCS "/openapi.yaml"));
        std::string line;
        while (std::getline(lines, line) && line != "paths:") {
        }
        while (std::getline(lines, line) && (line.empty() || line.starts_with(' ')))
            read(line);
    }
    [[nodiscard]] const std::map<std::string, Contract>& operations() const { return operations_; }

  private:
    void read(const std::string& line) {
        static const std::regex path(R"(  (/\S*):)");
        static const std::regex method("    (get|post|put|delete):");
        std::smatch found;
        if (std::regex_match(line, found, path)) {
            path_ = found[1];
        } else if (std::regex_match(line, found, method)) {
            std::string name = found[1];
            std::ranges::transform(name, name.begin(),
                                   [](char c) { return static_cast<char>(c - 'a' + 'A'); });
            operation_ = &operations_[name + " " + path_];
            in_request_ = false;
        } else if (operation_ != nullptr) {
            read_field(line);
        }
    }
    void read_field(const std::string& line) {
        if (line == "      security: []") operation_->login = "no login";
        if (line == "      security: [ {}, { bearer: [] } ]") operation_->login = "login if any";
        if (line.starts_with("      requestBody:")) in_request_ = true;
        if (line.starts_with("      responses:")) in_request_ = false;
        if (line.ends_with("parameters/idempotencyKey' }")) operation_->idempotency_key = true;
        if (line.ends_with("requestBodies/Removal' }")) operation_->body = "application/json if any";
        if (in_request_ && line.starts_with("          application/"))
            operation_->body = line.substr(10, line.size() - 11);
        if (const auto needs = line.find("Needs `"); needs != std::string::npos)
            operation_->permissions =
                permissions_in(line.substr(needs, line.find_first_of(".,;", needs) - needs));
    }
    static std::string permissions_in(const std::string& sentence) {
        static const std::regex quoted("`([A-Z_:]+)`");
        std::string all;
        for (std::sregex_iterator each(sentence.begin(), sentence.end(), quoted), end; each != end; ++each)
            all += " " + (*each)[1].str();
        return all;
    }

    std::map<std::string, Contract> operations_;
    std::string path_;
    Contract* operation_ = nullptr;
    bool in_request_ = false;
};

TEST_F(RouteTable, IsTheContractOfTheDocument) {
    std::map<std::string, Contract> rows;
    for (const Route& route : routes_)
        rows.emplace(title_of(route), contract_of(route));
    EXPECT_EQ(rows.size(), routes_.size());
    EXPECT_EQ(rows, DocumentedContract().operations());
}

}  // namespace
}  // namespace keyward::api
