// docs/operations.md explains every event of the log.
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/files.hpp"

namespace keyward {
namespace {

using Events = std::set<std::string>;

/// The events of the calls in one source text: a call may choose between two names, before the values that
/// follow.
Events logged_in(const std::string& source) {
    static const std::regex call(R"(log::(?:info|warn|error)\(([^{;]*))");
    static const std::regex name(R"re("([a-z0-9_]+\.[a-z0-9_]+)")re");
    Events events;
    for (std::sregex_iterator found(source.begin(), source.end(), call), end; found != end; ++found) {
        const std::string arguments = (*found)[1];
        const std::sregex_iterator first(arguments.begin(), arguments.end(), name);
        if (first == end) throw std::logic_error("a call names no event: " + found->str());
        for (std::sregex_iterator each = first; each != end; ++each)
            events.insert((*each)[1]);
    }
    return events;
}

Events logged() {
    Events events;
    for (const char* const folder : {"/src", "/hsm"})
        for (const auto& entry :
             std::filesystem::recursive_directory_iterator(KEYWARD_SOURCE + std::string(folder)))
            if (entry.path().extension() == ".cpp" || entry.path().extension() == ".hpp")
                events.merge(logged_in(test::read_file(entry.path())));
    return events;
}

/// The events in the first column of the table of events.
Events documented() {
    static const std::regex name(R"(`([a-z0-9_]+\.[a-z0-9_]+)`)");
    std::ifstream file(KEYWARD_DOCS "/operations.md");
    Events events;
    std::string line;
    while (std::getline(file, line) && line != "| event | what to do |") {
    }
    while (std::getline(file, line) && line.starts_with("|")) {
        const std::string column = line.substr(0, line.find('|', 1));
        for (std::sregex_iterator each(column.begin(), column.end(), name), end; each != end; ++each)
            events.insert((*each)[1]);
    }
    return events;
}

TEST(EventsDocumentation, ReadsBothNamesOfACallThatChooses) {
    EXPECT_THAT(logged_in(R"(log::warn(
        odd ? "a.one" : "a.two", {{"text", "not.this"}}); log::info("b.three");)"),
                testing::ElementsAre("a.one", "a.two", "b.three"));
}

TEST(EventsDocumentation, ExplainsWhatIsLoggedAndNothingElse) {
    EXPECT_EQ(documented(), logged());
}

}  // namespace
}  // namespace keyward
