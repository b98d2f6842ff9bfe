#include "service/recovery/adoption.hpp"

#include <algorithm>

#include "base/client_text.hpp"
#include "base/ids.hpp"
#include "base/text.hpp"
#include "domain/key_purposes.hpp"
#include "service/recovery/drift.hpp"

namespace keyward::service {
namespace {

using keys::KeyType;

/// Thrown only within this file.
struct Obstacle {
    std::string text;
};

const TokenObject* half(const std::vector<TokenObject>& objects, KeyType type) {
    const auto found = std::ranges::find(objects, type, &TokenObject::type);
    return found == objects.end() ? nullptr : &*found;
}

/// The object that determines the key's properties, after checking that all objects fit together.
const TokenObject& main_object(const std::vector<TokenObject>& objects) {
    if (const std::string duplicates = duplicates_among(objects); !duplicates.empty())
        throw Obstacle{"There are " + duplicates + " under this id"};
    const TokenObject* secret = half(objects, KeyType::secret);
    const TokenObject* private_half = half(objects, KeyType::private_key);
    const TokenObject* public_half = half(objects, KeyType::public_key);
    if (secret != nullptr && objects.size() > 1)
        throw Obstacle{"A secret key and an asymmetric one share this id"};
    if (secret != nullptr) return *secret;
    if (private_half != nullptr && public_half == nullptr)
        throw Obstacle{"The private key has no public half in the token"};
    if (public_half == nullptr) throw Obstacle{"There is no key under this id"};
    return private_half != nullptr ? *private_half : *public_half;
}

void require_one_key(const TokenObject& main, const TokenObject& other) {
    if (main.label != other.label) throw Obstacle{"The private and the public key have different labels"};
    if (main.algorithm != other.algorithm || main.uses != other.uses)
        throw Obstacle{"The private and the public key do not fit each other"};
    if (!main.public_key_sha256.empty() && main.public_key_sha256 != other.public_key_sha256)
        throw Obstacle{"The public key is not the private key's"};
}

void require_our_kind(const TokenObject& object, const keys::KeyPolicy& policy) {
    if (!object.algorithm) throw Obstacle{"It is of a kind that is never imported"};
    if (!object.weakened_protection.empty())
        throw Obstacle{"It is not protected as an import protects it: " + object.weakened_protection.front()};
    if (object.size == 0) throw Obstacle{"The token does not say how long it is"};
    if (object.algorithm == keys::Algorithm::rsa && object.size < policy.rsa_min_bits)
        throw Obstacle{"It has " + std::to_string(object.size) + " bits, and the policy asks for " +
                       std::to_string(policy.rsa_min_bits)};
}

struct Place {
    const Project* project = nullptr;
    std::string name;
};

Place place_of(const std::string& label, const std::string& environment,
               const std::vector<Project>& projects) {
    std::vector<Place> places;
    for (const Project& project : projects)
        if (label.starts_with(project.name + "/") &&
            std::ranges::find(project.environments, environment) != project.environments.end())
            places.push_back({&project, label.substr(project.name.size() + 1)});
    if (places.empty())
        throw Obstacle{"Its label is not project/name with a project that has this environment"};
    if (places.size() > 1) throw Obstacle{"Its label fits more than one project"};
    if (!can_be_name(places.front().name))
        throw Obstacle{"The name in its label is none that a key can have"};
    return places.front();
}

bool is_cipher(const std::string& name) {
    return use_of(*find_mechanism(name)) == KeyUsage::encrypt_decrypt;
}

/// All mechanisms that the object's attributes allow.
MechanismList possible_mechanisms(keys::Algorithm algorithm, const TokenObject& object) {
    MechanismList names = mechanisms_for(algorithm);
    std::erase_if(names, [&](const std::string& name) {
        return !std::ranges::includes(object.uses, uses_of(algorithm, {name})) ||
               (object.allowed_mechanisms && !object.allowed_mechanisms->contains(name));
    });
    if (names.empty())
        throw Obstacle{"It may be used for nothing that " + std::string(keys::to_string(algorithm)) +
                       " keys are used for here"};
    return names;
}

MechanismList named_mechanisms(keys::Algorithm algorithm, const MechanismList& possible,
                               const MechanismList& wanted, const keys::KeyPolicy& policy) {
    for (const std::string& name : wanted)
        if (std::ranges::find(possible, name) == possible.end())
            throw Obstacle{"It can't be used with " + name + ", but with " + joined(possible)};
    MechanismList names = possible;
    std::erase_if(names,
                  [&](const std::string& name) { return std::ranges::find(wanted, name) == wanted.end(); });
    if (const std::string conflict = conflict_among(algorithm, names, policy); !conflict.empty())
        throw Obstacle{"Its mechanisms " + conflict};
    return names;
}

MechanismList mechanisms_of(keys::Algorithm algorithm, const TokenObject& object, const MechanismList& wanted,
                            const keys::KeyPolicy& policy) {
    MechanismList names = possible_mechanisms(algorithm, object);
    if (!wanted.empty()) return named_mechanisms(algorithm, names, wanted, policy);
    const auto ciphers = std::ranges::count_if(names, is_cipher);
    const bool is_clear = object.allowed_mechanisms ? conflict_among(algorithm, names, policy).empty() &&
                                                          std::ranges::find(names, "RSA-PKCS") == names.end()
                                                    : ciphers == 0 || names.size() == 1;
    if (!is_clear)
        throw Obstacle{"The token does not say with which mechanism it was used (" + joined(names) +
                       "): name it with --adopt " + object.id_hex + " --mechanism"};
    if (object.allowed_mechanisms) return names;
    MechanismList defaults = default_mechanisms(algorithm, policy);
    std::erase_if(defaults,
                  [&](const std::string& name) { return std::ranges::find(names, name) == names.end(); });
    return defaults.empty() ? names : defaults;
}

/// Checks that the objects are that key, and may be deployed here next to its other deployments.
void require_same_key(const Key& there, const TokenObject& main, const Deployment& found) {
    if (there.state != KeyState::active) throw Obstacle{"The key of that name is being made or deleted"};
    if (there.type != main.type || there.algorithm != *main.algorithm)
        throw Obstacle{"The project has a key of that name which is of another kind"};
    for (const Deployment& each : there.deployments)
        if (each.environment == found.environment && each.object_id)
            throw Obstacle{"The key of that name is deployed in this environment"};
    if (std::ranges::none_of(there.deployments,
                             [&](const Deployment& each) { return have_same_material(each, found); }))
        throw Obstacle{
            "Its check value or public key is not one that is recorded of the key of that name: send the "
            "key's content in its place"};
}

Deployment deployment_of(const TokenObject& main, const TokenObject* public_half,
                         const std::string& environment) {
    Deployment deployment;
    deployment.environment = environment;
    deployment.source = "content";
    deployment.state = DeploymentState::deployed;
    deployment.object_id = main.id;
    deployment.size = main.size;
    deployment.key_check_value = main.key_check_value;
    deployment.uses = main.uses;
    if (public_half == nullptr) return deployment;
    deployment.public_key_sha256 = public_half->public_key_sha256;
    deployment.public_key_pem = public_half->public_key_pem;
    deployment.size = public_half->size;
    return deployment;
}

Key key_of(const TokenObject& main, Deployment deployment, const MechanismList& mechanisms,
           const Place& place, Instant now) {
    Key key;
    key.id = random_uuid();
    key.project_id = place.project->id;
    key.name = place.name;
    key.type = main.type;
    key.algorithm = *main.algorithm;
    key.mechanisms = mechanisms;
    key.state = KeyState::active;
    key.created_at = now;
    key.updated_at = now;
    key.deployments.push_back(std::move(deployment));
    return key;
}

}  // namespace

Adoption adoption_of(const std::vector<TokenObject>& objects, const std::string& environment,
                     const std::vector<Project>& projects, const keys::KeyPolicy& policy, Instant now,
                     const MechanismList& mechanisms, const FindKey& find_key) {
    try {
        const TokenObject& main = main_object(objects);
        const TokenObject* public_half = half(objects, KeyType::public_key);
        for (const TokenObject& object : objects)
            require_our_kind(object, policy);
        if (public_half != nullptr) require_one_key(main, *public_half);
        const Place place = place_of(main.label, environment, projects);
        Deployment deployment = deployment_of(main, public_half, environment);
        const std::optional<Key> there =
            find_key ? find_key(place.project->id, place.name) : std::optional<Key>();
        if (there) require_same_key(*there, main, deployment);
        if (there && !mechanisms.empty() && mechanisms != there->mechanisms)
            throw Obstacle{"The key of that name has the mechanisms " + joined(there->mechanisms) +
                           ": leave --mechanism out"};
        const MechanismList names =
            there ? there->mechanisms : mechanisms_of(*main.algorithm, main, mechanisms, policy);
        return {.project = place.project->name,
                .key = key_of(main, std::move(deployment), names, place, now)};
    } catch (const Obstacle& obstacle) {
        return {.obstacle = obstacle.text};
    }
}

}  // namespace keyward::service
