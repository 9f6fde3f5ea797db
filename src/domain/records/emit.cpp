#include "domain/records/emit.h"

#include <fmt/format.h>

#include <algorithm>

#include "crypto/digest.h"
#include "domain/mail/dmarc_record.h"
#include "domain/mail/mta_sts.h"
#include "domain/mail/spf_record.h"
#include "domain/mail/tls_rpt.h"
#include "domain/network.h"
#include "domain/rdata_text.h"
#include "domain/records/judge_dkim.h"
#include "domain/records/judge_mta_sts.h"
#include "domain/records/published.h"
#include "domain/records/repair.h"
#include "domain/zone.h"

namespace lr::domain {
namespace {

using std::string_view;

constexpr std::uint32_t kPolicyAge = 604'800;  ///< A week, as RFC 8461 section 3.2 suggests.
constexpr std::size_t kPolicyIdBytes = 16;
constexpr const char* kOneOfSeveral = "the first of several, which counted as none";

class Emitter {
 public:
  Emitter(const Subject& subject, Resolver& resolver)
      : subject_(subject), resolver_(resolver), domain_(mail_domain(subject)) {
    emission_.domain = domain_;
  }

  Emission run() {
    spf();
    dmarc();
    dkim();
    exchanges();
    if (subject_.mail.receives) {
      tls_rpt();
      mta_sts();
    }
    issuers();
    return std::move(emission_);
  }

 private:
  void add(const std::string& name, RecordType type, Rdata data, std::string why) {
    Record record{.name = name, .type = type, .ttl = kEmittedTtl, .data = std::move(data)};
    emission_.add.push_back({std::move(record), std::move(why)});
  }
  void remove(const std::string& name, RecordType type, Rdata data, std::string why) {
    Record record{.name = name, .type = type, .ttl = kEmittedTtl, .data = std::move(data)};
    emission_.remove.push_back({std::move(record), std::move(why)});
  }
  void add_txt(const std::string& name, std::string text, std::string why) {
    add(name, RecordType::kTxt, Text{{std::move(text)}}, std::move(why));
  }

  /// Puts `text` in the place of the records of one kind, unless that is what is there.
  void replace(const TxtRecords& txt, bool (*is_one)(string_view), const std::string& text,
               const std::string& why) {
    std::vector<Text> old;
    std::ranges::copy_if(txt.all, std::back_inserter(old),
                         [&](const Text& one) { return is_one(one.joined()); });
    if (old.size() == 1 && old.front().joined() == text) return;
    if (!txt.aliases.empty()) {
      // Beside an alias there can be no other record: the name it leads to is the place.
      emission_.open.push_back(fmt::format("{} is an alias of {}; the record there should be {}",
                                           txt.name, txt.aliases.back(), rdata_text(Text{{text}})));
      return;
    }
    for (const Text& one : old) remove(txt.name, RecordType::kTxt, one, "replaced");
    add_txt(txt.name, text, why);
  }

  bool unknown(const TxtRecords& txt) {
    if (txt.failed) emission_.open.push_back(txt.why);
    return txt.failed;
  }

  void spf() {
    const TxtRecords txt = ask_txt(resolver_, domain_);
    if (unknown(txt)) return;
    const SpfRepair repair = repair_spf(txt, subject_, resolver_);
    for (const std::string& line : repair.open) emission_.open.push_back(line);
    if (!repair.text.empty()) replace(txt, is_spf_record, repair.text, "SPF: " + repair.why);
  }

  void dmarc() {
    const TxtRecords txt = ask_txt(resolver_, "_dmarc." + domain_);
    if (unknown(txt)) return;
    const std::string text = repair_dmarc(txt, subject_);
    if (!text.empty()) replace(txt, is_dmarc_record, text, "DMARC: the policy as promised");
  }

  void dkim() {
    const auto& selectors = subject_.mail.selectors;
    for (std::size_t i = 0; i < selectors.size() && i < kSelectorsMax; ++i) {
      const TxtRecords txt = ask_txt(resolver_, dkim_key_name(selectors[i], domain_));
      if (unknown(txt)) continue;
      if (txt.all.empty()) {
        emission_.open.push_back(
            fmt::format("DKIM: publish the key that your mail service shows for {}", txt.name));
        continue;
      }
      if (txt.all.size() != 1) {
        emission_.open.push_back("DKIM: keep one record at " + txt.name);
        continue;
      }
      const std::string old = txt.all.front().joined();
      const std::string text = repair_dkim(old);
      if (text.empty()) {
        emission_.open.push_back("DKIM: make a new key for " + txt.name);
      } else {
        replace(
            txt, [](string_view) { return true; }, text,
            "DKIM: the same key without what keeps it from counting");
      }
    }
  }

