#include "service/recovery/drift.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <tuple>

#include "base/text.hpp"
#include "domain/key_text.hpp"

namespace keyward::service {
namespace {

using keys::KeyType;

constexpr std::array classes{KeyType::secret, KeyType::private_key, KeyType::public_key};

std::string_view name_of(KeyType type) {
    switch (type) {
        case KeyType::secret:
            return "secret key";
        case KeyType::private_key:
            return "private key";
        case KeyType::public_key:
            return "public key";
        case KeyType::rsa:
            return "RSA key";
    }
    return {};
}

std::string_view name_of(KeyUsage use) {
    switch (use) {
        case KeyUsage::encrypt_decrypt:
            return "encryption";
        case KeyUsage::sign_verify:
            return "signatures";
    }
    return {};
}

std::string uses_text(const KeyUsages& uses) {
    return uses.empty() ? "nothing" : joined(uses, " and ", [](KeyUsage use) { return name_of(use); });
}

std::string bits_text(int bits) {
    return std::to_string(bits) + " bits";
}

std::string name_of(const std::optional<keys::Algorithm>& algorithm) {
    return algorithm ? std::string(keys::to_string(*algorithm)) : "a kind that is never imported";
}

bool has_private_half(const RecordedObject& recorded) {
    return recorded.type == KeyType::private_key ||
           (recorded.type == KeyType::rsa && recorded.deployment.source != "publicKey");
}

bool expects(const RecordedObject& recorded, KeyType object_class) {
    switch (object_class) {
        case KeyType::secret:
            return recorded.type == KeyType::secret;
        case KeyType::private_key:
            return has_private_half(recorded);
        case KeyType::public_key:
            return recorded.type != KeyType::secret;
        case KeyType::rsa:
            return false;
    }
    return false;
}

std::ptrdiff_t count_of(const std::vector<TokenObject>& objects, KeyType object_class) {
    return std::ranges::count(objects, object_class, &TokenObject::type);
}

std::string expected_label(const RecordedObject& recorded) {
    return object_label(recorded.deployment.alias, recorded.project, recorded.key);
}

/// SoftHSM2 pads a shorter HMAC key with zeros to SHA-256's block (RFC 2104), which does not change its MACs;
/// other tokens keep it unchanged.
constexpr int padded_hmac_bits = 512;

/// AES and DESede keys are compared better by their check value, asymmetric ones by their public key.
bool tells_size(const RecordedObject& recorded, const TokenObject& object) {
    const int size = recorded.deployment.size;
    const bool may_be_padded = object.size == padded_hmac_bits && size < padded_hmac_bits;
    return recorded.algorithm == keys::Algorithm::hmac && object.size != 0 && size != 0 && !may_be_padded;
}

/// One line of the comparison: the token's value, the catalogue's value, and whether both have one.
struct Row {
    std::string what;
    std::string found;
    std::string expected;
    bool compared = true;
};

std::vector<Row> rows_of(const RecordedObject& recorded, const TokenObject& object) {
    const Deployment& deployment = recorded.deployment;
    const auto both = [](const std::string& one, const std::string& other) {
        return !one.empty() && !other.empty();
    };
    const bool tells_check_value =
        recorded.algorithm == keys::Algorithm::aes || recorded.algorithm == keys::Algorithm::desede;
    return {
        {.what = "label",
         .found = "\"" + object.label + "\"",
         .expected = "\"" + expected_label(recorded) + "\""},
        {.what = "algorithm", .found = name_of(object.algorithm), .expected = name_of(recorded.algorithm)},
        {.what = "size",
         .found = bits_text(object.size),
         .expected = bits_text(deployment.size),
         .compared = tells_size(recorded, object)},
        {.what = "use", .found = uses_text(object.uses), .expected = uses_text(deployment.uses)},
        {.what = "key check value",
         .found = object.key_check_value,
         .expected = deployment.key_check_value,
         .compared = tells_check_value && both(object.key_check_value, deployment.key_check_value)},
        {.what = "public key's SHA-256",
         .found = object.public_key_sha256,
         .expected = deployment.public_key_sha256,
         .compared = both(object.public_key_sha256, deployment.public_key_sha256)},
    };
}

std::string difference(const std::string& subject, const Row& row) {
    return subject + row.what + " is " + row.found + " and should be " + row.expected;
}

void compare(const RecordedObject& recorded, const TokenObject& object, std::vector<std::string>& found) {
    const std::string subject = "the " + std::string(name_of(object.type)) + "'s ";
    for (const Row& row : rows_of(recorded, object))
        if (row.compared && row.found != row.expected) found.push_back(difference(subject, row));
    for (const std::string& weakness : object.weakened_protection)
        found.emplace_back(subject).append("protection is weakened: ").append(weakness);
}

Drift drift_about(DriftKind kind, const std::string& environment, const RecordedObject& recorded,
                  std::string detail) {
    return {.kind = kind,
            .environment = environment,
            .project = recorded.project,
            .key = recorded.key,
            .object = recorded.deployment.object_id->hex(),
            .label = expected_label(recorded),
            .detail = std::move(detail)};
}

std::string sentence(const std::vector<std::string>& parts) {
    std::string text = joined(parts, "; ");
    if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
    return text;
}

std::vector<Drift> drift_of_recorded(const std::string& environment, const RecordedObject& recorded,
                                     const std::vector<TokenObject>& objects) {
    const bool failed = recorded.deployment.state == DeploymentState::failed;
    const bool lost = failed || !recorded.deployment.serial.empty();
    if (objects.empty()) {
        if (failed) return {};
        return {drift_about(DriftKind::missing, environment, recorded, "The token does not hold this key")};
    }
    std::vector<Drift> drift;
    const std::string duplicates = duplicates_among(objects);
    const auto differing = differences(recorded, objects);
    if (!duplicates.empty())
        drift.push_back(drift_about(DriftKind::duplicate, environment, recorded,
                                    "The token holds " + duplicates + " under this key's id"));
    if (!differing.empty())
        drift.push_back(drift_about(DriftKind::changed, environment, recorded, sentence(differing)));
    if (lost && drift.empty())
        drift.push_back(drift_about(DriftKind::returned, environment, recorded,
                                    "The catalogue says that this key is lost, and the token holds it"));
    for (Drift& each : drift)
        each.label = objects.front().label;
    return drift;
}

Drift unknown_drift(const std::string& environment, const std::vector<TokenObject>& objects) {
    std::vector<std::string> names;
    names.reserve(objects.size());
    for (const TokenObject& object : objects)
        names.push_back((object.algorithm ? std::string(keys::to_string(*object.algorithm)) + " " : "") +
                        std::string(name_of(object.type)));
    return {.kind = DriftKind::unknown,
            .environment = environment,
            .object = objects.front().id_hex,
            .label = objects.front().label,
            .detail = "The catalogue knows nothing of this object: " + joined(names, ", ")};
}

}  // namespace

std::string_view to_string(DriftKind kind) {
    switch (kind) {
        case DriftKind::missing:
            return "missing";
        case DriftKind::unknown:
            return "unknown";
        case DriftKind::changed:
            return "changed";
        case DriftKind::duplicate:
            return "duplicate";
        case DriftKind::returned:
            return "returned";
        case DriftKind::incomplete:
            return "half-made";
    }
    return {};
}

RecordedObjects::RecordedObjects(std::vector<Entry> objects) : objects_(std::move(objects)) {
    std::ranges::sort(objects_, {}, &Entry::id);
}

std::optional<DeploymentState> RecordedObjects::find(const ObjectId& id) const {
    const auto found = std::ranges::lower_bound(objects_, id, {}, &Entry::id);
    return found == objects_.end() || found->id != id ? std::nullopt : std::optional(found->state);
}

bool CatalogueView::knows(const ObjectId& id) const {
    return in_motion.contains(id) || recorded.find(id);
}

FoundObjects::FoundObjects(std::vector<TokenObject> objects) : count(objects.size()) {
    for (TokenObject& object : objects) {
        if (object.id)
            ours[*object.id].push_back(std::move(object));
        else if (object.incomplete)
            ++incomplete;
        else
            others.push_back(std::move(object));
    }
}

std::string duplicates_among(const std::vector<TokenObject>& objects) {
    std::vector<std::string> duplicates;
    for (const KeyType object_class : classes)
        if (const auto count = count_of(objects, object_class); count > 1)
            duplicates.push_back(std::to_string(count) + " " + std::string(name_of(object_class)) + "s");
    return joined(duplicates, " and ");
}

std::vector<std::string> differences(const RecordedObject& recorded,
                                     const std::vector<TokenObject>& objects) {
    std::vector<std::string> found;
    for (const KeyType object_class : classes) {
        const bool there = count_of(objects, object_class) > 0;
        const std::string name(name_of(object_class));
        if (there && !expects(recorded, object_class)) found.push_back("there is a " + name + " too many");
        if (!there && expects(recorded, object_class)) found.push_back("there is no " + name);
    }
    for (const TokenObject& object : objects)
        if (expects(recorded, object.type)) compare(recorded, object, found);
    return found;
}

Drift incomplete_drift(const std::string& environment, std::size_t count) {
    return {.kind = DriftKind::incomplete,
            .environment = environment,
            .detail = count == 1 ? "1 object has no id, no label and no value"
                                 : std::to_string(count) + " objects have no id, no label and no value",
            .count = count};
}

DriftSearch::DriftSearch(std::string environment, const CatalogueView& before, FoundObjects& found)
    : environment_(std::move(environment)), before_(before), found_(found) {}

void DriftSearch::compare_with(const RecordedObject& recorded) {
    const ObjectId& id = *recorded.deployment.object_id;
    const bool stood = before_.recorded.find(id) && !before_.in_motion.contains(id) &&
                       recorded.deployment.state != DeploymentState::deleting;
    if (!stood) return;
    const std::vector<TokenObject> nothing;
    const auto there = found_.ours.extract(id);
    std::ranges::move(drift_of_recorded(environment_, recorded, there ? there.mapped() : nothing),
                      std::back_inserter(drift_));
}

std::vector<Drift> DriftSearch::end(const CatalogueView& after) {
    std::erase_if(drift_, [&](const Drift& drift) {
        return after.in_motion.contains(ObjectId::from_hex(drift.object));
    });
    std::ranges::stable_sort(drift_, {},
                             [](const Drift& drift) { return std::tie(drift.project, drift.key); });
    add_unknown(after);
    if (found_.incomplete > 0) drift_.push_back(incomplete_drift(environment_, found_.incomplete));
    return std::move(drift_);
}

void DriftSearch::add_unknown(const CatalogueView& after) {
    for (const auto& [id, objects] : found_.ours)
        if (!before_.knows(id) && !after.knows(id)) drift_.push_back(unknown_drift(environment_, objects));
    for (const TokenObject& object : found_.others)
        drift_.push_back(unknown_drift(environment_, {object}));
}

}  // namespace keyward::service
