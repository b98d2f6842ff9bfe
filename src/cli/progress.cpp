#include "cli/progress.hpp"

#include <algorithm>

namespace keyward::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto between_bars = 100ms;
constexpr auto between_lines = 5s;
constexpr std::size_t bar_width = 24;
/// ECMA-48: go to the start of the line, and erase it.
constexpr const char* start_of_empty_line = "\r\x1b[K";

std::string counts(std::size_t done, std::size_t total) {
    return std::to_string(done) + " of " + std::to_string(total) + " (" + std::to_string(done * 100 / total) +
           " %)";
}

std::string bar(std::size_t done, std::size_t total) {
    const std::size_t full = std::min(done * bar_width / total, bar_width);
    return "[" + std::string(full, '#') + std::string(bar_width - full, '.') + "]";
}

}  // namespace

Progress::Progress(std::ostream& out, bool terminal, Clock clock)
    : out_(out), terminal_(terminal), clock_(std::move(clock)) {}

Progress::~Progress() {
    clear();
}

void Progress::show(const std::string& what, std::size_t done, std::size_t total) {
    if (terminal_)
        draw(what, done, total);
    else
        say(what, done, total);
}

void Progress::clear() {
    if (!is_drawn_) return;
    out_ << start_of_empty_line << std::flush;
    is_drawn_ = false;
}

void Progress::draw(const std::string& what, std::size_t done, std::size_t total) {
    const auto now = clock_();
    if (is_drawn_ && what == shown_ && done < total && now - last_ < between_bars) return;
    out_ << start_of_empty_line << what << " " << bar(done, total) << " " << counts(done, total)
         << std::flush;
    is_drawn_ = true;
    shown_ = what;
    last_ = now;
}

void Progress::say(const std::string& what, std::size_t done, std::size_t total) {
    const auto now = clock_();
    if (what != shown_) {
        shown_ = what;
        last_ = now;
    }
    if (now - last_ < between_lines) return;
    out_ << what << ": " << counts(done, total) << std::endl;
    last_ = now;
}

}  // namespace keyward::cli
