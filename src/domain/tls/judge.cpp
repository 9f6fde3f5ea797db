#include "domain/tls/judge.h"

#include <fmt/format.h>

#include <algorithm>

#include "domain/tls/profile.h"

namespace lr::domain::tls {
namespace {

using report::Severity;
using Codes = std::vector<std::uint16_t>;

std::string named(const Codes& codes, std::string (*name)(std::uint16_t)) {
  std::string out;
  for (const std::uint16_t code : codes) {
    if (!out.empty()) out += ", ";
    out += name(code);
  }
  return out;
}

bool contains(std::span<const std::uint16_t> codes, std::uint16_t code) {
  return std::ranges::find(codes, code) != codes.end();
}

class Judge {
 public:
  Judge(const TlsFacts& facts, TlsProfile profile, bool promised)
      : facts_(facts),
        profile_(profile_of(profile)),
        promised_(promised),
        out_(facts.server_name.empty() ? facts.peer : facts.server_name) {}

  std::vector<Verdict> all() {
    versions();
    suites();
    beyond_profile();
    exchange();
    groups();
    signatures();
    signals();
    return out_.take();
  }

 private:
  Found seen(std::string observed, std::string expected = "") const {
    return {.observed = facts_.peer + ": " + std::move(observed),
            .expected = std::move(expected),
            .reproduce = fmt::format("openssl s_client -connect {} -servername {}", facts_.peer,
                                     facts_.server_name)};
  }
  void version(std::string_view check, Version version, bool bad_when) {
    const VersionFacts& one = facts_.of(version);
    if (one.spoken == Seen::kUnknown) return out_.unproved(check, one.why);
    const bool spoken = one.spoken == Seen::kYes;
    out_.judge(
        check, spoken == bad_when,
        seen(fmt::format("{} {}", version_name(version), spoken ? "was agreed" : "was refused")));
  }
  void versions();
  /// Suites of the versions up to 1.2 for which `bad` holds.
  void no_suite(std::string_view check, bool (*bad)(const CipherSuite&));
  void suites();
  void beyond_profile();
  void exchange();
  void groups();
  void signatures();
  void signal(std::string_view check, Seen value, Seen bad, std::string observed);
  void signals();
  /// Why the list of suites may be incomplete; "".
  std::string gap() const;

