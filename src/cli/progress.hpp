#pragma once

#include <chrono>
#include <functional>
#include <ostream>
#include <string>

namespace keyward::cli {

/// Says how far long work is: at a terminal as one line with a bar, written again and again and gone at the
/// end; elsewhere as plain lines, seconds apart, and only once the work has taken that long. For one thread.
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

    /// `what` is at `done` of `total` (not 0).
    void show(const std::string& what, std::size_t done, std::size_t total);
    /// Takes the bar away, so that something else can be written.
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
