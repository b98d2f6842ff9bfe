#pragma once

// Debian's SOCI is configured for Boost's types, so its headers would require all of Boost, which this
// project does not use. These lines undo that configuration for the headers; it only adds overloads for
// Boost's types and changes no class.
#include <soci/soci-config.h>
#undef SOCI_HAVE_BOOST
#undef SOCI_HAVE_BOOST_DATE_TIME

#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>
