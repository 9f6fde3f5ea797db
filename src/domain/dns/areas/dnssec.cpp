// Is the zone signed, is the chain whole, and what will break it next?
#include <fmt/format.h>

#include <algorithm>

#include "crypto/digest.h"
#include "domain/dns/dnssec_facts.h"
#include "domain/dns/name_facts.h"
#include "domain/dns/server_query.h"
#include "domain/idn.h"
#include "domain/rdata_text.h"

namespace lr::domain {
namespace {

using report::Control;
using report::Severity;

constexpr CheckDef kChecks[] = {
    {.id = "dnssec.unsigned",
     .control = Control::kDns,
     .title = "The domain is not signed with DNSSEC",
     .why = "Whoever sits between a resolver and your servers can answer for you, and mail servers "
            "cannot use DANE.",
     .fix = "Switch DNSSEC on at your DNS provider and publish the DS record at the registrar.",
     .worst = Severity::kHigh,
     .reference = "RFC 9364"},
    {.id = "dnssec.bogus",
     .control = Control::kDns,
     .title = "DNSSEC validation fails",
     .why = "Validating resolvers, which most users have, answer with an error: site and mail are "
            "down for them, and no certificate can be issued.",
     .fix = "Publish the DS record that fits your keys, or take the DS records away until signing "
            "works again.",
     .worst = Severity::kCritical,
     .reference = "RFC 4035 section 5"},
    {.id = "dnssec.no_ds",
     .control = Control::kDns,
     .title = "The zone is signed, but the parent does not say so",
     .why = "Without a DS record nobody checks the signatures, so they protect nothing.",
     .fix = "Publish the DS record at the registrar.",
     .worst = Severity::kHigh,
     .reference = "RFC 4035 section 2.4"},
    {.id = "dnssec.ds_digest",
     .control = Control::kDns,
     .title = "The parent vouches for the keys with SHA-1 only",
     .why = "SHA-1 is broken, and resolvers are about to treat such zones as unsigned.",
     .fix = "Publish a DS record with digest type 2 (SHA-256) beside it, then remove the old one.",
     .worst = Severity::kMedium,
     .reference = "RFC 8624 section 3.3"},
    {.id = "dnssec.ds_without_key",
     .control = Control::kDns,
     .title = "A DS record fits no key of the zone",
     .why = "When no DS record fits, validation fails for everybody. A left-over one fails as soon "
            "as it is the only one.",
     .fix = "Remove DS records of keys that are gone.",
     .worst = Severity::kHigh,
     .reference = "RFC 4035 section 5.2"},
    {.id = "dnssec.algorithm",
     .control = Control::kDns,
     .title = "The zone is signed with an algorithm that must not be used",
     .why = "Resolvers stop to support it, and then treat the zone as unsigned or refuse it.",
     .fix = "Roll over to ECDSAP256SHA256 (algorithm 13).",
     .worst = Severity::kMedium,
     .reference = "RFC 8624 section 3.1",
     .instead = "{name}. DNSKEY 257 3 13 <a new key>"},
    {.id = "dnssec.key_size",
     .control = Control::kDns,
     .title = "An RSA key of the zone is short",
     .why = "RSA keys below 1024 bits can be factored, and 1024 bits are within reach of states.",
     .fix = "Use RSA with 2048 bits, or ECDSAP256SHA256 (algorithm 13).",
     .worst = Severity::kMedium,
     .reference = "RFC 6781 section 3.4.2",
     .instead = "{name}. DNSKEY 257 3 13 <a new key>"},
    {.id = "dnssec.key_flags",
     .control = Control::kDns,
     .title = "A DS record names a key that may not sign the zone",
     .why = "A key without the zone key flag, or one that is revoked, validates nothing.",
     .fix = "Publish the DS record of a key that is in use, then remove this one.",
     .worst = Severity::kMedium,
     .reference = "RFC 4034 section 2.1.1; RFC 5011 section 2.1",
     .instead = "{name}. DS <of a key with the flags 257>"},
    {.id = "dnssec.nsec3_iterations",
     .control = Control::kDns,
     .title = "NSEC3 hashes more than once",
     .why = "It protects nothing more, costs every resolver time, and resolvers treat zones with "
            "many iterations as unsigned.",
     .fix = "Set NSEC3 iterations to 0 and the salt to \"-\".",
     .worst = Severity::kMedium,
     .reference = "RFC 9276 section 3.1"},
    {.id = "dnssec.signature_expiry",
     .control = Control::kDns,
     .title = "Signatures of the zone are about to run out",
     .why = "Signing seems to have stopped. When the signatures end, the domain is gone for "
            "everybody who validates.",
     .fix = "Find out why the zone was not signed again, and sign it.",
     .worst = Severity::kCritical,
     .reference = "RFC 6781 section 4.4.2"},
    {.id = "dnssec.rollover",
     .control = Control::kDns,
     .title = "A key rollover waits for the parent",
     .why = "The zone asks for other DS records (CDS) than the parent has. Signers that go on "
            "without looking break the chain.",
     .fix = "Publish the DS records that CDS asks for at the registrar.",
     .worst = Severity::kMedium,
     .reference = "RFC 7344 section 4"},
};

struct Chain {
  std::string zone;
  Answer ds;
  Answer authority;  ///< SOA of the zone, validated.
  std::vector<Record> keys;
  std::string keys_unknown;  ///< Why there are no keys.
  std::vector<Signature> signatures;
  std::string signatures_unknown;
};

/// The zone's keys and signatures from its own servers: a resolver that finds them bogus does not
/// hand them out.
void ask_for_keys(const Inspection& inspection, Chain& chain) {
  const auto servers =
      server_endpoints(inspection.network(), zone_servers(inspection.resolver(), chain.zone));
  for (const RecordType type : {RecordType::kDnskey, RecordType::kSoa}) {
    const auto message = ask_servers(servers, {.name = chain.zone, .type = type});
    if (!message) {
      (type == RecordType::kDnskey ? chain.keys_unknown : chain.signatures_unknown) =
          message.error().detail();
      continue;
    }
    for (const Record& record : message->answer) {
      if (record.type == RecordType::kDnskey) chain.keys.push_back(record);
      const auto* opaque = std::get_if<Opaque>(&record.data);
      if (record.type != RecordType::kRrsig || opaque == nullptr) continue;
      if (auto signature = parse_signature(opaque->wire)) chain.signatures.push_back(*signature);
    }
  }
}

Chain read_chain(Inspection& inspection, const std::string& zone) {
  Resolver& resolver = inspection.resolver();
  Chain chain;
  chain.zone = zone;
  chain.ds = resolver.query(zone, RecordType::kDs);
  chain.authority = resolver.query(zone, RecordType::kSoa);
  if (inspection.network().live) {
    ask_for_keys(inspection, chain);
    inspection.count_requests(2);
  }
  if (chain.keys.empty()) {
    const Answer keys = resolver.query(zone, RecordType::kDnskey);
    chain.keys = keys.records;
    if (!keys.failed()) {
      chain.keys_unknown.clear();
    } else if (chain.keys_unknown.empty()) {
      chain.keys_unknown = keys.why;
    }
  }
  return chain;
}

std::string ds_line(const Chain& chain, const DnsKey& key) {
  return fmt::format("{}. IN DS {}", chain.zone, rdata_text(signer_of(key, chain.zone)));
}

/// The DS record that the parent should have: of the key with the SEP flag, or of the only one.
std::string wanted_ds(const Chain& chain) {
  constexpr std::uint16_t kSecureEntryPoint = 0x0001;
  std::string fallback;
  for (const Record& record : chain.keys) {
    const auto* key = std::get_if<DnsKey>(&record.data);
    if (key == nullptr) continue;
    if ((key->flags & kSecureEntryPoint) != 0) return ds_line(chain, *key);
    if (fallback.empty()) fallback = ds_line(chain, *key);
  }
  return fallback;
}

/// True when there is a chain to look at.
bool judge_signed(Inspection& inspection, const Chain& chain) {
  const bool promised = inspection.subject().dnssec;
  if (chain.ds.failed()) {
    inspection.unproved("unsigned", chain.zone, chain.ds.why);
    inspection.unproved("no_ds", chain.zone, chain.ds.why);
    return chain.ds.trust == Trust::kBogus;
  }
  if (chain.ds.outcome == Outcome::kAnswer) {
    inspection.proved("unsigned", chain.zone);
    inspection.proved("no_ds", chain.zone);
    return true;
  }
  const std::string dig = "dig " + chain.zone + " DS";
  const Severity severity = promised ? Severity::kHigh : Severity::kLow;
  if (!chain.keys.empty()) {
    inspection.proved("unsigned", chain.zone);
    inspection.found("no_ds", {.about = chain.zone,
                               .severity = severity,
                               .corrected = wanted_ds(chain),
                               .observed = "DNSKEY records, but no DS record at the parent",
                               .reproduce = dig});
  } else {
    inspection.found("unsigned", {.about = chain.zone,
                                  .severity = severity,
                                  .observed = "no DS record at the parent",
                                  .reproduce = dig});
  }
  return false;
}

/// The zone may be right and single answers wrong: a record that was changed behind the signer.
bool judge_bogus_hosts(Inspection& inspection) {
  bool bogus = false;
  for (const std::string& host : inspection.subject().web_hosts) {
    const Answer answer = inspection.resolver().query(host, RecordType::kA);
    if (answer.trust != Trust::kBogus) continue;
    bogus = true;
    inspection.found("bogus",
                     {.about = host, .observed = answer.why, .reproduce = "delv " + host + " A"});
  }
  return bogus;
}

void judge_bogus(Inspection& inspection, const Chain& chain) {
  for (const Answer* answer : {&chain.authority, &chain.ds}) {
    if (answer->trust != Trust::kBogus) continue;
    inspection.found("bogus", {.about = chain.zone,
                               .corrected = wanted_ds(chain),
                               .observed = answer->why,
                               .reproduce = "delv " + chain.zone + " SOA"});
    return;
  }
  if (judge_bogus_hosts(inspection)) return;
  if (chain.authority.failed()) {
    inspection.unproved("bogus", chain.zone, chain.authority.why);
  } else if (chain.authority.trust == Trust::kUnknown) {
    inspection.not_applicable("bogus", "these answers are not validated");
  } else {
    inspection.proved("bogus", chain.zone);
  }
}

void judge_digests(Inspection& inspection, const Chain& chain) {
  const auto all = chain.ds.all<DelegationSigner>();
  const bool only_sha1 =
      std::ranges::all_of(all, [](const auto& ds) { return ds.digest_type == 1; });
  if (!only_sha1 || all.empty()) {
    inspection.proved("ds_digest", chain.zone);
    return;
  }
  inspection.found("ds_digest",
                   {.about = chain.zone,
                    .record = quoted_record(chain.zone, RecordType::kDs, rdata_text(all.front())),
                    .corrected = wanted_ds(chain)});
}

void judge_signer(Inspection& inspection, const Chain& chain, const DelegationSigner& ds,
                  bool another_fits) {
  constexpr std::uint16_t kZoneKey = 0x0100;
  constexpr std::uint16_t kRevoked = 0x0080;
  const QuotedRecord quoted = quoted_record(chain.zone, RecordType::kDs, rdata_text(ds));
  for (const Record& record : chain.keys) {
    const auto* key = std::get_if<DnsKey>(&record.data);
    if (key == nullptr) continue;
    const std::optional<bool> fits = matches(ds, *key, chain.zone);
    if (fits.has_value() && !*fits) continue;
    inspection.proved("ds_without_key", chain.zone);
    const bool usable = (key->flags & kZoneKey) != 0 && (key->flags & kRevoked) == 0;
    inspection.judge(
        "key_flags", chain.zone,
        usable ? std::nullopt
               : std::optional(
                     Found{.about = chain.zone, .record = quoted, .observed = zone_line(record)}));
    return;
  }
  inspection.found("ds_without_key", {.about = chain.zone,
                                      .severity = another_fits ? Severity::kLow : Severity::kHigh,
                                      .record = quoted,
                                      .corrected = wanted_ds(chain),
                                      .expected = fmt::format("a key with tag {} of {}", ds.key_tag,
                                                              algorithm_name(ds.algorithm))});
}

void judge_signers(Inspection& inspection, const Chain& chain) {
  const auto all = chain.ds.all<DelegationSigner>();
  const auto fits_a_key = [&](const DelegationSigner& ds) {
    return std::ranges::any_of(chain.keys, [&](const Record& record) {
      const auto* key = std::get_if<DnsKey>(&record.data);
      return key != nullptr && matches(ds, *key, chain.zone).value_or(true);
    });
  };
  const bool any = std::ranges::any_of(all, fits_a_key);
  for (const DelegationSigner& ds : all) judge_signer(inspection, chain, ds, any);
}

void judge_key(Inspection& inspection, const Chain& chain, const Record& record) {
  constexpr std::size_t kShort = 2048;
  constexpr std::size_t kBroken = 1024;
  const auto* key = std::get_if<DnsKey>(&record.data);
  if (key == nullptr) return;
  const QuotedRecord quoted = quoted_record(chain.zone, RecordType::kDnskey, rdata_text(*key));
  std::optional<Found> weak;
  if (is_weak_algorithm(key->algorithm)) {
    weak = Found{.about = chain.zone, .record = quoted, .observed = algorithm_name(key->algorithm)};
  }
  inspection.judge("algorithm", chain.zone, std::move(weak));
  const std::size_t bits = rsa_bits(*key);
  std::optional<Found> small;
  if (bits != 0 && bits < kShort) {
    small = Found{.about = chain.zone,
                  .severity = bits < kBroken ? Severity::kMedium : Severity::kLow,
                  .record = quoted,
                  .observed = fmt::format("RSA with {} bits", bits)};
  }
  inspection.judge("key_size", chain.zone, std::move(small));
}

void judge_iterations(Inspection& inspection, const Chain& chain) {
  constexpr std::uint16_t kTreatedAsUnsigned = 100;  // RFC 9276 appendix A: common limits.
  const Answer answer = inspection.resolver().query(chain.zone, RecordType::kNsec3Param);
  if (answer.failed()) {
    inspection.unproved("nsec3_iterations", chain.zone, answer.why);
    return;
  }
  for (const Opaque& data : answer.all<Opaque>()) {
    const auto count = nsec3_iterations(data);
    if (!count || *count == 0) continue;
    inspection.found(
        "nsec3_iterations",
        {.about = chain.zone,
         .severity = *count > kTreatedAsUnsigned ? Severity::kMedium : Severity::kLow,
         .record = quoted_record(chain.zone, RecordType::kNsec3Param, rdata_text(data)),
         .corrected = chain.zone + ". IN NSEC3PARAM 1 0 0 -",
         .observed = fmt::format("{} iterations", *count)});
    return;
  }
  inspection.proved("nsec3_iterations", chain.zone);
}

void judge_expiry(Inspection& inspection, const Chain& chain) {
  if (!inspection.network().live) {
    inspection.not_applicable("signature_expiry", "needs the network");
    return;
  }
  if (chain.signatures.empty()) {
    inspection.unproved("signature_expiry", chain.zone,
                        chain.signatures_unknown.empty() ? "the servers sent no signatures"
                                                         : chain.signatures_unknown);
    return;
  }
  constexpr std::array kSeverities = {Severity::kInfo, Severity::kLow, Severity::kHigh,
                                      Severity::kCritical};
  const auto worst = std::ranges::max(chain.signatures, {}, [&](const Signature& signature) {
    return life_of(signature, inspection.network().now).age;
  });
  const SignatureLife life = life_of(worst, inspection.network().now);
  if (life.age == SignatureAge::kFresh) {
    inspection.proved("signature_expiry", chain.zone);
    return;
  }
  const auto hours = std::chrono::duration_cast<std::chrono::hours>(life.left).count();
  inspection.found(
      "signature_expiry",
      {.about = chain.zone,
       .title = life.age == SignatureAge::kExpired ? "Signatures of the zone have run out" : "",
       .severity = kSeverities[static_cast<std::size_t>(life.age)],
       .observed = fmt::format("the signature of {} by key {} ends in {} hours",
                               record_type_name(worst.covered), worst.key_tag, hours),
       .reproduce = "dig +dnssec " + chain.zone + " SOA"});
}

void judge_rollover(Inspection& inspection, const Chain& chain) {
  const Answer cds = inspection.resolver().query(chain.zone, RecordType::kCds);
  if (cds.failed()) {
    inspection.unproved("rollover", chain.zone, cds.why);
    return;
  }
  const auto wanted = cds.all<DelegationSigner>();
  const Rollover rollover = rollover_of(chain.ds.all<DelegationSigner>(), wanted);
  if (rollover == Rollover::kNone) {
    inspection.proved("rollover", chain.zone);
    return;
  }
  std::string lines;
  for (const DelegationSigner& ds : wanted) {
    lines += fmt::format("{}{}. IN DS {}", lines.empty() ? "" : "\n", chain.zone, rdata_text(ds));
  }
  const bool removal = rollover == Rollover::kRemoval;
  inspection.found("rollover", {.about = chain.zone,
                                .title = removal ? "The zone asks the parent to end DNSSEC" : "",
                                .severity = removal ? Severity::kMedium : Severity::kLow,
                                .record = quoted_record(chain.zone, RecordType::kCds,
                                                        rdata_text(wanted.front())),
                                .corrected = removal ? "" : lines});
}

void inspect(Inspection& inspection) {
  const std::string& domain = inspection.subject().domain;
  std::string zone = zone_apex(inspection.resolver(), domain);
  if (zone.empty()) zone = domain;  // A zone that is bogus has no SOA record to find.
  const Chain chain = read_chain(inspection, zone);
  const bool is_signed = judge_signed(inspection, chain);
  judge_bogus(inspection, chain);
  if (!is_signed) {
    inspection.rest_not_applicable(chain.ds.failed() ? "there is no answer about DS records"
                                                     : "the zone is not signed");
    return;
  }
  judge_digests(inspection, chain);
  if (!chain.keys.empty()) {
    judge_signers(inspection, chain);
    for (const Record& record : chain.keys) judge_key(inspection, chain, record);
  }
  judge_iterations(inspection, chain);
  judge_expiry(inspection, chain);
  judge_rollover(inspection, chain);
  if (chain.keys.empty() && chain.keys_unknown.empty() && chain.ds.outcome == Outcome::kAnswer) {
    judge_signers(inspection, chain);
  }
  inspection.rest_unproved(
      zone, chain.keys_unknown.empty() ? "the zone's keys are not known" : chain.keys_unknown);
}

}  // namespace

extern constinit const Area area_dnssec;
constinit const Area area_dnssec{.name = "dnssec", .checks = kChecks, .inspect = inspect};

}  // namespace lr::domain