  void exchanges() {
    const Answer answer = resolver_.query(domain_, RecordType::kMx);
    if (answer.failed()) {
      emission_.open.push_back(fmt::format("{} MX: {}", domain_, answer.why));
      return;
    }
    const std::vector<MailExchange> all = answer.all<MailExchange>();
    const auto nulls = std::ranges::count(all, std::string(), &MailExchange::host);
    const bool any_host = static_cast<std::size_t>(nulls) < all.size();
    if (subject_.mail.receives) {
      if (!any_host) emission_.open.push_back("MX: publish the records of your mail service");
      for (const MailExchange& mx : all) {
        if (mx.host.empty()) remove(domain_, RecordType::kMx, mx, "mail is received");
      }
      return;
    }
    for (const MailExchange& mx : all) {
      if (!mx.host.empty()) remove(domain_, RecordType::kMx, mx, "no mail is received");
    }
    if (nulls == 0) {
      add(domain_, RecordType::kMx, MailExchange{0, ""}, "null MX: no mail is received");
    }
  }

  void tls_rpt() {
    const TxtRecords txt = ask_txt(resolver_, "_smtp._tls." + domain_);
    if (unknown(txt)) return;
    const std::vector<std::string> records = txt.those(is_tls_rpt_record);
    const auto good = std::ranges::find_if(
        records, [](const std::string& one) { return parse_tls_rpt(one).has_value(); });
    if (good != records.end()) return replace(txt, is_tls_rpt_record, *good, kOneOfSeveral);
    replace(txt, is_tls_rpt_record, "v=TLSRPTv1; rua=mailto:postmaster@" + domain_,
            "TLS reporting: reports about mail that could not be delivered over TLS");
  }

  void mta_sts() {
    const TxtRecords txt = ask_txt(resolver_, "_mta-sts." + domain_);
    if (unknown(txt)) return;
    const std::vector<std::string> records = txt.those(is_mta_sts_record);
    const auto good = std::ranges::find_if(
        records, [](const std::string& one) { return parse_mta_sts_record(one).has_value(); });
    if (good != records.end()) return replace(txt, is_mta_sts_record, *good, kOneOfSeveral);
    const MxHosts mx = mx_hosts(resolver_, domain_);
    if (mx.failed || mx.hosts.empty()) {
      emission_.open.push_back("MTA-STS: needs the MX records first");
      return;
    }
    const MtaStsPolicy policy{.mode = MtaStsMode::kTesting, .max_age = kPolicyAge, .mx = mx.hosts};
    emission_.mta_sts_policy = mta_sts_policy_text(policy);
    const std::string id =
        crypto::hex(crypto::sha256(emission_.mta_sts_policy)).substr(0, kPolicyIdBytes);
    replace(txt, is_mta_sts_record, "v=STSv1; id=" + id,
            "MTA-STS: mail servers fetch the policy that stands below");
    if (addresses_of(resolver_, "mta-sts." + domain_).all.empty()) {
      emission_.open.push_back(
          fmt::format("MTA-STS: serve the policy at https://mta-sts.{}/.well-known/mta-sts.txt and "
                      "publish an address for that host",
                      domain_));
    }
  }

  /// RFC 8659: the promised issuers, and nobody else when there was no CAA record.
  void issuers() {
    if (subject_.issuers.empty()) return;
    const std::string name = canonical_name(subject_.domain);
    const Answer answer = resolver_.query(name, RecordType::kCaa);
    if (answer.failed()) {
      emission_.open.push_back(fmt::format("{} CAA: {}", name, answer.why));
      return;
    }
    const auto present = answer.all<CertificateAuthority>();
    for (const std::string& issuer : subject_.issuers) {
      const bool there = std::ranges::any_of(present, [&](const CertificateAuthority& one) {
        const string_view value = one.value;
        return one.tag == "issue" && value.substr(0, value.find_first_of("; ")) == issuer;
      });
      if (there) continue;
      add(name, RecordType::kCaa, CertificateAuthority{0, "issue", issuer},
          "CAA: certificates come from " + issuer);
    }
  }

  const Subject& subject_;
  Resolver& resolver_;
  std::string domain_;
  Emission emission_;
};

}  // namespace

Emission emit_records(const Subject& subject, Resolver& resolver) {
  return Emitter(subject, resolver).run();
}

}  // namespace lr::domain
