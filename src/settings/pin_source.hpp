#pragma once

#include <map>
#include <span>
#include <stdexcept>
#include <string>

#include "base/secret_bytes.hpp"

namespace keyward::settings {

/// The source of a token's PIN. Never an argument: all users of the machine can read those.
struct PinSource {
    enum class Kind {
        file,         ///< an absolute path
        environment,  ///< a variable of the process
        credential,   ///< a file in $CREDENTIALS_DIRECTORY (systemd.exec(5), LoadCredential)
    };
    Kind kind = Kind::file;
    std::string name;

    bool operator==(const PinSource&) const = default;
};

/// The spelling of the configuration: `file:/run/secrets/production.pin`. Names only the source, so it may be
/// logged.
std::string to_string(const PinSource& source);

/// A PIN cannot be read. `what()` names the source and says what to do; it never holds a part of the PIN.
class PinError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// Reads PINs, each time from their source, so that a changed file counts at the next login.
///
/// Variables are the exception: every reader of /proc/PID/environ, and every child, would see them as long as
/// the process lives. So the constructor removes the variables in `sources` from the process's environment,
/// overwrites them in place and keeps them in SecretBytes; they can change only with a restart. Create it
/// before the first thread starts, because access to the C library's environment is not synchronized. `read`
/// is thread-safe.
class PinReader {
  public:
    explicit PinReader(std::span<const PinSource> sources);

    /// The PIN, without the line end at the end of a file. Throws PinError when the source is missing, empty,
    /// longer than 255 octets, of more than one line, or a world-writable file. A world-readable file is used
    /// with a warning in the log: mounted secrets of Docker and Kubernetes are often world-readable, inside a
    /// folder that is closed to others.
    [[nodiscard]] SecretBytes read(const PinSource& source) const;

  private:
    std::map<std::string, SecretBytes> variables_;
};

}  // namespace keyward::settings
