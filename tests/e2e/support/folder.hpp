#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace keyward::e2e {

/// A new empty folder of one's own (mkdtemp), removed with all that is in it. In memory (/dev/shm) where
/// there is such a place, because SoftHSM2 writes an object some 70 times.
class Folder {
  public:
    Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder();

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] std::string file(std::string_view name) const { return (path_ / name).string(); }
    /// Writes the file whole and gives its path.
    [[nodiscard]] std::string write(std::string_view name, std::string_view octets, mode_t mode = 0600) const;

  private:
    std::filesystem::path path_;
};

/// The octets of a file; empty when it is not there.
std::string read_file(const std::filesystem::path& path);

}  // namespace keyward::e2e
