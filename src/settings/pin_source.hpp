#pragma once

#include <map>
#include <span>
#include <stdexcept>
#include <string>

#include "base/secret_bytes.hpp"

namespace keyward::settings {

/// Where a token's PIN comes from. Never from an argument: everybody on the machine can read those.
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

/// As the configuration spells it: `file:/run/secrets/production.pin`. Names the place, so it is fit for
/// logs.
std::string to_string(const PinSource& source);

/// A PIN can't be had. `what()` names the source and what to do; it never holds a part of the PIN.
class PinError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// Reads PINs, each time anew, so that a changed file counts at the next login.
///
/// Variables are the exception: everything that reads /proc/PID/environ, and every child, would see them for
/// as long as the process lives. So the constructor takes those that `sources` name out of the process's
/// environment, overwrites them in place and keeps them in SecretBytes; they can change only with a restart.
/// Make it before the first thread starts, since the C library's environment is not guarded. After that any
/// thread may call `read`.
class PinReader {
  public:
    explicit PinReader(std::span<const PinSource> sources);

    /// Without the line end at the end of a file. Throws PinError when the source is not there, empty, longer
    /// than 255 octets, of more than one line, or a file that anyone may write. A file that anyone may read
    /// is used with a warning in the log: mounted secrets of Docker and Kubernetes often are, inside a folder
    /// that is closed to others.
    [[nodiscard]] SecretBytes read(const PinSource& source) const;

  private:
    std::map<std::string, SecretBytes> variables_;
};

}  // namespace keyward::settings
