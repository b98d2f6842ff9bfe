#include "service/lifecycle/update_request.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "domain/key_purposes.hpp"
#include "domain/key_text.hpp"
#include "keys/public/fingerprint.hpp"

namespace keyward::service {
namespace {

using keys::KeyType;

const Deployment* present_in(const Key& key, const std::string& environment) {
    const auto found = std::ranges::find(key.deployments, environment, &Deployment::environment);
    return found == key.deployments.end() ? nullptr : &*found;
}

/// Whether a public key that a client sent is the one that it could read of this deployment.
bool is_stored_public_key(const SecretBytes& sent, const Deployment* present, Contents contents) {
    if (present == nullptr || present->public_key_sha256.empty()) return false;
    const ByteView text = sent.reveal();
    if (std::ranges::equal(text, as_bytes(present->public_key_pem))) return true;
    if (contents == Contents::left_alone) return false;
    try {
        // The policy for new keys does not apply: this key exists already.
        const auto decoded = decode_content(KeyType::public_key, {}, sent, {.rsa_min_bits = 0});
        return public_key_sha256(*public_half(decoded)) == present->public_key_sha256;
    } catch (const keys::KeyFormatError&) {
        return false;
    }
}

class UpdatePreparation {
  public:
    UpdatePreparation(UpdateKeyRequest& request, const Key& key, const Caller& caller, const Project& project,
                      std::vector<FieldError> mistakes, Contents contents)
        : request_(request),
          key_(key),
          caller_(caller),
          project_(project),
          type_(request.type.value_or(key.type)),
          mistakes_(std::move(mistakes)),
          contents_(contents) {}

    PreparedUpdate run(const keys::KeyPolicy& policy) {
        if (request_.name && *request_.name != key_.name)
            mistake("/name", "is " + key_.name + " and can't be changed after creation");
        for (EnvironmentEntry& entry : request_.environments)
            plan(entry);
        check_declared_change();
        check_mechanisms();
        describe_fresh();
        update_.prepared = prepare(update_.fresh, policy, std::move(mistakes_), contents_);
        mistakes_.clear();
        if (contents_ == Contents::left_alone) return std::move(update_);
        choose_algorithm(policy);
        if (!mistakes_.empty()) throw ServiceError(std::move(mistakes_));
        update_.all_or_nothing = type_ != key_.type || update_.prepared.algorithm != key_.algorithm ||
                                 !old_objects_fit(update_.prepared);
        return std::move(update_);
    }

  private:
    void mistake(const std::string& pointer, const std::string& message) {
        mistakes_.push_back({pointer, message});
    }

    [[nodiscard]] bool brings_content(const EnvironmentEntry& entry, const Deployment* present) const {
        if (entry.content || entry.private_key) return true;
        if (type_ != KeyType::rsa) return false;
        if (request_.content_is_required) return true;
        return entry.public_key && !is_stored_public_key(*entry.public_key, present, contents_);
    }

    void plan(EnvironmentEntry& entry) {
        const Deployment* present = present_in(key_, entry.environment);
        PlannedEntry planned{.environment = entry.environment, .present = present};
        if (brings_content(entry, present)) {
            planned.fresh = update_.fresh.environments.size();
            choose_alias(entry, present);
            update_.fresh.environments.push_back(std::move(entry));
        } else {
            check_unchanged(entry, present);
        }
        update_.entries.push_back(std::move(planned));
    }

    /// An omitted alias is kept, and `null` resets it. The existing one may be older than the rule for
    /// aliases.
    void choose_alias(EnvironmentEntry& entry, const Deployment* present) {
        const std::string stored = present == nullptr ? std::string() : present->alias;
        if (entry.alias.empty() && !entry.resets_alias) entry.alias = stored;
        const std::string problem = alias_problem(entry.alias, project_.name);
        if (entry.alias != stored && !problem.empty()) mistake(entry.pointer + "/alias", problem);
    }

    /// An entry without content may only repeat what exists. An environment that the caller cannot see is an
    /// error of its own, which comes later and reveals nothing of what exists.
    void check_unchanged(const EnvironmentEntry& entry, const Deployment* present) {
        if (entry.environment.empty() || !caller_.sees(project_, entry.environment)) return;
        if (present == nullptr || request_.content_is_required) {
            // An environment outside the project is an error of its own.
            if (std::ranges::find(project_.environments, entry.environment) != project_.environments.end())
                mistake(entry.pointer + "/content",
                        present == nullptr ? "is required: the key is not deployed there" : "is required");
            return;
        }
        if (!entry.alias.empty() && object_label(entry.alias, project_.name, key_.name) !=
                                        object_label(present->alias, project_.name, key_.name))
            mistake(entry.pointer + "/alias",
                    "can be changed only together with content, since objects in a token can't be renamed");
        if (contents_ == Contents::decoded && entry.public_key &&
            !is_stored_public_key(*entry.public_key, present, contents_))
            mistake(entry.pointer + "/publicKey",
                    "is not the one that is stored; send the new key as content");
        const std::string& stored = present->key_check_value + present->public_key_sha256;
        if (entry.expected_check_value && !equal_ignoring_case(*entry.expected_check_value, stored))
            mistake(entry.pointer + "/expectedKeyCheckValue",
                    "is not the stored key's" + (stored.empty() ? std::string() : ", which is " + stored));
    }