  const TlsFacts& facts_;
  const Profile& profile_;
  bool promised_;
  Verdicts out_;
};

void Judge::versions() {
  version("ssl3", Version::kSsl30, true);
  version("tls10", Version::kTls10, true);
  version("tls11", Version::kTls11, true);
  version("tls13_missing", Version::kTls13, false);
  const VersionFacts& tls12 = facts_.of(Version::kTls12);
  const VersionFacts& tls13 = facts_.of(Version::kTls13);
  if (tls12.spoken == Seen::kYes || tls13.spoken == Seen::kYes) {
    out_.proved("outdated");
  } else if (tls12.spoken == Seen::kUnknown || tls13.spoken == Seen::kUnknown) {
    out_.unproved("outdated", tls12.why.empty() ? tls13.why : tls12.why);
  } else {
    out_.found("outdated", seen("neither TLS 1.2 nor TLS 1.3 was agreed"));
  }
}

std::string Judge::gap() const {
  for (const VersionFacts& one : facts_.versions) {
    if (!one.why.empty()) return fmt::format("{}: {}", version_name(one.version), one.why);
  }
  return "";
}

void Judge::no_suite(std::string_view check, bool (*bad)(const CipherSuite&)) {
  std::string lines;
  for (const VersionFacts& one : facts_.versions) {
    Codes found;
    for (const std::uint16_t code : one.suites) {
      const CipherSuite* suite = find_suite(code);
      if (suite != nullptr && bad(*suite)) found.push_back(code);
    }
    if (found.empty()) continue;
    if (!lines.empty()) lines += "; ";
    lines += fmt::format("{}: {}", version_name(one.version), named(found, suite_name));
  }
  if (!lines.empty()) return out_.found(check, seen(std::move(lines)));
  const std::string why = gap();
  why.empty() ? out_.proved(check) : out_.unproved(check, why);
}

void Judge::suites() {
  no_suite("null", [](const CipherSuite& s) { return s.null; });
  no_suite("anonymous", [](const CipherSuite& s) { return s.anonymous; });
  no_suite("export", [](const CipherSuite& s) { return s.exported; });
  no_suite("rc4", [](const CipherSuite& s) { return s.rc4; });
  no_suite("single_des", [](const CipherSuite& s) { return s.single_des && !s.exported; });
  no_suite("triple_des",
           [](const CipherSuite& s) { return s.small_block && !s.single_des && !s.exported; });
  no_suite("md5", [](const CipherSuite& s) { return s.md5 && !s.exported; });
  no_suite("no_forward_secrecy",
           [](const CipherSuite& s) { return !s.forward_secret && !s.anonymous && !s.null; });
  no_suite("cbc", [](const CipherSuite& s) { return s.cbc; });
  bool aead = false;
  for (const VersionFacts& one : facts_.versions) {
    aead |= std::ranges::any_of(one.suites, [](std::uint16_t code) {
      const CipherSuite* suite = find_suite(code);
      return suite != nullptr && suite->aead;
    });
  }
  const std::string why = gap();
  if (!aead && !why.empty()) return out_.unproved("no_aead", why);
  out_.judge("no_aead", !aead, seen("no suite with AES-GCM, AES-CCM or ChaCha20-Poly1305"));
}

void Judge::beyond_profile() {
  std::string lines;
  for (const VersionFacts& one : facts_.versions) {
    if (one.spoken != Seen::kYes) continue;
    const bool tls13 = one.version == Version::kTls13;
    Codes found;
    for (const std::uint16_t code : one.suites) {
      const bool listed = contains(tls13 ? profile_.suites13 : profile_.suites12, code);
      if (!listed || one.version < profile_.least) found.push_back(code);
    }
    if (found.empty()) continue;
    if (!lines.empty()) lines += "; ";
    lines += fmt::format("{}: {}", version_name(one.version), named(found, suite_name));
  }
  const std::string why = gap();
  if (lines.empty() && !why.empty()) return out_.unproved("profile", why);
  Found what = seen(lines, fmt::format("Mozilla 6.0 \"{}\"", profile_.name));
  if (!promised_) what.severity = Severity::kInfo;
  out_.judge("profile", !lines.empty(), std::move(what));
  const bool weak_choice = std::ranges::any_of(facts_.versions, [](const VersionFacts& one) {
    return one.version != Version::kTls13 && std::ranges::any_of(one.suites, [](auto code) {
             const CipherSuite* suite = find_suite(code);
             return suite != nullptr && (!suite->forward_secret || !suite->aead);
           });
  });
  if (!weak_choice) return out_.proved("client_order");
  if (facts_.server_order == Seen::kUnknown) {
    return out_.not_applicable("client_order", "there is no choice between suites");
  }
  out_.judge("client_order", facts_.server_order == Seen::kNo,
             seen("the server took the first suite that the client named, in either order"));
}

void Judge::exchange() {
  if (!facts_.dh_bits) {
    const std::string why = gap();
    why.empty() ? out_.proved("dh_size") : out_.unproved("dh_size", why);
  } else {
    Found what = seen(fmt::format("DHE with a prime of {} bits", *facts_.dh_bits), "2048 bits");
    if (*facts_.dh_bits < 1024) what.severity = Severity::kCritical;
    out_.judge("dh_size", *facts_.dh_bits < 2048, std::move(what));
  }
  if (facts_.reuses_keys == Seen::kUnknown) {
    return out_.not_applicable("reused_keys", "no two key exchanges could be seen in the clear");
  }
  out_.judge("reused_keys", facts_.reuses_keys == Seen::kYes,
             seen("two connections had the same ephemeral public key"));
}

void Judge::groups() {
  Codes all = facts_.groups13;
  for (const std::uint16_t code : facts_.groups12) {
    if (code != 0 && !contains(all, code)) all.push_back(code);
  }
  const std::string why = facts_.groups12_why.empty() ? facts_.groups13_why : facts_.groups12_why;
  Codes weak;
  std::ranges::copy_if(all, std::back_inserter(weak), [](std::uint16_t code) {
    const Group* group = find_group(code);
    return group != nullptr && group->weak();
  });
  if (weak.empty() && !why.empty()) {
    out_.unproved("weak_groups", why);
  } else {
    out_.judge("weak_groups", !weak.empty(), seen(named(weak, group_name)));
  }
  const bool usual = contains(all, 0x001d) || contains(all, 0x0017);
  if (all.empty() && why.empty() && gap().empty()) {
    out_.judge("usual_groups", !facts_.dh_bits.has_value(), seen("no elliptic curve was agreed"));
  } else if (!usual && (!why.empty() || all.empty())) {
    out_.unproved("usual_groups", why.empty() ? gap() : why);
  } else {
    out_.judge("usual_groups", !usual, seen(named(all, group_name), "x25519 or secp256r1"));
  }
  const bool hybrid = std::ranges::any_of(all, [](std::uint16_t code) {
    const Group* group = find_group(code);
    return group != nullptr && group->post_quantum;
  });
  if (!facts_.speaks(Version::kTls13)) {
    out_.not_applicable("post_quantum", "TLS 1.3 is not spoken");
  } else if (!hybrid && !facts_.groups13_why.empty()) {
    out_.unproved("post_quantum", facts_.groups13_why);
  } else {
    out_.judge("post_quantum", !hybrid, seen(named(facts_.groups13, group_name), "X25519MLKEM768"));
  }
}

void Judge::signatures() {
  Codes weak;
  for (const std::uint16_t code : facts_.signature_schemes) {
    const auto schemes = signature_schemes();
    const auto at = std::ranges::find(schemes, code, &SignatureScheme::code);
    if (at != schemes.end() && at->weak) weak.push_back(code);
  }
  if (!weak.empty()) {
    out_.found("sha1_signature", seen(named(weak, signature_scheme_name)));
  } else if (!facts_.signatures_why.empty()) {
    out_.unproved("sha1_signature", facts_.signatures_why);
  } else if (facts_.of(Version::kTls12).spoken == Seen::kUnknown) {
    out_.unproved("sha1_signature", facts_.of(Version::kTls12).why);
  } else {
    out_.proved("sha1_signature");
  }
}

void Judge::signal(std::string_view check, Seen value, Seen bad, std::string observed) {
  if (value == Seen::kUnknown) {
    return out_.not_applicable(check, "the server speaks nothing in which this shows");
  }
  out_.judge(check, value == bad, seen(std::move(observed)));
}

void Judge::signals() {
  signal("fallback_scsv", facts_.fallback_scsv, Seen::kNo,
         "a ClientHello with TLS_FALLBACK_SCSV and a lower version was accepted");
  if (facts_.speaks(Version::kTls13)) {
    signal("downgrade_sentinel", facts_.downgrade_sentinel, Seen::kNo,
           "the random of a TLS 1.2 ServerHello does not end in DOWNGRD");
  } else {
    out_.not_applicable("downgrade_sentinel", "TLS 1.3 is not spoken");
  }
  signal("compression", facts_.compression, Seen::kYes, "DEFLATE was chosen");
  signal("renegotiation", facts_.secure_renegotiation, Seen::kNo,
         "the ServerHello has no renegotiation_info");
  signal("extended_master_secret", facts_.extended_master_secret, Seen::kNo,
         "the ServerHello has no extended_master_secret");
  signal("heartbeat", facts_.heartbeat, Seen::kYes, "the ServerHello has the heartbeat extension");
  signal("intolerant", facts_.tolerant, Seen::kNo,
         "a ClientHello with values reserved by RFC 8701 was refused, without them it was not");
}

}  // namespace

std::vector<Verdict> judge_tls(const TlsFacts& facts, TlsProfile profile, bool promised) {
  return Judge(facts, profile, promised).all();
}

std::string difference(const TlsFacts& a, const TlsFacts& b) {
  std::string out;
  for (std::size_t i = 0; i < a.versions.size(); ++i) {
    const VersionFacts& left = a.versions[i];
    const VersionFacts& right = b.versions[i];
    if (left.spoken == Seen::kUnknown || right.spoken == Seen::kUnknown) continue;
    if (left.spoken == right.spoken) continue;
    if (!out.empty()) out += "; ";
    out += fmt::format("{} is spoken by {} only", version_name(left.version),
                       left.spoken == Seen::kYes ? a.peer : b.peer);
  }
  return out;
}

}  // namespace lr::domain::tls
