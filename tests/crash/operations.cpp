#include "tests/crash/operations.hpp"

namespace keyward::e2e {

const std::vector<Operation>& operations() {
    static const std::vector<Operation> all{
        {"Create",
         Action::create,
         false,
         {"begin_create", "import production", "import staging", "commit_create"},
         3},
        {"RolledBackCreate",
         Action::create,
         true,
         {"begin_create", "import production", "import staging", "destroy staging", "destroy production",
          "abandon_change"},
         std::nullopt},
        {"Update",
         Action::update,
         false,
         {"begin_update", "import production", "import staging", "commit_update", "destroy production",
          "remove_tombstone production", "destroy staging", "remove_tombstone staging"},
         3},
        {"RolledBackUpdate",
         Action::update,
         true,
         {"begin_update", "import production", "import staging", "destroy staging", "destroy production",
          "abandon_change"},
         std::nullopt},
        {"Redeploy",
         Action::redeploy,
         false,
         {"begin_update", "import staging", "commit_update", "destroy staging", "remove_tombstone staging"},
         2},
        {"Undeploy",
         Action::undeploy,
         false,
         {"begin_deletion", "destroy staging", "remove_tombstone staging"},
         0},
        {"Delete",
         Action::remove,
         false,
         {"begin_deletion", "destroy production", "remove_tombstone production", "destroy staging",
          "remove_tombstone staging"},
         0},
    };
    return all;
}

}  // namespace keyward::e2e
