#include "domain/records/judge_dmarc.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "domain/mail/dmarc.h"
#include "domain/mail/public_suffix.h"
#include "domain/mail/spf_macro.h"
#include "domain/mail/tag_list.h"
#include "domain/records/dmarc_lint.h"
#include "domain/records/published.h"
#include "domain/zone.h"

namespace lr::domain {
namespace {

using report::Severity;
using std::string_view;
using Discovered = DmarcDiscovery::Outcome;

constexpr std::size_t kReportAddressesMax = 10;

struct Dmarc {
  Inspection& out;
  std::string domain;
  TxtRecords txt;        ///< At "_dmarc." before the domain.
  DmarcDiscovery found;  ///< By RFC 9989.
  std::string name{};    ///< Where the record that applies stands: "_dmarc.…".
  const DmarcRecord& record() const { return *found.record; }
  Found quoting(std::size_t begin, std::size_t end, string_view corrected) const {
    Found one{.about = domain, .record = quote_txt(name, found.text, begin, end)};
    if (!corrected.empty()) one.corrected = txt_line(name, corrected);
    return one;
  }
  /// The bytes of a tag; nothing when it is not there.
  Found at_tag(string_view tag, string_view corrected) const {
    const auto tags = dmarc_tags(found.text);
    const auto at = std::ranges::find(tags, tag, &DmarcTag::name);
    if (at == tags.end()) return quoting(0, 0, corrected);
    return quoting(at->begin, at->end, corrected);
  }
};

DmarcPolicy promised(const Subject& subject) {
  switch (subject.mail.dmarc.value_or(DmarcPromise::kQuarantine)) {
    case DmarcPromise::kNone:
      return DmarcPolicy::kNone;
    case DmarcPromise::kQuarantine:
      return DmarcPolicy::kQuarantine;
    case DmarcPromise::kReject:
      return DmarcPolicy::kReject;
  }
  return DmarcPolicy::kQuarantine;
}

/// A first record for a domain: to its own postmaster, as strict as promised.
std::string proposed(const Dmarc& dmarc) {
  const Subject& subject = dmarc.out.subject();
  const DmarcPolicy least = subject.mail.sends ? promised(subject) : DmarcPolicy::kReject;
  const std::string policy = fmt::format("v=DMARC1; p={}", dmarc_policy_name(least));
  return subject.mail.receives ? policy + "; rua=mailto:postmaster@" + dmarc.domain : policy;
}

void judge_presence(const Dmarc& dmarc) {
  Inspection& out = dmarc.out;
  const std::string at = "_dmarc." + dmarc.domain;
  const std::vector<std::string> records = dmarc.txt.those(is_dmarc_record);
  std::optional<Found> found;
  if (records.size() > 1) {
    found = Found{.about = at, .observed = fmt::format("{}", fmt::join(records, "\n"))};
    found->reproduce = "dig +short " + at + " TXT";
  }
  out.judge("several", dmarc.domain, std::move(found));
  found.reset();
  for (const Text& text : dmarc.txt.all) {
    const std::string one = text.joined();
    if (one.starts_with("v=DMARC1") && is_dmarc_record(one)) continue;
    if (!lower_case(one).contains("dmarc")) continue;
    const std::size_t end = std::min(one.find(';'), one.size());
    found = Found{.about = at, .record = quote_txt(at, one, 0, std::min<std::size_t>(20, end))};
    found->corrected = txt_line(at, "v=DMARC1" + one.substr(end));
    // "V = DMARC1" is a record by the grammar, but not to all who only compare the first bytes.
    if (!records.empty()) found->severity = Severity::kLow;
  }
  out.judge("version", dmarc.domain, std::move(found));
}

/// Of a record that is there, but cannot be found or read, another check says how.
void judge_missing(const Dmarc& dmarc, bool is_misplaced) {
  const bool none = dmarc.found.outcome == Discovered::kNoRecord && !dmarc.found.record;
  const bool unread = std::ranges::any_of(
      dmarc.txt.all, [](const Text& text) { return lower_case(text.joined()).contains("dmarc"); });
  if (!none) return dmarc.out.proved("missing", dmarc.domain);
  if (is_misplaced || unread) {
    return dmarc.out.not_applicable("missing", "there is a record, but receivers cannot use it");
  }
  const std::string at = "_dmarc." + dmarc.domain;
  dmarc.out.found("missing", {.about = dmarc.domain,
                              .corrected = txt_line(at, proposed(dmarc)),
                              .observed = "no DMARC record at the domain or above it",
                              .reproduce = "dig +short " + at + " TXT"});
}

/// Records at the domain itself or below a doubled name, as web forms make them. True: found one.
bool judge_wrong_name(const Dmarc& dmarc) {
  Inspection& out = dmarc.out;
  const std::array<std::string, 2> names{dmarc.domain, fmt::format("_dmarc.{0}.{0}", dmarc.domain)};
  for (const std::string& name : names) {
    const TxtRecords txt = ask_txt(out.resolver(), name);
    if (txt.failed) {
      out.unproved("wrong_name", dmarc.domain, txt.why);
      return false;
    }
    const std::vector<std::string> records = txt.those(is_dmarc_record);
    if (records.empty()) continue;
    Found found{.about = name,
                .record = quote_txt(name, records.front()),
                .corrected = txt_line("_dmarc." + dmarc.domain, records.front())};
    if (!dmarc.txt.those(is_dmarc_record).empty()) found.severity = Severity::kLow;
    out.found("wrong_name", std::move(found));
    return true;
  }
  out.proved("wrong_name", dmarc.domain);
  return false;
}

/// t=y alone keeps the policy below the promise.
bool only_tested(const Dmarc& dmarc) {
  if (!dmarc.out.subject().mail.dmarc) return false;
  const DmarcPolicy least = promised(dmarc.out.subject());
  return dmarc.found.effective < least && dmarc.found.published >= least;
}

void judge_text(const Dmarc& dmarc) {
  std::vector<string_view> clean = dmarc_lint_checks();
  for (const DmarcRemark& remark : lint_dmarc(dmarc.found.text, dmarc.record())) {
    std::erase(clean, remark.check);
    Found found = dmarc.quoting(remark.begin, remark.end, remark.corrected);
    found.observed = remark.observed;
    if (remark.check == "testing" && only_tested(dmarc)) found.severity = Severity::kHigh;
    dmarc.out.found(remark.check, std::move(found));
  }
  for (const string_view check : clean) dmarc.out.proved(check, dmarc.domain);
}

/// Against the contract. True: it is weaker, and that is said.
bool judge_promise(const Dmarc& dmarc) {
  Inspection& out = dmarc.out;
  const DmarcPolicy least = promised(out.subject());
  if (!out.subject().mail.dmarc) {
    out.not_applicable("below_promise", "no DMARC policy is promised");
    return false;
  }
  if (only_tested(dmarc)) {
    out.not_applicable("below_promise", "t=y is the cause: see dmarc.testing");
    return false;
  }
  std::optional<Found> found;
  const bool below = dmarc.found.effective < least;
  if (below) {
    found = dmarc.at_tag(dmarc.found.tag,
                         with_dmarc_tag(dmarc.found.text, "p", dmarc_policy_name(least)));
    found->observed = fmt::format("effective policy {}", dmarc_policy_name(dmarc.found.effective));
    found->expected = std::string(dmarc_policy_name(least));
  }
  out.judge("below_promise", dmarc.domain, std::move(found));
  return below;
}

/// Each cause is said once: a policy that cannot be read, that is weaker than promised, or t=y.
void judge_policy(const Dmarc& dmarc) {
  Inspection& out = dmarc.out;
  if (dmarc.record().invalid_policy || dmarc.record().invalid_missing) {
    for (const string_view check : {"below_promise", "policy_none", "unused_open"}) {
      out.not_applicable(check, "the policy cannot be read: see dmarc.invalid_policy");
    }
    return;
  }
  const auto with_policy = [&](DmarcPolicy policy) {
    return with_dmarc_tag(dmarc.found.text, "p", dmarc_policy_name(policy));
  };
  const DmarcPolicy least = promised(out.subject());
  std::optional<Found> found;
  const bool none = dmarc.record().policy == DmarcPolicy::kNone;
  if (judge_promise(dmarc)) {
    out.not_applicable("policy_none", "a stricter policy is promised: see dmarc.below_promise");
  } else if (!dmarc.record().policy) {
    out.not_applicable("policy_none", "there is no p=: see dmarc.policy_missing");
  } else {
    if (none && least != DmarcPolicy::kNone) found = dmarc.at_tag("p", with_policy(least));
    out.judge("policy_none", dmarc.domain, std::move(found));
  }
  if (out.subject().mail.sends) {
    return out.not_applicable("unused_open", "the domain promises to send mail");
  }
  found.reset();
  if (dmarc.found.published != DmarcPolicy::kReject) {
    found = dmarc.at_tag("p", with_policy(DmarcPolicy::kReject));
  }
  out.judge("unused_open", dmarc.domain, std::move(found));
}

/// Adds to what is said about one report address.
void judge_address(const Dmarc& dmarc, const DmarcReportUri& uri) {
  Inspection& out = dmarc.out;
  const std::string owner = dmarc.found.where;
  const std::optional<bool> may = may_report_to(out.resolver(), owner, uri.domain);
  if (!may) {
    out.unproved("report_unauthorised", uri.domain, "the answer of its servers did not come");
  } else if (*may) {
    out.proved("report_unauthorised", uri.domain);
  } else {
    const std::size_t at = dmarc.found.text.find(uri.uri);
    Found found = dmarc.quoting(at, at + uri.uri.size(), "");
    found.about = uri.domain;
    found.corrected = txt_line(owner + "._report._dmarc." + uri.domain, "v=DMARC1;");
    out.found("report_unauthorised", std::move(found));
  }
  const std::optional<bool> accepts = accepts_mail(out.resolver(), uri.domain);
  if (!accepts) {
    out.unproved("report_unreachable", uri.domain, "its MX records are not known");
  } else if (*accepts) {
    out.proved("report_unreachable", uri.domain);
  } else {
    const std::size_t at = dmarc.found.text.find(uri.uri);
    Found found = dmarc.quoting(at, at + uri.uri.size(), "");
    found.about = uri.domain;
    out.found("report_unreachable", std::move(found));
  }
}

void judge_reports(const Dmarc& dmarc) {
  std::vector<DmarcReportUri> all = dmarc.record().aggregate;
  std::ranges::copy(dmarc.record().failure, std::back_inserter(all));
  std::vector<std::string> seen;
  for (const DmarcReportUri& uri : all) {
    if (uri.domain.empty() || seen.size() == kReportAddressesMax) continue;
    if (std::ranges::find(seen, uri.domain) != seen.end()) continue;
    seen.push_back(uri.domain);
    judge_address(dmarc, uri);
  }
  if (!seen.empty()) return;
  for (const string_view check : {"report_unauthorised", "report_unreachable"}) {
    dmarc.out.not_applicable(check, "the record has no report address");
  }
}

/// The domain of the promised From address against strict modes.
void judge_alignment(const Dmarc& dmarc) {
  Inspection& out = dmarc.out;
  const std::string& from = out.subject().mail.from;
  const std::size_t at = from.rfind('@');
  if (at == std::string::npos) {
    return out.not_applicable("alignment", "the address of product mail is not promised");
  }
  const std::string from_domain = canonical_name(from.substr(at + 1));
  const bool strict = dmarc.record().strict_dkim && dmarc.record().strict_spf;
  std::optional<Found> found;
  if (strict && from_domain != dmarc.domain) {
    std::string relaxed = with_dmarc_tag(dmarc.found.text, "adkim", "r");
    found = dmarc.at_tag("adkim", with_dmarc_tag(relaxed, "aspf", "r"));
    found->observed = fmt::format("mail is from {}, keys and SPF are of {}", from, dmarc.domain);
  }
  out.judge("alignment", dmarc.domain, std::move(found));
}

std::string described(string_view edition, const DmarcDiscovery& found) {
  if (found.outcome != Discovered::kFound) return fmt::format("{}: no policy applies", edition);
  return fmt::format("{}: {} by {} of _dmarc.{}", edition, dmarc_policy_name(found.effective),
                     found.tag.empty() ? "default" : found.tag, found.where);
}

void judge_editions(const Dmarc& dmarc) {
  Inspection& out = dmarc.out;
  const Result<PublicSuffixList> list = PublicSuffixList::load(std::string(kPublicSuffixFile));
  if (!list) return out.not_applicable("editions", list.error().detail());
  const auto registrable = [&](string_view name) { return list->registrable(name); };
  const DmarcDiscovery older =
      discover_dmarc(out.resolver(), dmarc.domain, DmarcEdition::kRfc7489, registrable);
  if (older.outcome == Discovered::kUnknown) {
    return out.unproved("editions", dmarc.domain, "a DMARC record is not known");
  }
  const bool same = older.outcome == dmarc.found.outcome && older.where == dmarc.found.where &&
                    older.effective == dmarc.found.effective;
  std::optional<Found> found;
  if (!same) {
    found =
        Found{.about = dmarc.domain,
              .observed = described("RFC 9989", dmarc.found) + "\n" + described("RFC 7489", older)};
    // Only one of them knows t=y, which dmarc.testing is about.
    if (dmarc.record().testing && older.effective == dmarc.found.published) {
      found->severity = Severity::kLow;
    }
  }
  out.judge("editions", dmarc.domain, std::move(found));
}

/// Names between the domain and its last seven labels are never asked.
void judge_walk(const Dmarc& dmarc) {
  Inspection& out = dmarc.out;
  string_view name = dmarc.domain;
  const auto labels = [](string_view text) { return 1 + std::ranges::count(text, '.'); };
  constexpr std::ptrdiff_t kAsked = static_cast<std::ptrdiff_t>(kDmarcWalkSteps) - 1;
  constexpr std::size_t kSkippedMax = 20;
  std::size_t asked = 0;
  name.remove_prefix(std::min(name.find('.'), name.size() - 1) + 1);
  while (labels(name) > kAsked && asked++ < kSkippedMax) {
    const std::string at = "_dmarc." + std::string(name);
    const TxtRecords txt = ask_txt(out.resolver(), at);
    if (txt.failed) return out.unproved("walk_cut", dmarc.domain, txt.why);
    if (const auto records = txt.those(is_dmarc_record); !records.empty()) {
      return out.found("walk_cut", {.about = at, .record = quote_txt(at, records.front())});
    }
    name.remove_prefix(name.find('.') + 1);
  }
  out.proved("walk_cut", dmarc.domain);
}

}  // namespace

void judge_dmarc(Inspection& inspection) {
  const std::string domain = mail_domain(inspection.subject());
  Dmarc dmarc{.out = inspection,
              .domain = domain,
              .txt = ask_txt(inspection.resolver(), "_dmarc." + domain),
              .found = discover_dmarc(inspection.resolver(), domain, DmarcEdition::kRfc9989,
                                      RegistrableDomain())};
  if (dmarc.txt.failed) return inspection.rest_unproved(domain, dmarc.txt.why);
  if (dmarc.found.outcome == DmarcDiscovery::Outcome::kUnknown) {
    return inspection.rest_unproved(domain, "a DMARC record above the domain is not known");
  }
  judge_presence(dmarc);
  judge_missing(dmarc, judge_wrong_name(dmarc));
  judge_walk(dmarc);
  judge_editions(dmarc);
  if (dmarc.found.record) {
    dmarc.name = "_dmarc." + dmarc.found.where;
    judge_text(dmarc);
    judge_policy(dmarc);
    judge_reports(dmarc);
    judge_alignment(dmarc);
  }
  inspection.rest_not_applicable("there is no DMARC record that receivers could read");
}

}  // namespace lr::domain
