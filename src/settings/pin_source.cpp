#include "settings/pin_source.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file_descriptor.hpp"
#include "base/log.hpp"

namespace keyward::settings {
namespace {

// SoftHSM2 accepts 255, others fewer; the module itself refuses a PIN that is too long for it.
constexpr std::size_t longest_pin = 255;
constexpr std::size_t longest_line_end = 2;

[[noreturn]] void refuse(const PinSource& source, const std::string& why) {
    throw PinError("the PIN from " + to_string(source) + " can't be used: " + why);
}

SecretBytes checked(const PinSource& source, SecretBytes pin) {
    auto length = pin.size();
    const auto text = pin.reveal_text();
    if (text.ends_with("\r\n"))
        length -= 2;
    else if (text.ends_with('\n'))
        length -= 1;
    pin.truncate(length);
    if (pin.empty()) refuse(source, "it is empty; put the token's user PIN there");
    if (pin.size() > longest_pin)
        refuse(source, "it is longer than 255 bytes; put only the token's user PIN there");
    if (std::ranges::any_of(pin.reveal(), [](std::uint8_t octet) { return octet < 0x20; }))
        refuse(source,
               "it contains more than one line or a control character; put only the token's user PIN there");
    return pin;
}

void check_permissions(const PinSource& source, const struct stat& file) {
    if (!S_ISREG(file.st_mode)) refuse(source, "it is not a regular file");
    if ((file.st_mode & S_IWOTH) != 0)
        refuse(source,
               "every user may write the file; chmod o-w it, and change the PIN if others had access");
    if ((file.st_mode & S_IROTH) != 0)
        log::warn("pin.readable_by_all", {{"source", to_string(source)},
                                          {"advice", "chmod o-r unless its folder is closed to others"}});
}

SecretBytes read_file(const PinSource& source, const std::string& path) {
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file)
        refuse(source, std::string{"the file can't be opened ("} + std::strerror(errno) +
                           "); create it with the token's user PIN, readable only by the service's user");
    struct stat status {};
    if (::fstat(file.get(), &status) != 0)
        refuse(source, std::string{"the file's permissions can't be read: "} + std::strerror(errno));
    check_permissions(source, status);

    SecretBytes pin{longest_pin + longest_line_end + 1};
    std::size_t length = 0;
    while (length < pin.size()) {
        const auto got = ::read(file.get(), pin.writable().data() + length, pin.size() - length);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) refuse(source, std::string{"the file can't be read: "} + std::strerror(errno));
        if (got == 0) break;
        length += static_cast<std::size_t>(got);
    }
    pin.truncate(length);
    return pin;
}

SecretBytes read_credential(const PinSource& source) {
    const char* const folder = std::getenv("CREDENTIALS_DIRECTORY");
    if (folder == nullptr || *folder == '\0')
        refuse(source,
               "CREDENTIALS_DIRECTORY is not set; start the service with systemd and LoadCredential=" +
                   source.name + ":/path");
    return read_file(source, std::string{folder} + '/' + source.name);
}

}  // namespace

std::string to_string(const PinSource& source) {
    switch (source.kind) {
        case PinSource::Kind::file:
            return "file:" + source.name;
        case PinSource::Kind::environment:
            return "env:" + source.name;
        case PinSource::Kind::credential:
            return "credential:" + source.name;
    }
    return source.name;
}

PinReader::PinReader(std::span<const PinSource> sources) {
    for (const auto& source : sources) {
        if (source.kind != PinSource::Kind::environment) continue;
        char* const value = std::getenv(source.name.c_str());
        if (value == nullptr)
            continue;  // `read` reports a missing variable; one that two sources share was removed before
        const std::size_t length = std::strlen(value);
        variables_.insert_or_assign(
            source.name, SecretBytes::copy_of({reinterpret_cast<const std::uint8_t*>(value), length}));
        OPENSSL_cleanse(value, length);
        ::unsetenv(source.name.c_str());
    }
}

SecretBytes PinReader::read(const PinSource& source) const {
    switch (source.kind) {
        case PinSource::Kind::file:
            return checked(source, read_file(source, source.name));
        case PinSource::Kind::credential:
            return checked(source, read_credential(source));
        case PinSource::Kind::environment:
            break;
    }
    const auto variable = variables_.find(source.name);
    if (variable == variables_.end())
        refuse(source, "the variable is not set; set it to the token's user PIN and start again");
    return checked(source, variable->second.clone());
}

}  // namespace keyward::settings
