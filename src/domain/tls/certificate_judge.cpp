#include "domain/tls/certificate_judge.h"

#include <fmt/format.h>

#include <algorithm>

#include "domain/tls/profile.h"
#include "domain/zone.h"

namespace lr::domain::tls {
namespace {

using report::Severity;
using std::chrono::days;
using Trust = ChainFacts::Trust;

constexpr std::size_t kManyNames = 250;
/// Nobody asks for a life as short as this by hand: such certificates renew themselves.
constexpr days kAutomatic{100};

constexpr WallTime day(int year, unsigned month, unsigned of_month) {
  return std::chrono::sys_days{std::chrono::year(year) / std::chrono::month(month) /
                               std::chrono::day(of_month)};
}

std::string date(WallTime time) { return format_rfc3339(time).substr(0, 10); }

std::int64_t days_of(WallTime::duration span) {
  return std::chrono::duration_cast<days>(span).count();
}

class Judge {
 public:
  Judge(const ServedView& view, WallTime now, const Profile& profile, bool promised)
      : view_(view),
        leaf_(view.chain.served.front()),
        now_(now),
        profile_(profile),
        promised_(promised),
        out_(view.host) {}

  std::vector<Verdict> all() {
    times();
    lifespan();
    names();
    trust();
    list();
    keys();
    purposes();
    revocation();
    return out_.take();
  }

 private:
  Found seen(std::string observed, std::string expected = "") const {
    return {.observed = fmt::format("{}: {}", view_.peer, observed),
            .expected = std::move(expected),
            .reproduce = fmt::format("openssl s_client -connect {} -servername {} -showcerts",
                                     view_.peer, view_.host)};
  }
  std::string life() const {
    return fmt::format("valid from {} until {}", date(leaf_.from), date(leaf_.until));
  }
  bool is_over() const { return now_ > leaf_.until; }
  void times();
  void lifespan();
  void names();
  void trust();
  void list();
  void keys();
  void purposes();
  void revocation();

