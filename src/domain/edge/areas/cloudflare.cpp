// What the zone's settings at Cloudflare promise, read through its API.
#include <fmt/format.h>

#include <algorithm>

#include "domain/edge/cloudflare_api.h"
#include "domain/edge/cloudflare_judge.h"
#include "domain/zone.h"

namespace lr::domain {
namespace {

namespace json = text::json;
using report::Control;
using report::Severity;

constexpr std::size_t kQuoted = 300;

constexpr CheckDef kChecks[] = {
    {.id = "cloudflare.zone",
     .control = Control::kEdge,
     .title = "The zone at Cloudflare does not protect this domain",
     .why = "A zone that is paused, not active or of another name proxies nothing.",
     .fix = "Activate the zone, end its pause, or correct edge.zone in the contract.",
     .worst = Severity::kHigh,
     .reference = "Cloudflare API v4, GET /zones/{id}"},
    {.id = "cloudflare.ssl",
     .control = Control::kEdge,
     .title = "Between Cloudflare and the origin there is no HTTPS",
     .why = "Visitors see a lock, while their data goes through the Internet in the clear.",
     .fix = "Install a certificate on the origin and set SSL/TLS to Full (strict).",
     .worst = Severity::kHigh,
     .reference = "Cloudflare API v4, zone setting ssl"},
    {.id = "cloudflare.always_https",
     .control = Control::kEdge,
     .title = "The edge does not redirect plain HTTP to HTTPS",
     .why = "It is left to the origin to do that for every path.",
     .fix = "Switch on Always Use HTTPS.",
     .worst = Severity::kLow,
     .reference = "Cloudflare API v4, zone setting always_use_https"},
    {.id = "cloudflare.min_tls",
     .control = Control::kEdge,
     .title = "The edge accepts TLS versions that are retired",
     .why = "TLS 1.0 and 1.1 have known weaknesses; rules like PCI DSS forbid them.",
     .fix = "Set the Minimum TLS Version to 1.2.",
     .worst = Severity::kMedium,
     .reference = "RFC 8996"},
    {.id = "cloudflare.tls_1_3",
     .control = Control::kEdge,
     .title = "The edge does not offer TLS 1.3",
     .why = "Connections take a round trip longer and show the certificate to everybody.",
     .fix = "Switch on TLS 1.3.",
     .worst = Severity::kLow,
     .reference = "RFC 8446"},
    {.id = "cloudflare.https_rewrites",
     .control = Control::kEdge,
     .title = "The edge does not rewrite links to HTTPS",
     .why = "Pages with old http:// references show mixed content.",
     .fix = "Switch on Automatic HTTPS Rewrites, or keep the pages free of http://.",
     .worst = Severity::kInfo,
     .reference = "Cloudflare API v4, zone setting automatic_https_rewrites"},
    {.id = "cloudflare.hsts",
     .control = Control::kEdge,
     .title = "The edge does not send Strict-Transport-Security itself",
     .why = "Every origin behind it has to do so on every answer.",
     .fix = "Enable HSTS at the edge with a max-age of at least one year.",
     .worst = Severity::kLow,
     .reference = "RFC 6797 section 7.1"},
    {.id = "cloudflare.development_mode",
     .control = Control::kEdge,
     .title = "Development mode is on",
     .why = "The cache is out of use: the origin carries the whole load.",
     .fix = "Switch development mode off.",
     .worst = Severity::kMedium,
     .reference = "Cloudflare API v4, zone setting development_mode"},
    {.id = "cloudflare.zero_rtt",
     .control = Control::kEdge,
     .title = "0-RTT is on",
     .why = "The first request of a connection can be recorded and sent again by a stranger.",
     .fix = "Switch 0-RTT off, or let the origin answer 425 to early data that changes something.",
     .worst = Severity::kLow,
     .reference = "RFC 8470 section 3"},
    {.id = "cloudflare.security_level",
     .control = Control::kEdge,
     .title = "The security level is switched off",
     .why = "Addresses with a bad reputation are let through unasked.",
     .fix = "Set the security level to medium.",
     .worst = Severity::kLow,
     .reference = "Cloudflare API v4, zone setting security_level"},
    {.id = "cloudflare.origin_pulls",
     .control = Control::kEdge,
     .title = "The origin cannot tell this zone's requests from anybody else's",
     .why = "Without a certificate of the zone's own, any customer of Cloudflare and anybody who "
            "knows the address can ask the origin.",
     .fix = "Use zone-level Authenticated Origin Pulls with a certificate of your own.",
     .worst = Severity::kLow,
     .reference = "Cloudflare API v4, GET /zones/{id}/origin_tls_client_auth/settings"},
    {.id = "cloudflare.managed_rules",
     .control = Control::kEdge,
     .title = "No managed firewall rules are in use",
     .why = "Known attacks on common software reach the origin unfiltered.",
     .fix = "Deploy the Cloudflare Managed Ruleset.",
     .worst = Severity::kMedium,
     .reference = "Cloudflare API v4, phase http_request_firewall_managed"},
    {.id = "cloudflare.rate_limits",
     .control = Control::kEdge,
     .title = "The edge limits no request rates",
     .why = "A flood reaches the origin in full; its own limits have to stand alone.",
     .fix = "Add a rate limiting rule for the sign-in and chat routes.",
     .worst = Severity::kMedium,
     .reference = "Cloudflare API v4, phase http_ratelimit"},
    {.id = "cloudflare.cache_rules",
     .control = Control::kEdge,
     .title = "A cache rule keeps answers whatever their path",
     .why = "Private answers may be kept and given to other visitors.",
     .fix = "Restrict the rule to paths with public files.",
     .worst = Severity::kMedium,
     .reference = "Cloudflare API v4, phase http_request_cache_settings"},
    {.id = "cloudflare.bot_fight",
     .control = Control::kEdge,
     .title = "Bot Fight Mode may challenge programs that should get through",
     .why = "Webhooks, health probes and API clients cannot solve a challenge.",
     .fix = "See that webhooks and API calls pass, or exempt their paths with another product.",
     .worst = Severity::kInfo,
     .reference = "Cloudflare API v4, GET /zones/{id}/bot_management"},
    {.id = "cloudflare.dnssec",
     .control = Control::kEdge,
     .title = "DNSSEC is promised, but not active at Cloudflare",
     .why = "Answers for the domain can be forged.",
     .fix = "Enable DNSSEC there and publish the DS record at the registrar.",
     .worst = Severity::kMedium,
     .reference = "RFC 4035 section 2"},
    {.id = "cloudflare.universal_ssl",
     .control = Control::kEdge,
     .title = "Universal SSL is switched off",
     .why = "Without another certificate at the edge, HTTPS stops for every proxied name.",
     .fix = "Switch it on, or see that a certificate of your own is renewed in time.",
     .worst = Severity::kLow,
     .reference = "Cloudflare API v4, GET /zones/{id}/ssl/universal/settings"},
    {.id = "cloudflare.proxied",
     .control = Control::kEdge,
     .title = "A web host of the domain is not proxied",
     .why = "Its visitors go to the origin directly: no firewall, no limits, and the address is "
            "known.",
     .fix = "Switch the record's proxy status on.",
     .worst = Severity::kHigh,
     .reference = "Cloudflare API v4, GET /zones/{id}/dns_records"},
    {.id = "cloudflare.revealing_record",
     .control = Control::kEdge,
     .title = "A record without proxy shows the origin's address",
     .why = "Whoever finds the address can go around the edge.",
     .fix = "Proxy the record, take it away, or move that service to another address.",
     .worst = Severity::kMedium,
     .reference = "Cloudflare API v4, GET /zones/{id}/dns_records"},
};

std::string shortened(const json::value& value) {
  std::string out = text::canonical_json(value);
  if (out.size() > kQuoted) out.resize(kQuoted);
  return out;
}

class ZoneJudge {
 public:
  explicit ZoneJudge(Inspection& inspection)
      : inspection_(inspection),
        api_(inspection),
        zone_("/zones/" + text::percent_encode_segment(inspection.subject().edge.zone_id)) {}

