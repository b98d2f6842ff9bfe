#include "storage/database/enum_names.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "base/text.hpp"

namespace keyward::storage {
namespace {

template <typename Value>
struct Word {
    Value value;
    std::string_view text;
};
constexpr std::array key_states{Word<KeyState>{KeyState::creating, "creating"},
                                Word<KeyState>{KeyState::active, "active"},
                                Word<KeyState>{KeyState::deleting, "deleting"}};
constexpr std::array deployment_states{Word<DeploymentState>{DeploymentState::deployed, "deployed"},
                                       Word<DeploymentState>{DeploymentState::failed, "failed"},
                                       Word<DeploymentState>{DeploymentState::deleting, "deleting"}};

// '' is not listed: it means that an older version wrote no value.
const std::vector<Word<KeyUsages>> use_sets{
    {{}, "none"},
    {{KeyUsage::encrypt_decrypt}, "cipher"},
    {{KeyUsage::sign_verify}, "signature"},
    {{KeyUsage::encrypt_decrypt, KeyUsage::sign_verify}, "cipher,signature"}};

template <typename Value>
Value known(const std::optional<Value>& value, std::string_view subject, const std::string& word) {
    if (value) return *value;
    throw CatalogueError(
        "the catalogue contains '" + word + "' as " + std::string(subject) +
        ", which this program does not know: use the version of keyward that wrote it, or a newer one");
}

template <typename Table>
auto value_of(const Table& table, const std::string& word) -> std::optional<decltype(table.front().value)> {
    const auto row =
        std::find_if(table.begin(), table.end(), [&](const auto& each) { return each.text == word; });
    if (row == table.end()) return std::nullopt;
    return row->value;
}

template <typename Table, typename Value>
std::string_view word_of(const Table& table, Value value) {
    return std::find_if(table.begin(), table.end(), [&](const auto& each) { return each.value == value; })
        ->text;
}

}  // namespace

std::string_view enum_name(KeyState state) {
    return word_of(key_states, state);
}
std::string_view enum_name(DeploymentState state) {
    return word_of(deployment_states, state);
}

KeyState key_state_from_name(const std::string& word) {
    return known(value_of(key_states, word), "a key's state", word);
}

DeploymentState deployment_state_from_name(const std::string& word) {
    return known(value_of(deployment_states, word), "a deployment's state", word);
}

Permission permission_from_name(const std::string& word) {
    return known(permission_from(word), "a permission", word);
}

keys::KeyType key_type_from_name(const std::string& word) {
    return known(keys::key_type_from(word), "a key's type", word);
}

keys::Algorithm algorithm_from_name(const std::string& word) {
    return known(keys::algorithm_from(word), "an algorithm", word);
}

std::string to_names(const MechanismList& mechanisms) {
    return joined(mechanisms, " ");
}

MechanismList mechanisms_from_names(const std::string& words) {
    MechanismList mechanisms;
    for (std::size_t begin = 0; begin < words.size();) {
        const auto end = std::min(words.find(' ', begin), words.size());
        mechanisms.push_back(words.substr(begin, end - begin));
        begin = end + 1;
    }
    return mechanisms;
}

std::string to_names(const KeyUsages& uses) {
    return std::string(word_of(use_sets, uses));
}

KeyUsages uses_from_names(const std::string& words) {
    for (const auto& row : use_sets)
        if (row.text == words) return row.value;
    return known(std::optional<KeyUsages>(), "the uses of an object", words);
}

}  // namespace keyward::storage