  const ServedView& view_;
  const CertificateFacts& leaf_;
  WallTime now_;
  const Profile& profile_;
  bool promised_;
  Verdicts out_;
};

void Judge::times() {
  out_.judge("expired", is_over(), seen(life()));
  out_.judge("not_yet_valid", now_ < leaf_.from, seen(life()));
  std::string above;
  for (const std::size_t at : view_.chain.used) {
    const CertificateFacts& one = view_.chain.served[at];
    if (at != 0 && !one.self_signed && (now_ > one.until || now_ < one.from)) {
      above =
          fmt::format("{}: valid from {} until {}", one.subject, date(one.from), date(one.until));
    }
  }
  out_.judge("intermediate_expired", !above.empty(), seen(above));
  const auto whole = leaf_.until - leaf_.from;
  const auto left = leaf_.until - now_;
  if (is_over() || whole.count() <= 0) {
    out_.not_applicable("expiring", "the certificate has expired");
    out_.not_applicable("renewal_overdue", "the certificate has expired");
    return;
  }
  Found soon =
      seen(fmt::format("{}; {} of {} days are left", life(), days_of(left), days_of(whole)));
  soon.severity = left * 6 < whole ? Severity::kHigh : Severity::kLow;
  out_.judge("expiring", left * 3 < whole, soon);
  soon.severity.reset();
  out_.judge("renewal_overdue", whole <= kAutomatic && left * 4 < whole, std::move(soon));
}

void Judge::lifespan() {
  const auto whole = leaf_.until - leaf_.from;
  const days most = longest_life(leaf_.from);
  out_.judge(
      "validity_too_long", whole > most,
      seen(fmt::format("{}, {} days", life(), days_of(whole)),
           fmt::format("at most {} days when issued on {}", most.count(), date(leaf_.from))));
  Found long_life =
      seen(fmt::format("{} days", days_of(whole)),
           fmt::format("Mozilla 6.0 \"{}\": {} days", profile_.name, profile_.lifespan_days));
  if (!promised_) long_life.severity = Severity::kInfo;
  out_.judge("lifespan", whole > days(profile_.lifespan_days), std::move(long_life));
}

void Judge::names() {
  std::string names;
  bool wildcard = false;
  for (std::size_t i = 0; i < std::min<std::size_t>(leaf_.names.size(), 10); ++i) {
    names += (names.empty() ? "" : ", ") + leaf_.names[i];
  }
  if (leaf_.name_count > 10) names += fmt::format(" and {} more", leaf_.name_count - 10);
  for (const std::string& name : leaf_.names) wildcard |= name.starts_with("*.");
  const bool matches = is_for_host(leaf_, view_.host);
  out_.judge("name_mismatch", !matches,
             seen(names.empty() ? "CN=" + leaf_.common_name : names, view_.host));
  out_.judge("no_names", leaf_.name_count == 0, seen("no subjectAltName; CN=" + leaf_.common_name));
  const bool cn_listed = leaf_.common_name.empty() || leaf_.name_count > leaf_.names.size() ||
                         std::ranges::any_of(leaf_.names, [&](const std::string& name) {
                           return canonical_name(name) == canonical_name(leaf_.common_name);
                         });
  out_.judge("common_name", leaf_.name_count > 0 && !cn_listed,
             seen("CN=" + leaf_.common_name + " is not among " + names));
  out_.judge("wildcard", wildcard, seen(names));
  out_.judge("many_names", leaf_.name_count > kManyNames,
             seen(fmt::format("{} names", leaf_.name_count)));
}

void Judge::trust() {
  const Trust trust = view_.chain.trust;
  const std::string issuer = fmt::format("{}; issued by {}", view_.chain.reason, leaf_.issuer);
  out_.judge("self_signed", trust == Trust::kSelfSigned, seen(issuer));
  out_.judge("unknown_root", trust == Trust::kUnknownRoot, seen(issuer));
  out_.judge("incomplete_chain", trust == Trust::kIncomplete, seen(issuer));
  out_.judge("broken_chain", trust == Trust::kBroken, seen(issuer));
}

void Judge::list() {
  std::string order;
  for (const CertificateFacts& one : view_.chain.served) {
    order += fmt::format("{}{}", order.empty() ? "" : "; ", one.subject);
    if (order.size() > 1000) break;
  }
  out_.judge("wrong_order", view_.chain.out_of_order, seen(order));
  out_.judge("root_sent", view_.chain.root_sent, seen(order));
  // What is not on the path may be there for clients with other roots when the path was found; when
  // none was found, nothing is known to be superfluous.
  if (view_.chain.trust == Trust::kTrusted) {
    out_.judge("extra_certificates", !view_.chain.extra.empty(),
               seen(view_.chain.extra.empty() ? "" : view_.chain.extra.front()));
  } else {
    out_.not_applicable("extra_certificates", "the chain leads to no trusted root");
  }
}

void Judge::keys() {
  std::string weak;
  for (const CertificateFacts& one : view_.chain.served) {
    // Nobody verifies the signature of a root with itself.
    if (one.weak_signature && (!one.self_signed || &one == &leaf_)) {
      weak = fmt::format("{}: {}", one.subject, one.signature);
    }
  }
  out_.judge("weak_signature", !weak.empty(), seen(weak));
  std::string small;
  std::string curve;
  for (const CertificateFacts& one : view_.chain.served) {
    if (one.key == KeyKind::kRsa && one.key_bits < 2048) {
      small = fmt::format("{}: RSA with {} bits", one.subject, one.key_bits);
    }
    const bool usual =
        one.curve == "prime256v1" || one.curve == "secp384r1" || one.curve == "secp521r1";
    if (one.key == KeyKind::kEcdsa && !usual) {
      curve = fmt::format("{}: {}", one.subject, one.curve.empty() ? "unnamed" : one.curve);
    }
  }
  out_.judge("small_key", !small.empty(), seen(small, "2048 bits"));
  out_.judge("weak_curve", !curve.empty(), seen(curve, "P-256 or P-384"));
  out_.judge("old_version", leaf_.version < 3, seen(fmt::format("version {}", leaf_.version)));
  const bool fits = leaf_.key == KeyKind::kEcdsa || profile_.rsa_bits > 0;
  Found key = seen("the key is not ECDSA", fmt::format("Mozilla 6.0 \"{}\"", profile_.name));
  if (!promised_) key.severity = Severity::kInfo;
  out_.judge("profile_key", !fits, std::move(key));
}

void Judge::purposes() {
  out_.judge("ca_leaf", leaf_.ca && !leaf_.self_signed, seen("basicConstraints CA:TRUE"));
  out_.judge("key_usage", !leaf_.key_usage_fits,
             seen("keyUsage has neither digitalSignature nor keyEncipherment"));
  out_.judge("server_auth", !leaf_.server_auth, seen("extendedKeyUsage has no serverAuth"));
  const bool logged = leaf_.transparency || view_.timestamps > 0;
  if (!view_.system_roots || view_.chain.trust != Trust::kTrusted) {
    logged ? out_.proved("transparency")
           : out_.not_applicable("transparency", "only public CAs must log their certificates");
  } else if (!logged && !view_.staple_known) {
    out_.unproved("transparency", "the handshake was not completed");
  } else {
    out_.judge("transparency", !logged, seen("no signed certificate timestamp"));
  }
}

void Judge::revocation() {
  const StapleFacts& staple = view_.staple;
  using Status = StapleFacts::Status;
  const bool usable = staple.status == Status::kGood || staple.status == Status::kRevoked;
  if (!view_.staple_known) {
    for (const char* check : {"must_staple", "staple", "revoked"}) {
      out_.unproved(check, "the handshake was not completed");
    }
    return;
  }
  const std::string what = staple.status == Status::kAbsent
                               ? "no OCSP answer is stapled"
                               : "the stapled OCSP answer is of no use: " + staple.reason;
  out_.judge("must_staple", leaf_.must_staple && !usable, seen(what));
  if (staple.status == Status::kUnusable) {
    out_.found("staple", seen(what));
  } else if (staple.status == Status::kAbsent && leaf_.ocsp_url.empty()) {
    out_.not_applicable("staple", "the certificate names no OCSP responder");
  } else {
    Found absent = seen(what + "; the certificate names " + leaf_.ocsp_url);
    absent.severity = Severity::kInfo;
    out_.judge("staple", staple.status == Status::kAbsent, std::move(absent));
  }
  if (!usable) return out_.not_applicable("revoked", "no OCSP answer is stapled");
  out_.judge("revoked", staple.status == Status::kRevoked,
             seen("the stapled OCSP answer says revoked"));
}

}  // namespace

days longest_life(WallTime issued) {
  if (issued >= day(2029, 3, 15)) return days(47);
  if (issued >= day(2027, 3, 15)) return days(100);
  if (issued >= day(2026, 3, 15)) return days(200);
  if (issued >= day(2020, 9, 1)) return days(398);
  if (issued >= day(2018, 3, 1)) return days(825);
  return days(1187);  // 39 months.
}

std::vector<Verdict> judge_certificate(const ServedView& view, WallTime now, TlsProfile profile,
                                       bool promised) {
  return Judge(view, now, profile_of(profile), promised).all();
}

}  // namespace lr::domain::tls
