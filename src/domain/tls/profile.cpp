#include "domain/tls/profile.h"

namespace lr::domain::tls {
namespace {

constexpr std::uint16_t kSuites13[] = {0x1301, 0x1302, 0x1303};
constexpr std::uint16_t kSuites12[] = {0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8};
constexpr std::uint16_t kGroups[] = {0x11ec, 0x001d, 0x0017, 0x0018};

constexpr Profile kIntermediate{.name = "intermediate",
                                .least = Version::kTls12,
                                .suites12 = kSuites12,
                                .suites13 = kSuites13,
                                .groups = kGroups,
                                .dh_bits = 2048,
                                .rsa_bits = 2048,
                                .lifespan_days = 366,
                                .hsts_seconds = 63'072'000};
constexpr Profile kModern{.name = "modern",
                          .least = Version::kTls13,
                          .suites12 = {},
                          .suites13 = kSuites13,
                          .groups = kGroups,
                          .dh_bits = 0,
                          .rsa_bits = 0,
                          .lifespan_days = 90,
                          .hsts_seconds = 63'072'000};

}  // namespace

const Profile& profile_of(TlsProfile profile) {
  return profile == TlsProfile::kModern ? kModern : kIntermediate;
}

}  // namespace lr::domain::tls
