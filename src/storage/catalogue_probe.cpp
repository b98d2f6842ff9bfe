#include "storage/sql_stores.hpp"

namespace keyward::storage {

void SqlCatalogueProbe::probe(const std::string& owner, Instant now) {
    database_.probe(owner, now);
}

}  // namespace keyward::storage
