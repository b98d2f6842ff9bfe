#pragma once

#include <chrono>
#include <functional>
#include <ostream>
#include <string>

namespace keyward::cli {

/// Reports the progress of long work. At a terminal it redraws one line with a bar, and removes it at the
/// end. Elsewhere it writes plain lines, seconds apart, once the work has taken that long. Not thread-safe.
class Progress {
  public:
    using Clock = std::function<std::chrono::steady_clock::time_point()>;

    /// `out` must outlive it.
    Progress(std::ostream& out, bool terminal, Clock clock);
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    Progress(Progress&&) = delete;
    Progress& operator=(Progress&&) = delete;
    ~Progress();

    /// Shows `what` at `done` of `total` (not 0).
    void show(const std::string& what, std::size_t done, std::size_t total);
    /// Removes the bar before other output.
    void clear();

  private:
    void draw(const std::string& what, std::size_t done, std::size_t total);
    void say(const std::string& what, std::size_t done, std::size_t total);

    std::ostream& out_;
    bool terminal_;
    Clock clock_;
    std::string shown_;
    std::chrono::steady_clock::time_point last_{};
    bool is_drawn_ = false;
};

}  // namespace keyward::cli
