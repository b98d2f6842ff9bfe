#include "settings/request_fingerprint_secret.hpp"

#include <cerrno>
#include <cstring>
#include <optional>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file_descriptor.hpp"
#include "base/ids.hpp"

namespace keyward::settings {
namespace {

using std::filesystem::path;

constexpr std::size_t key_size = 32;

FileDescriptor open_file(const path& name, int flags, mode_t mode = 0) {
    return FileDescriptor(::open(name.c_str(), flags | O_CLOEXEC, mode));
}

/// A name that is removed on destruction, after success and failure.
struct TemporaryName {
    path name;
    explicit TemporaryName(path its_name) : name(std::move(its_name)) {}
    TemporaryName(const TemporaryName&) = delete;
    TemporaryName& operator=(const TemporaryName&) = delete;
    TemporaryName(TemporaryName&&) = delete;
    TemporaryName& operator=(TemporaryName&&) = delete;
    ~TemporaryName() { ::unlink(name.c_str()); }
};

[[noreturn]] void refuse(const path& file, const std::string& why) {
    throw FingerprintSecretError("the key file " + file.string() +
                                 " (policy.request_fingerprint_secret_file) can't be used: " + why);
}

std::string reason() {
    return std::strerror(errno);
}

/// Writes the complete file under another name, then links it to its own, unless another replica was faster.
void make(const path& file) {
    const TemporaryName draft(file.string() + ".new-" + random_uuid());
    const SecretBytes key = random_secret(key_size);
    {
        const FileDescriptor made =
            open_file(draft.name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, S_IRUSR | S_IWUSR);
        if (!made)
            refuse(file, "it does not exist and can't be created (" + reason() +
                             "); create its folder, writable by the service's user, or name another file");
        if (::write(made.get(), key.reveal().data(), key.size()) != static_cast<ssize_t>(key.size()) ||
            ::fsync(made.get()) != 0)
            refuse(file, "it can't be written (" + reason() + "); make room for it, or name another file");
    }
    if (::link(draft.name.c_str(), file.c_str()) != 0 && errno != EEXIST)
        refuse(file, "it can't be created (" + reason() + "); name a file on a file system with hard links");
    const FileDescriptor folder = open_file(file.parent_path(), O_RDONLY | O_DIRECTORY);
    if (folder) ::fsync(folder.get());
}

void check(const path& file, const struct stat& status) {
    if (!S_ISREG(status.st_mode)) refuse(file, "it is not a regular file; name another");
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        refuse(file, "users other than its owner may read or write it; chmod 600 it");
    if (static_cast<std::size_t>(status.st_size) != key_size)
        refuse(file, "it has " + std::to_string(status.st_size) +
                         " octets instead of 32; put the right one back, or remove it: the next start makes "
                         "a new one, which does not recognize earlier requests");
}

/// Nothing when the file does not exist.
std::optional<SecretBytes> read(const path& file) {
    const FileDescriptor opened = open_file(file, O_RDONLY | O_NONBLOCK);
    if (!opened && errno == ENOENT) return std::nullopt;
    if (!opened) refuse(file, "it can't be opened (" + reason() + "); make the service's user its owner");
    struct stat status {};
    if (::fstat(opened.get(), &status) != 0) refuse(file, "its permissions can't be read: " + reason());
    check(file, status);
    SecretBytes key(key_size);
    if (::read(opened.get(), key.writable().data(), key.size()) != static_cast<ssize_t>(key.size()))
        refuse(file, "it can't be read: " + reason());
    return key;
}

}  // namespace

SecretBytes request_fingerprint_secret(const path& file) {
    if (auto key = read(file)) return *std::move(key);
    make(file);
    if (auto key = read(file)) return *std::move(key);
    refuse(file, "it was removed while the service started; start it again");
}

std::string default_fingerprint_secret_file(const path& folder) {
    const path earlier = folder / "idempotency.key";
    std::error_code ignored;
    return std::filesystem::exists(earlier, ignored) ? earlier : folder / "request-fingerprint.key";
}

}  // namespace keyward::settings