  void run() {
    const ApiAnswer zone = api_.get(zone_);
    if (!zone.ok()) return inspection_.rest_unproved(zone_, zone.why);
    judge_zone(zone.result);
    const json::object* object = zone.result.if_object();
    const json::value* plan = object != nullptr ? object->if_contains("plan") : nullptr;
    plan_ = plan != nullptr ? text_at(*plan, "legacy_id") : std::string();
    judge_settings();
    judge_origin_pulls();
    judge_rules();
    judge_bots();
    judge_dnssec();
    judge_universal();
    judge_records();
  }

 private:
  void found(std::string_view check, const std::string& path, std::string observed,
             std::string expected, std::optional<Severity> severity = {}) {
    inspection_.found(check, {.about = path,
                              .severity = severity,
                              .observed = std::move(observed),
                              .expected = std::move(expected),
                              .reproduce = "curl -sS -H \"Authorization: Bearer $TOKEN\" " +
                                           inspection_.subject().edge.api + path});
  }

  void judge_zone(const json::value& zone) {
    const std::string name = canonical_name(text_at(zone, "name"));
    const std::string& domain = inspection_.subject().domain;
    const bool holds = domain == name || domain.ends_with("." + name);
    const bool paused = flag_at(zone, "paused").value_or(false);
    if (!name.empty() && holds && !paused && text_at(zone, "status") == "active") {
      return inspection_.proved("zone", zone_);
    }
    found("zone", zone_,
          fmt::format("name {}, status {}, paused {}", name, text_at(zone, "status"), paused),
          "an active zone that holds " + domain);
  }

