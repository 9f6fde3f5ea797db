#include "domain/records/repair.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "domain/mail/dkim_key.h"
#include "domain/mail/dkim_signature.h"
#include "domain/mail/dmarc_record.h"
#include "domain/mail/spf.h"
#include "domain/mail/tag_list.h"
#include "domain/network.h"
#include "domain/records/dmarc_lint.h"
#include "domain/records/spf_lint.h"
#include "domain/records/spf_tree.h"
#include "domain/zone.h"

namespace lr::domain {
namespace {

using std::string_view;

/// For a line of text: what is not printable ASCII as \\xNN.
std::string escaped(string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x20 || byte >= 0x7f ? fmt::format("\\x{:02x}", byte) : std::string(1, c);
  }
  return out;
}

/// Each round repairs one thing.
constexpr int kRounds = 30;

constexpr auto kSpfRepaired =
    std::to_array<string_view>({"unknown_modifier", "pass_all", "no_all", "neutral_all",
                                "redirect_ignored", "unreachable_terms", "duplicate_terms"});
constexpr auto kDmarcRepaired =
    std::to_array<string_view>({"syntax", "invalid_policy", "duplicate_tags", "tag_order",
                                "policy_missing", "subdomains_weaker", "missing_weaker", "percent",
                                "testing", "public_suffix", "size_limit", "report_address"});

template <std::size_t N>
bool is_one_of(string_view name, const std::array<string_view, N>& names) {
  return std::ranges::find(names, name) != names.end();
}

/// Broken terms give way to what was meant, or to nothing and a line of `open`.
std::string with_good_terms(std::string text, std::vector<std::string>& open) {
  std::vector<SpfLeftOut> left_out;
  std::string good = with_likely_spf_terms(std::move(text), left_out);
  for (const SpfLeftOut& one : left_out) {
    open.push_back(
        fmt::format("SPF: '{}' is left out, because it {}; decide which sender it was meant "
                    "for and add that one",
                    escaped(one.term), one.why));
  }
  return good;
}

std::string without_remarks(std::string text) {
  for (int round = 0; round < kRounds; ++round) {
    const Result<SpfRecord> record = parse_spf(text);
    if (!record) break;
    const std::vector<SpfRemark> remarks = lint_spf(text, *record);
    const auto first = std::ranges::find_if(remarks, [](const SpfRemark& one) {
      // A modifier that we do not know may be an extension; only a mistyped mechanism is changed.
      const bool extension = one.check == "unknown_modifier" && !one.severity;
      return is_one_of(one.check, kSpfRepaired) && !extension && !one.corrected.empty();
    });
    if (first == remarks.end()) break;
    text = first->corrected;
  }
  return text;
}

/// All terms of several records before the `all` of the first. A redirect= becomes an include:,
/// other modifiers stand at the end, once each.
std::string merged(const std::vector<std::string>& records, std::vector<std::string>& open) {
  std::string out = "v=spf1";
  std::string all;
  std::string behind;
  std::vector<std::string> seen;
  for (const std::string& one : records) {
    const std::string good = with_good_terms(one, open);
    const Result<SpfRecord> record = parse_spf(good);
    if (!record) continue;
    for (const SpfModifier& modifier : record->modifiers) {
      const std::string written = good.substr(modifier.begin, modifier.end - modifier.begin);
      if (modifier.name == "redirect") {
        out += " include:" + written.substr(written.find('=') + 1);
      } else if (std::ranges::find(seen, modifier.name) == seen.end()) {
        seen.push_back(modifier.name);
        behind += " " + written;
      }
    }
    for (const SpfDirective& term : record->directives) {
      const std::string written = good.substr(term.begin, term.end - term.begin);
      if (term.mechanism != SpfMechanism::kAll) {
        out += " " + written;
      } else if (all.empty()) {
        all = " " + written;
      }
    }
  }
  return out + (all.empty() ? " ~all" : all) + behind;
}

std::string sender_term(const std::string& sender) {
  const auto ip = text::parse_ip(sender);
  if (!ip) return "a:" + sender;
  return fmt::format("{}:{}", ip->is_v4() ? "ip4" : "ip6", ip->str());
}

/// Does `text` let the address pass, with everything else as published?
class Proposal final : public Resolver {
 public:
  Proposal(Resolver& published, std::string domain, std::string text)
      : published_(published), domain_(std::move(domain)), text_(std::move(text)) {}
  Answer query(std::string_view name, RecordType type) override {
    if (type != RecordType::kTxt || canonical_name(name) != domain_) {
      return published_.query(name, type);
    }
    Answer answer{.outcome = Outcome::kAnswer, .records = {}, .aliases = {}, .why = {}};
    answer.records.push_back({.name = domain_, .type = type, .ttl = 0, .data = Text{{text_}}});
    return answer;
  }

