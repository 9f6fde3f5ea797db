// One area over records in memory, for tests.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "domain/inspection.h"
#include "domain/zone_file.h"

namespace lr::domain {

/// Records in memory whose answers can be said to be validated or bogus.
class TestResolver final : public Resolver {
 public:
  explicit TestResolver(std::string_view text, std::string_view origin = "acme.example");
  Answer query(std::string_view name, RecordType type) override;

  Zone zone{};
  Trust trust = Trust::kInsecure;
  std::vector<std::pair<std::string, RecordType>> bogus{};
  std::string bad_zone_file{};  ///< Why the text could not be read; "" when it could.
};

struct AreaRun {
  report::Report report;
  std::vector<std::string_view> silent;

  report::Status status(std::string_view check) const;
  /// The only finding of the check, or null.
  const report::Finding* finding(std::string_view check) const;
};
AreaRun run_area(const Area& area, const Subject& subject, const Network& network);

}  // namespace lr::domain
