#pragma once

#include <map>
#include <string>
#include <vector>

#include <sys/types.h>

namespace keyward::tests {

struct Finished {
    int status;
    std::string output;  ///< stdout and stderr
};

/// Runs a program to its end, with these variables added to the current environment.
Finished run(const std::vector<std::string>& command,
             const std::map<std::string, std::string>& environment = {});

/// A background program. The destructor ends it by its process id.
class Background {
  public:
    Background(const std::vector<std::string>& command,
               const std::map<std::string, std::string>& environment);
    Background(const Background&) = delete;
    Background& operator=(const Background&) = delete;
    Background(Background&&) = delete;
    Background& operator=(Background&&) = delete;
    ~Background();

    [[nodiscard]] pid_t pid() const { return pid_; }
    void kill();

  private:
    pid_t pid_;
};

}  // namespace keyward::tests