  void judge_settings() {
    const ApiAnswer all = api_.get(zone_ + "/settings");
    for (const SettingRule& rule : setting_rules()) {
      const json::value* setting = all.ok() ? find_setting(all.result, rule.setting) : nullptr;
      const std::string path = fmt::format("{}/settings/{}", zone_, rule.setting);
      if (setting != nullptr) {
        judge_setting(rule, path, *setting);
        continue;
      }
      if (!all.ok() && all.kind != ApiAnswer::Kind::kMissing) {
        inspection_.unproved(rule.check, path, all.why);
        continue;
      }
      const ApiAnswer one = api_.get(path);
      if (one.ok()) {
        judge_setting(rule, path, one.result);
      } else {
        inspection_.unproved(rule.check, path, one.why);
      }
    }
  }

  static const json::value* find_setting(const json::value& list, std::string_view id) {
    const json::array* settings = list.if_array();
    if (settings == nullptr) return nullptr;
    const auto at = std::ranges::find_if(
        *settings, [&](const json::value& one) { return text_at(one, "id") == id; });
    return at == settings->end() ? nullptr : &*at;
  }

  void judge_setting(const SettingRule& rule, const std::string& path, const json::value& setting) {
    const json::object* object = setting.if_object();
    const json::value* value = object != nullptr ? object->if_contains("value") : nullptr;
    if (value == nullptr) {
      return inspection_.unproved(rule.check, path, "the API gave no value");
    }
    std::optional<SettingFault> fault = rule.judge(*value);
    if (!fault) return inspection_.proved(rule.check, path);
    if (flag_at(setting, "editable") == false) {
      return inspection_.unproved(rule.check, path,
                                  "not provable on this plan: the setting cannot be changed");
    }
    found(rule.check, path, shortened(*value), fault->expected, fault->severity);
  }

  void judge_origin_pulls() {
    const std::string path = zone_ + "/origin_tls_client_auth/settings";
    const ApiAnswer answer = api_.get(path);
    if (!answer.ok()) return inspection_.unproved("origin_pulls", path, answer.why);
    if (!flag_at(answer.result, "enabled").value_or(false)) {
      return found("origin_pulls", path, shortened(answer.result),
                   "enabled: true (the zone's setting tls_client_auth alone uses a certificate "
                   "that all zones share)");
    }
    // Enabled without a certificate of the zone's own, the shared one goes on being used. The list
    // has keys and certificates in it, so that nothing of it is quoted.
    const std::string own = zone_ + "/origin_tls_client_auth";
    const ApiAnswer certificates = api_.get(own);
    if (!certificates.ok()) {
      inspection_.unproved("origin_pulls", own, certificates.why);
    } else if (has_active_certificate(certificates.result)) {
      inspection_.proved("origin_pulls", own);
    } else {
      found("origin_pulls", own, "enabled: true, and no active certificate of the zone's own",
            "a certificate with status: active");
    }
  }

  ApiAnswer phase(std::string_view name) {
    return api_.get(fmt::format("{}/rulesets/phases/{}/entrypoint", zone_, name));
  }

  /// A phase that was never given a rule has no entry point: 404 says "none", nothing else.
  void judge_phase(std::string_view check, std::string_view name,
                   bool (*holds)(const json::value&)) {
    const std::string path = fmt::format("{}/rulesets/phases/{}/entrypoint", zone_, name);
    const ApiAnswer answer = api_.get(path);
    if (!answer.ok() && answer.kind != ApiAnswer::Kind::kNoRules) {
      return inspection_.unproved(check, path, answer.why);
    }
    if (answer.ok() && holds(answer.result)) return inspection_.proved(check, path);
    if (plan_ == "enterprise") {
      return inspection_.unproved(check, path,
                                  "the zone has none, and those of the whole account, which the "
                                  "Enterprise plan has, are not read");
    }
    found(check, path, answer.ok() ? shortened(answer.result) : "the phase has no rules",
          "an enabled rule");
  }

