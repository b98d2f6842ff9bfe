#include "cli/progress.hpp"

#include <sstream>

#include <gtest/gtest.h>

namespace keyward::cli {
namespace {

using namespace std::chrono_literals;

const std::string empty_line = "\r\x1b[K";

class Progresses : public testing::Test {
  protected:
    Progress at_terminal() {
        return {out_, true, [this] { return now_; }};
    }
    Progress elsewhere() {
        return {out_, false, [this] { return now_; }};
    }
    std::string taken() {
        std::string text = out_.str();
        out_.str({});
        return text;
    }

    std::ostringstream out_;
    std::chrono::steady_clock::time_point now_{1h};
};

TEST_F(Progresses, ATerminalGetsABarWithEnvironmentNumbersAndPercent) {
    Progress progress = at_terminal();
    progress.show("production", 2500, 10000);
    EXPECT_EQ(taken(), empty_line + "production [######..................] 2500 of 10000 (25 %)");
}

TEST_F(Progresses, TheLineIsWrittenAgainAndClearedAtTheEnd) {
    {
        Progress progress = at_terminal();
        progress.show("production", 1, 2);
        taken();
        now_ += 100ms;
        progress.show("production", 2, 2);
        EXPECT_EQ(taken(), empty_line + "production [########################] 2 of 2 (100 %)");
    }
    EXPECT_EQ(taken(), empty_line);
}

TEST_F(Progresses, TheBarIsNotDrawnMoreOftenThanOneCanSee) {
    Progress progress = at_terminal();
    progress.show("production", 1, 1000);
    taken();
    now_ += 99ms;
    progress.show("production", 2, 1000);
    EXPECT_EQ(taken(), "");
}

TEST_F(Progresses, TheEndAndTheNextEnvironmentAreDrawnAtOnce) {
    Progress progress = at_terminal();
    progress.show("production", 1, 2);
    progress.show("production", 2, 2);
    taken();
    progress.show("staging", 1, 4);
    EXPECT_EQ(taken(), empty_line + "staging [######..................] 1 of 4 (25 %)");
}

TEST_F(Progresses, NothingIsClearedThatWasNotDrawn) {
    { const Progress progress = at_terminal(); }
    EXPECT_EQ(taken(), "");
}

TEST_F(Progresses, ShortWorkSaysNothingElsewhere) {
    {
        Progress progress = elsewhere();
        progress.show("production", 1, 2);
        now_ += 4s;
        progress.show("production", 2, 2);
    }
    EXPECT_EQ(taken(), "");
}

TEST_F(Progresses, LongWorkSaysAPlainLineEveryFiveSecondsElsewhere) {
    Progress progress = elsewhere();
    progress.show("production", 1, 1000);
    now_ += 5s;
    progress.show("production", 500, 1000);
    EXPECT_EQ(taken(), "production: 500 of 1000 (50 %)\n");
    now_ += 4s;
    progress.show("production", 600, 1000);
    EXPECT_EQ(taken(), "");
    now_ += 1s;
    progress.show("production", 700, 1000);
    EXPECT_EQ(taken(), "production: 700 of 1000 (70 %)\n");
}

}  // namespace
}  // namespace keyward::cli