 private:
  Resolver& published_;
  std::string domain_;
  std::string text_;
};

bool passes(Resolver& resolver, const std::string& domain, const std::string& text,
            const text::IpAddress& ip) {
  Proposal proposal(resolver, domain, text);
  return check_host(
             proposal,
             {.client = ip, .helo = domain, .mail_from = "postmaster@" + domain, .receiver = {}})
             .result == SpfResult::kPass;
}

std::string with_senders(std::string text, const Subject& subject, Resolver& resolver,
                         const std::string& domain) {
  for (const std::string& sender : subject.mail.senders) {
    std::vector<text::IpAddress> addresses;
    if (const auto ip = text::parse_ip(sender)) {
      addresses.push_back(*ip);
    } else {
      addresses = addresses_of(resolver, sender).all;
    }
    const bool all_pass = std::ranges::all_of(
        addresses, [&](const text::IpAddress& ip) { return passes(resolver, domain, text, ip); });
    constexpr std::size_t kBehindVersion = 6;
    if (!all_pass) {
      text = with_bytes(text, kBehindVersion, kBehindVersion, " " + sender_term(sender));
    }
  }
  return text;
}

/// An include or redirect= without a record behind it is an error for everybody.
std::string without_dead_ends(std::string text, Resolver& resolver, const std::string& domain,
                              std::vector<std::string>& open) {
  Proposal proposal(resolver, domain, text);
  for (const SpfTreeNode& node : read_spf_tree(proposal, domain).nodes) {
    const std::size_t at = text.find(node.via);
    const bool dead = node.state == SpfTreeNode::State::kNone && node.depth == 1;
    if (!dead || at == std::string::npos) continue;
    text = with_bytes(text, at, at + node.via.size(), "");
    open.push_back(fmt::format(
        "SPF: {} leads to no record and is left out; if that service sends for you, ask it for the "
        "right name",
        escaped(node.via)));
  }
  return text;
}

/// The joined text with a space where two strings lost theirs.
std::string joined_well(const Text& text) {
  std::string joined = text.joined();
  if (const auto seam = lost_space(text.strings)) joined.insert(*seam, " ");
  return joined;
}

std::string without_dmarc_remarks(std::string text) {
  for (int round = 0; round < kRounds; ++round) {
    const Result<DmarcRecord> record = parse_dmarc(text);
    if (!record) break;
    const std::vector<DmarcRemark> remarks = lint_dmarc(text, *record);
    const auto first = std::ranges::find_if(remarks, [](const DmarcRemark& one) {
      return is_one_of(one.check, kDmarcRepaired) && !one.corrected.empty();
    });
    if (first == remarks.end()) break;
    text = first->corrected;
  }
  while (text.ends_with(' ') || text.ends_with(';')) text.pop_back();
  return text;
}

string_view promised_policy(const Subject& subject) {
  if (!subject.mail.sends) return "reject";
  switch (subject.mail.dmarc.value_or(DmarcPromise::kQuarantine)) {
    case DmarcPromise::kNone:
      return "none";
    case DmarcPromise::kQuarantine:
      return "quarantine";
    case DmarcPromise::kReject:
      return "reject";
  }
  return "quarantine";
}

/// What is kept, as only its owner knows what was meant, and should not stay so.
void tell_wide_ranges(const std::string& text, std::vector<std::string>& open) {
  const Result<SpfRecord> record = parse_spf(text);
  if (!record) return;
  for (const SpfRemark& remark : lint_spf(text, *record)) {
    if (remark.check != "wide_range") continue;
    open.push_back(
        fmt::format("SPF: {}; keep only the addresses that mail leaves from", remark.observed));
  }
}

}  // namespace

SpfRepair repair_spf(const TxtRecords& txt, const Subject& subject, Resolver& resolver) {
  const std::string domain = mail_domain(subject);
  if (!subject.mail.sends) return {.text = "v=spf1 -all", .why = "nobody may send"};
  std::vector<std::string> records;
  for (const Text& text : txt.all) {
    if (is_spf_record(text.joined())) records.push_back(joined_well(text));
  }
  SpfRepair out{.why = "who may send"};
  if (records.empty()) {
    out.text = subject.mail.senders.empty() ? "v=spf1 mx ~all" : "v=spf1 ~all";
  } else {
    out.text = records.size() == 1 ? with_good_terms(records.front(), out.open)
                                   : merged(records, out.open);
  }
  out.text = without_dead_ends(without_remarks(out.text), resolver, domain, out.open);
  out.text = without_remarks(out.text);
  out.text = with_senders(out.text, subject, resolver, domain);
  if (!spf_problems(out.text).empty()) {
    return {.open = {"SPF: write the record of " + domain + " anew"}};
  }
  tell_wide_ranges(out.text, out.open);
  return out;
}

std::string repair_dmarc(const TxtRecords& txt, const Subject& subject) {
  const std::vector<std::string> records = txt.those(is_dmarc_record);
  const string_view least = promised_policy(subject);
  const std::string domain = mail_domain(subject);
  if (records.empty()) {
    const std::string policy = fmt::format("v=DMARC1; p={}", least);
    return subject.mail.receives ? policy + "; rua=mailto:postmaster@" + domain : policy;
  }
  std::string text = without_dmarc_remarks(records.front());
  const Result<DmarcRecord> record = parse_dmarc(text);
  if (!record) return text;
  const string_view now = dmarc_policy_name(record->policy.value_or(DmarcPolicy::kNone));
  const bool weaker = now != least && (now == "none" || least == "reject");
  // A stronger policy may leave others behind it.
  if (weaker) text = without_dmarc_remarks(with_dmarc_tag(text, "p", least));
  if (record->aggregate.empty() && subject.mail.receives) {
    text = with_dmarc_tag(text, "rua", "mailto:postmaster@" + domain);
  }
  return text;
}

std::string repair_dkim(std::string_view record) {
  std::string text(record);
  std::erase(text, '"');
  const auto drop = [&](string_view tag) { text = without_dmarc_tag(text, tag); };
  const Result<DkimPublicKey> before = DkimPublicKey::parse(text);
  if (!before) return {};
  if (before->testing()) drop("t");
  if (!before->allows_hash("sha256")) drop("h");
  if (!before->allows_service("email")) drop("s");
  drop("g");
  const Result<DkimPublicKey> after = DkimPublicKey::parse(text);
  const bool good = after && (after->type() != DkimKeyType::kRsa || after->bits() >= kRsaBitsMin);
  return good ? text : std::string();
}

}  // namespace lr::domain