    [[nodiscard]] bool is_replaced(const Deployment& deployment) const {
        return std::ranges::any_of(update_.fresh.environments, [&](const EnvironmentEntry& entry) {
            return entry.environment == deployment.environment;
        });
    }

    /// Whether the deployment has an object that is not being deleted.
    static bool is_in_use(const Deployment& deployment) {
        return deployment.object_id && deployment.state != DeploymentState::deleting;
    }

    /// Deployments that keep their objects.
    [[nodiscard]] std::vector<const Deployment*> staying() const {
        std::vector<const Deployment*> all;
        for (const Deployment& deployment : key_.deployments)
            if (is_in_use(deployment) && !is_replaced(deployment)) all.push_back(&deployment);
        return all;
    }

    void check_declared_change() {
        if (staying().empty()) return;
        const std::string why = " needs content for every environment where the key is deployed";
        if (request_.type && *request_.type != key_.type)
            mistake("/keyType", "is " + std::string(to_string(key_.type)) + "; changing it" + why);
        if (request_.algorithm && *request_.algorithm != key_.algorithm)
            mistake("/algorithm", "is " + std::string(to_string(key_.algorithm)) + "; changing it" + why);
    }

    /// Mechanisms belong to the objects, which cannot be changed. Names that fit no key are an error of their
    /// own.
    void check_mechanisms() {
        if (!request_.mechanisms || staying().empty()) return;
        const MechanismList& wanted = *request_.mechanisms;
        const MechanismList fitting = mechanisms_for(key_.algorithm);
        const bool all_fit = std::ranges::all_of(
            wanted, [&](const auto& name) { return std::ranges::find(fitting, name) != fitting.end(); });
        if (!all_fit) return;
        const KeyUsages needed = uses_of(key_.algorithm, wanted);
        const bool objects_fit = std::ranges::all_of(
            staying(), [&](const Deployment* each) { return std::ranges::includes(each->uses, needed); });
        if (!objects_fit || !may_change_without_content(key_.algorithm, key_.mechanisms, wanted))
            mistake("/mechanisms",
                    "needs content for every environment where the key is deployed: mechanisms belong to the "
                    "objects there, which can't be changed. Without content they become fewer, or change "
                    "among the signatures that the objects can make");
    }

    /// Fields that were not sent keep their values; also the algorithm, where the content alone does not show
    /// it.
    void describe_fresh() {
        CreateKeyRequest& fresh = update_.fresh;
        fresh.name = key_.name;
        fresh.type = type_;
        fresh.algorithm = request_.algorithm;
        fresh.mechanisms = request_.mechanisms;
        fresh.stored_mechanisms = key_.mechanisms;
        const bool same_family = (type_ == KeyType::secret) == (key_.type == KeyType::secret);
        const bool octets_alone = type_ == KeyType::secret;
        if (!fresh.algorithm && same_family && (fresh.environments.empty() || octets_alone))
            fresh.algorithm = key_.algorithm;
        if (!fresh.algorithm && fresh.environments.empty() && staying().empty())
            mistake("/algorithm", "is needed when the keyType changes without content");
    }

    void choose_algorithm(const keys::KeyPolicy& policy) {
        PreparedKey& prepared = update_.prepared;
        if (update_.fresh.environments.empty())
            prepared.algorithm = update_.fresh.algorithm.value_or(key_.algorithm);
        if (prepared.algorithm == key_.algorithm) {
            if (!request_.mechanisms) keep_mechanisms(policy);
        } else if (!staying().empty()) {
            mistake(update_.fresh.environments.front().pointer + "/content",
                    "is a key for " + std::string(to_string(prepared.algorithm)) +
                        ", but the key's algorithm is " + std::string(to_string(key_.algorithm)) +
                        "; changing it needs content for every environment where the key is deployed");
        }
    }

    /// A key may be older than a rule for its mechanisms. Its new objects obey the rule.
    void keep_mechanisms(const keys::KeyPolicy& policy) {
        update_.prepared.mechanisms = key_.mechanisms;
        if (update_.fresh.environments.empty()) return;
        const std::string conflict = conflict_among(key_.algorithm, key_.mechanisms, policy);
        if (!conflict.empty())
            mistake("/mechanisms", "must be sent, since the key's own can't be kept: it " + conflict);
    }

    [[nodiscard]] bool old_objects_fit(const PreparedKey& prepared) const {
        if (!may_change_without_content(key_.algorithm, key_.mechanisms, prepared.mechanisms)) return false;
        const KeyUsages needed = uses_of(prepared.algorithm, prepared.mechanisms);
        return std::ranges::all_of(key_.deployments, [&](const Deployment& each) {
            return !is_in_use(each) || std::ranges::includes(each.uses, needed);
        });
    }

    UpdateKeyRequest& request_;
    const Key& key_;
    const Caller& caller_;
    const Project& project_;
    const KeyType type_;
    std::vector<FieldError> mistakes_;
    const Contents contents_;
    PreparedUpdate update_;
};

}  // namespace

PreparedUpdate prepare_update(UpdateKeyRequest& request, const Key& key, const Caller& caller,
                              const Project& project, const keys::KeyPolicy& policy,
                              std::vector<FieldError> mistakes, Contents contents) {
    return UpdatePreparation(request, key, caller, project, std::move(mistakes), contents).run(policy);
}

}  // namespace keyward::service
