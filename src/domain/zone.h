// Records held in memory that answer like a DNS: for a zone file that is judged before it is
// published, for recordings, and for tests.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/dns.h"

namespace lr::domain {

class Zone final : public Resolver {
 public:
  /// Record::name without trailing dot; "*.example.com" is a wildcard (RFC 4592).
  void add(Record record);
  /// Questions about this name get no answer, as if its servers were down, unless a record of the
  /// asked type was added.
  void set_unreachable(std::string_view name);

  /// Follows CNAMEs, at most kAliases of them.
  Answer query(std::string_view name, RecordType type) override;

  static constexpr std::size_t kAliases = 16;

 private:
  using Key = std::pair<std::string, RecordType>;
  const std::vector<Record>* find(const std::string& name, RecordType type) const;
  bool exists(const std::string& name) const;
  /// The name of the wildcard that answers for `name`, or "" (RFC 4592 section 3.3.1).
  std::string wildcard_for(std::string name) const;

  std::map<Key, std::vector<Record>> records_;
  std::set<std::string> names_;  ///< With the empty non-terminals above each.
  std::set<std::string> unreachable_;
};

/// Lower case, without a trailing dot.
std::string canonical_name(std::string_view name);

/// Can this be asked at all: labels of 1 to 63 bytes, 253 in all?
bool is_askable(std::string_view name);

}  // namespace lr::domain
