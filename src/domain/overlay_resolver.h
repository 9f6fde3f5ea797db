// A zone that is not published yet, in front of the published rest of the DNS.
#pragma once

#include <set>
#include <string>

#include "domain/zone.h"
#include "domain/zone_file.h"

namespace lr::domain {

class OverlayResolver final : public Resolver {
 public:
  /// `rest` must outlive this.
  OverlayResolver(const ZoneFile& file, Resolver& rest);

  /// Names at or below the zone's origin are answered by the zone file, except those at or below a
  /// delegation in it (NS records of a name below the origin), and what never stands in the file
  /// itself: the DS of the origin, which is the parent's, and keys that the servers add when they
  /// sign. A file without SOA holds a part of a zone, as exports of control panels do: the SOA and
  /// NS records of the origin are then those that are published. Aliases are followed from one side
  /// to the other.
  Answer query(std::string_view name, RecordType type) override;

 private:
  bool is_ours(const std::string& name, RecordType type) const;
  bool is_elsewhere(const std::string& name, RecordType type) const;

  std::string origin_;
  bool is_part_ = true;  ///< Of a zone: there is no SOA.
  Zone zone_;
  std::set<std::string> cuts_;  ///< Names below the origin that are delegated away.
  Resolver& rest_;
};

/// Is `name` the same as `ancestor`, or below it? Both canonical.
bool is_at_or_below(std::string_view name, std::string_view ancestor);

}  // namespace lr::domain
