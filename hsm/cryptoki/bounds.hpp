#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "hsm/cryptoki/cryptoki.hpp"

namespace keyward::hsm {

/// Checks of lengths, counts and texts that a module reports. All such values pass through here. A module is
/// third-party code in this process: memory beyond the buffer that it was given must never be read,
/// regardless of the reported length.

/// Returns `reported`, a number of octets or elements. Throws TokenFault::unreachable when it is larger than
/// `room`.
std::size_t bounded(std::string_view call, CK_ULONG reported, std::size_t room);

/// Same for the output of an operation, which must have `least` to `most` octets. Throws TokenFault::mismatch
/// otherwise: the key can't produce an output of another length.
std::size_t bounded_output(std::string_view call, CK_ULONG reported, std::size_t least, std::size_t most);

/// Text of a field that is padded with blanks and not terminated, as in CK_TOKEN_INFO (PKCS#11 2.40
/// section 3.1). Invalid UTF-8 and control characters become question marks.
std::string text_of_field(ByteView field);

/// Maximum length of a list from a module. A longer list is treated as an error of the module.
inline constexpr std::size_t longest_list = 65'536;

[[noreturn]] void throw_list_keeps_growing(std::string_view call);

/// Reads a list with two calls, the first of which asks for its length (PKCS#11 2.40 section 5.2). Retries
/// when the list has grown between the calls. `get(elements, &count)` makes the call.
template <typename Element, typename Get>
std::vector<Element> read_list(std::string_view call, const Get& get) {
    constexpr int attempts = 5;
    constexpr std::size_t spare = 1;  // p11-kit-client 0.24.1 reads one past the end when it filters
    for (int attempt = 0; attempt < attempts; ++attempt) {
        CK_ULONG count = 0;
        check(call, get(nullptr, &count));
        const std::size_t room = bounded(call, count, longest_list);
        std::vector<Element> list(room + spare);
        const CK_RV value = get(list.data(), &count);
        if (value == CKR_BUFFER_TOO_SMALL) continue;
        check(call, value);
        list.resize(bounded(call, count, room));
        return list;
    }
    throw_list_keeps_growing(call);
}

}  // namespace keyward::hsm
