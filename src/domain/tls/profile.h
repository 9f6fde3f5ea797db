// Mozilla's server side TLS guidelines, version 6.0 (ssl-config.mozilla.org/guidelines/6.0.json,
// MPL 2.0), as facts; a conformance test compares them with the published file.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "domain/subject.h"
#include "domain/tls/suites.h"

namespace lr::domain::tls {

struct Profile {
  std::string_view name;  ///< "intermediate"
  Version least;          ///< The lowest version that may be spoken.
  std::span<const std::uint16_t> suites12;
  std::span<const std::uint16_t> suites13;
  std::span<const std::uint16_t> groups;
  int dh_bits;        ///< Of DHE's prime; 0: there is none.
  int rsa_bits;       ///< 0: no RSA certificates.
  int lifespan_days;  ///< The most that a certificate may live.
  std::int64_t hsts_seconds;
};

const Profile& profile_of(TlsProfile profile);

}  // namespace lr::domain::tls
