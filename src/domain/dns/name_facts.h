// What several areas want to know about names: where their aliases lead, from where on they do not
// exist, and who serves them.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/inspection.h"

namespace lr::domain {

inline constexpr std::size_t kHostsJudged = 64;      ///< Names of one subject.
inline constexpr std::size_t kAliasesFollowed = 16;  ///< Of one name.
inline constexpr std::size_t kServersAsked = 13;     ///< Of one zone.

struct AliasChain {
  enum class End : std::uint8_t { kName, kMissing, kLoop, kTooLong, kFailed };
  std::vector<std::string> names;  ///< The name that was asked first, then each target.
  End end = End::kName;            ///< kMissing: the last name does not exist.
  std::string why;                 ///< For kFailed.
  bool is_alias() const { return names.size() > 1; }
};
/// Asks for one CNAME after the other (RFC 1034 section 3.6.2).
AliasChain follow_aliases(Resolver& resolver, std::string_view name);

/// The highest name at or above `name` that does not exist; "" when `name` exists, nullopt when
/// nobody could say. "gone.example" for "a.b.gone.example".
std::optional<std::string> missing_ancestor(Resolver& resolver, std::string_view name);

/// Is this a name that anybody could register: the label right below a public suffix? Suffixes of
/// two labels are known for the registries that sell below them.
bool is_registrable(std::string_view name);

/// Addresses that nobody on the internet can reach (RFC 6890): private, loopback, link-local,
/// shared, unique local, unspecified, multicast.
bool is_unreachable(const text::IpAddress& ip);

/// What products call their further names: "app", "staging", "docs"…
std::span<const std::string_view> usual_labels();

/// The domain, its promised hosts and redirects; sorted, each once, at most kHostsJudged.
std::vector<std::string> promised_names(const Subject& subject);

/// A server that a zone's NS records name.
struct ZoneServer {
  std::string name;
  HostAddresses addresses;
};
std::vector<ZoneServer> zone_servers(Resolver& resolver, std::string_view zone);
/// All their addresses, IPv4 first, at most kServersAsked.
std::vector<net::Endpoint> server_endpoints(const Network& network,
                                            const std::vector<ZoneServer>& servers);

/// "acme.example. IN A 192.0.2.1"
std::string zone_line(const Record& record);
/// For Found::record, all of it wrong.
QuotedRecord quoted_record(std::string_view name, RecordType type, std::string text);

}  // namespace lr::domain
