// What Cloudflare's settings and rules mean, without I/O.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/subject.h"
#include "report/report.h"
#include "text/json.h"

namespace lr::domain {

/// A setting whose value is not what it should be.
struct SettingFault {
  report::Severity severity = report::Severity::kLow;
  std::string expected{};
  std::string title{};  ///< "" takes the check's.
};

struct SettingRule {
  std::string_view check;    ///< "min_tls", behind "cloudflare.".
  std::string_view setting;  ///< The API's id: "min_tls_version".
  std::optional<SettingFault> (*judge)(const text::json::value& value);
};
std::span<const SettingRule> setting_rules();

/// Enabled rules of a phase's entry point.
std::size_t enabled_rules(const text::json::value& ruleset);
/// Does an enabled rule execute a managed ruleset?
bool executes_managed_rules(const text::json::value& ruleset);
/// The expression of the first enabled cache rule that keeps answers whatever their path; "" when
/// there is none.
std::string caches_every_path(const text::json::value& ruleset);

struct RecordFault {
  std::string name{};
  std::string content{};
};
/// Does a certificate of the zone's own stand in a list of those for origin pulls?
bool has_active_certificate(const text::json::value& certificates);
/// What may challenge or block programs: "fight_mode: true"; "" when nothing does.
std::string bot_obstacles(const text::json::value& settings);
/// Web hosts of the subject whose address records are not proxied.
std::vector<RecordFault> unproxied_hosts(const text::json::value& records, const Subject& subject);
/// Records without proxy that show an origin's address, other than those.
std::vector<RecordFault> revealing_records(const text::json::value& records,
                                           const Subject& subject);

/// The text at a member, or "".
std::string text_at(const text::json::value& value, std::string_view member);
/// nullopt when it is absent or no boolean.
std::optional<bool> flag_at(const text::json::value& value, std::string_view member);

}  // namespace lr::domain
