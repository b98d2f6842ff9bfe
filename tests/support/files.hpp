#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace keyward::test {

/// The folder for files that are written often, as SoftHSM2 writes an object some 70 times: in memory
/// (/dev/shm) where that exists, else the system's temporary folder.
std::filesystem::path memory_folder();

/// A new empty folder. The destructor removes it with its contents.
class TemporaryFolder {
  public:
    explicit TemporaryFolder(const std::filesystem::path& parent = std::filesystem::temp_directory_path());
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder();

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    /// The path of a file in it, which need not exist.
    [[nodiscard]] std::string file(std::string_view name) const { return (path_ / name).string(); }
    /// Replaces a file, creates the folders above it, and returns its path.
    std::string write(std::string_view name, std::string_view octets, mode_t mode = 0600) const;

  private:
    std::filesystem::path path_;
};

/// The octets of a file; empty when it does not exist.
std::string read_file(const std::filesystem::path& path);

}  // namespace keyward::test