  void judge_managed_rules() {
    if (plan_ != "free") {
      return judge_phase("managed_rules", "http_request_firewall_managed", executes_managed_rules);
    }
    // Free zones get a small ruleset that their phase does not show.
    const ApiAnswer answer = phase("http_request_firewall_managed");
    if (answer.ok() && executes_managed_rules(answer.result)) {
      return inspection_.proved("managed_rules", zone_);
    }
    inspection_.unproved("managed_rules", zone_, "not provable on this plan: the free one");
  }

  void judge_rules() {
    judge_managed_rules();
    judge_phase("rate_limits", "http_ratelimit",
                [](const json::value& ruleset) { return enabled_rules(ruleset) > 0; });
    const std::string path = zone_ + "/rulesets/phases/http_request_cache_settings/entrypoint";
    const ApiAnswer cache = phase("http_request_cache_settings");
    if (cache.kind == ApiAnswer::Kind::kNoRules) return inspection_.proved("cache_rules", path);
    if (!cache.ok()) return inspection_.unproved("cache_rules", path, cache.why);
    const std::string expression = caches_every_path(cache.result);
    if (expression.empty()) return inspection_.proved("cache_rules", path);
    found("cache_rules", path, "expression: " + expression, "an expression that names paths");
  }

  void judge_bots() {
    const std::string path = zone_ + "/bot_management";
    const ApiAnswer answer = api_.get(path);
    if (!answer.ok()) return inspection_.unproved("bot_fight", path, answer.why);
    std::string obstacles = bot_obstacles(answer.result);
    if (obstacles.empty()) return inspection_.proved("bot_fight", path);
    found("bot_fight", path, std::move(obstacles), "a proof that webhooks and API calls pass");
  }

  void judge_dnssec() {
    if (!inspection_.subject().dnssec) {
      return inspection_.not_applicable("dnssec", "DNSSEC is not promised");
    }
    const std::string path = zone_ + "/dnssec";
    const ApiAnswer answer = api_.get(path);
    if (!answer.ok()) return inspection_.unproved("dnssec", path, answer.why);
    const std::string status = text_at(answer.result, "status");
    if (status == "active") return inspection_.proved("dnssec", path);
    found("dnssec", path, "status: " + status, "status: active");
  }

  void judge_universal() {
    const std::string path = zone_ + "/ssl/universal/settings";
    const ApiAnswer answer = api_.get(path);
    if (!answer.ok()) return inspection_.unproved("universal_ssl", path, answer.why);
    if (flag_at(answer.result, "enabled").value_or(false)) {
      return inspection_.proved("universal_ssl", path);
    }
    found("universal_ssl", path, shortened(answer.result), "enabled: true");
  }

  void judge_records() {
    const std::string path = zone_ + "/dns_records";
    const ApiAnswer records = api_.list(path);
    if (!records.ok()) {
      inspection_.unproved("proxied", path, records.why);
      return inspection_.unproved("revealing_record", path, records.why);
    }
    tell("proxied", path, unproxied_hosts(records.result, inspection_.subject()));
    if (inspection_.subject().edge.origins.empty()) {
      return inspection_.not_applicable("revealing_record", "no origin addresses are promised");
    }
    tell("revealing_record", path, revealing_records(records.result, inspection_.subject()));
  }

  void tell(std::string_view check, const std::string& path,
            const std::vector<RecordFault>& faults) {
    if (faults.empty()) return inspection_.proved(check, path);
    for (const RecordFault& fault : faults) {
      found(check, path, fmt::format("{} → {}, proxied: false", fault.name, fault.content),
            "proxied: true");
    }
  }

  Inspection& inspection_;
  CloudflareApi api_;
  std::string zone_;
  std::string plan_{};  ///< "free", "pro", "business", "enterprise"; "" unknown.
};

void inspect(Inspection& inspection) {
  const EdgePromise& edge = inspection.subject().edge;
  if (edge.provider != "cloudflare") {
    return inspection.rest_not_applicable("the contract promises no Cloudflare edge");
  }
  if (!inspection.network().live) return inspection.rest_not_applicable("needs the network");
  if (!edge.token || edge.token->empty() || edge.zone_id.empty()) {
    return inspection.rest_unproved(edge.api,
                                    "the contract gives no edge.zone and edge.token to read the "
                                    "settings with");
  }
  ZoneJudge(inspection).run();
}

}  // namespace

extern constinit const Area area_cloudflare;
constinit const Area area_cloudflare{.name = "cloudflare", .checks = kChecks, .inspect = inspect};

}  // namespace lr::domain
