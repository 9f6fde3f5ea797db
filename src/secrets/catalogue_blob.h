// A compiled catalogue as bytes: how it is put into the program when that is built. The format is
// private to one build; a program never reads a blob that another version wrote.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "secrets/catalogue_impl.h"

namespace lr::secrets {

/// Databases are compiled for these processors, best first (HS_CPU_FEATURES_*).
inline constexpr unsigned long long kProcessorTiers[] = {
    HS_CPU_FEATURES_AVX2 | HS_CPU_FEATURES_AVX512, HS_CPU_FEATURES_AVX2, 0};

/// Rules without their samples, and their databases for every tier.
Result<std::string> encode_catalogue(std::span<const Rule> rules);

/// The parts of a blob that this processor needs; views into it.
struct DecodedCatalogue {
  std::vector<Rule> rules;
  std::uint64_t plan_digest = 0;  ///< Of the plan the databases were compiled from.
  std::vector<Placement> places;
  std::string_view all;  ///< Serialized databases, "" for none.
  std::array<std::string_view, 2> wide;
};
/// Errors: kInternal when the blob is not one of this build.
Result<DecodedCatalogue> decode_catalogue(std::string_view blob, unsigned long long features);

/// Tells plans apart: the ids of a database mean something only with its own plan.
std::uint64_t plan_digest(const Plan& plan);

}  // namespace lr::secrets
