#include "domain/records/judge_spf.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "domain/mail/spf.h"
#include "domain/records/published.h"
#include "domain/records/spf_lint.h"
#include "domain/records/spf_tree.h"

namespace lr::domain {
namespace {

using report::Severity;
using State = SpfTreeNode::State;
using std::string_view;

/// The type of RFC 4408, retired by RFC 7208.
constexpr auto kSpfType = static_cast<RecordType>(99);
/// What fits into 512 bytes besides the header and the question (RFC 7208 section 3.4).
constexpr std::size_t kAnswerBytes = 450;
constexpr std::size_t kRecordBytes = 12;  ///< Owner (compressed), type, class, TTL, length.
constexpr int kNearLimit = 9;

struct Spf {
  Inspection& inspection;
  std::string domain;
  TxtRecords txt;
  std::string record{};  ///< The one SPF record.
  Found quoting(std::size_t begin, std::size_t end, string_view corrected) const {
    Found found{.about = domain, .record = quote_txt(domain, record, begin, end)};
    if (!corrected.empty()) found.corrected = txt_line(domain, corrected);
    return found;
  }
};

/// Begins like SPF to a reader, but not to a receiver.
bool looks_like_spf(string_view text) {
  if (is_spf_record(text)) return false;
  const std::string lower = lower_case(text.substr(0, 40));
  return lower.contains("v=spf") || lower.contains("v = spf1") || lower.starts_with("spf1 ");
}

void judge_count(Spf& spf) {
  Inspection& out = spf.inspection;
  const std::vector<std::string> records = spf.txt.those(is_spf_record);
  if (records.size() > 1) {
    std::string all;
    for (const std::string& one : records) all += one + "\n";
    out.found("several", {.about = spf.domain, .observed = all, .expected = "one record"});
  } else {
    out.proved("several", spf.domain);
  }
  const std::vector<std::string> odd = spf.txt.those(looks_like_spf);
  if (odd.empty()) {
    out.proved("misspelled", spf.domain);
  } else {
    Found found{.about = spf.domain, .record = quote_txt(spf.domain, odd.front())};
    if (!records.empty()) found.severity = Severity::kLow;
    out.found("misspelled", std::move(found));
  }
  if (records.size() == 1) spf.record = records.front();
}

/// No record at all: what that means depends on whether the domain sends.
void judge_missing(Spf& spf) {
  Inspection& out = spf.inspection;
  const bool none = spf.txt.those(is_spf_record).empty();
  if (!out.subject().mail.sends) {
    out.not_applicable("missing", "the domain promises to send no mail");
  } else if (none && !spf.txt.those(looks_like_spf).empty()) {
    out.not_applicable("missing", "there is one that cannot be read: see spf.misspelled");
  } else if (none) {
    out.found("missing", {.about = spf.domain,
                          .corrected = txt_line(spf.domain, "v=spf1 mx ~all"),
                          .observed = "no TXT record begins with v=spf1",
                          .reproduce = "dig +short " + spf.domain + " TXT"});
  } else {
    out.proved("missing", spf.domain);
  }
  if (!none) return out.proved("type99", spf.domain);
  const Answer old = out.resolver().query(spf.domain, kSpfType);
  if (old.failed()) return out.unproved("type99", spf.domain, old.why);
  if (old.records.empty()) return out.proved("type99", spf.domain);
  out.found("type99", {.about = spf.domain,
                       .observed = "a record of type SPF (99) and no SPF in TXT records",
                       .reproduce = "dig +short " + spf.domain + " TYPE99"});
}

/// A domain that must not send says exactly that nobody passes.
void judge_unused(Spf& spf) {
  Inspection& out = spf.inspection;
  if (out.subject().mail.sends) {
    return out.not_applicable("unused_open", "the domain promises to send mail");
  }
  const Result<SpfRecord> parsed = parse_spf(spf.record);
  const bool closed = parsed && parsed->directives.size() == 1 &&
                      parsed->directives.front().mechanism == SpfMechanism::kAll &&
                      parsed->directives.front().qualifier == SpfQualifier::kFail;
  if (closed) return out.proved("unused_open", spf.domain);
  Found found = spf.quoting(0, 0, "v=spf1 -all");
  if (spf.record.empty()) {
    found.record.reset();
    found.observed = "no SPF record, or more than one";
  }
  out.found("unused_open", std::move(found));
}

void judge_size(Spf& spf) {
  Inspection& out = spf.inspection;
  std::size_t size = 0;
  for (const Text& text : spf.txt.all) {
    size += kRecordBytes + text.strings.size() + text.joined().size();
  }
  if (size <= kAnswerBytes) {
    out.proved("large_record", spf.domain);
  } else {
    out.found("large_record",
              {.about = spf.domain,
               .observed = fmt::format("{} bytes in {} TXT records", size, spf.txt.all.size()),
               .expected = fmt::format("at most {} bytes", kAnswerBytes),
               .reproduce = "dig " + spf.domain + " TXT"});
  }
}

bool is_wide(char c) { return static_cast<unsigned char>(c) >= 0x80; }

/// Where a space is missing between two strings.
std::optional<std::size_t> seam_of(const Spf& spf) {
  for (const Text& text : spf.txt.all) {
    const auto seam = text.joined() == spf.record ? lost_space(text.strings) : std::nullopt;
    if (seam) return seam;
  }
  return std::nullopt;
}

void judge_bytes(Spf& spf) {
  Inspection& out = spf.inspection;
  const auto wide = std::ranges::find_if(spf.record, is_wide);
  const auto at = static_cast<std::size_t>(wide - spf.record.begin());
  std::optional<Found> found;
  if (wide != spf.record.end()) found = spf.quoting(at, at + 1, "");
  out.judge("non_ascii", spf.domain, std::move(found));
  found.reset();
  if (const auto seam = seam_of(spf)) {
    found = spf.quoting(*seam - 1, *seam + 1, with_bytes(spf.record, *seam, *seam, " "));
  }
  out.judge("lost_space", spf.domain, std::move(found));
}

/// A correction must not open to everybody what an error had closed.
std::string without_pass_all(std::string text) {
  const Result<SpfRecord> parsed = parse_spf(text);
  if (!parsed) return text;
  for (SpfRemark& remark : lint_spf(text, *parsed)) {
    if (remark.check == "pass_all") return std::move(remark.corrected);
  }
  return text;
}

void judge_syntax(Spf& spf) {
  Inspection& out = spf.inspection;
  std::optional<Found> syntax;
  std::optional<Found> unknown;
  const std::optional<std::size_t> seam = seam_of(spf);
  for (const SpfProblem& problem : spf_problems(spf.record)) {
    auto& slot = problem.unknown_mechanism ? unknown : syntax;
    const std::string term = spf.record.substr(problem.begin, problem.end - problem.begin);
    // spf.lost_space and spf.non_ascii say what these bytes are.
    const bool is_said = std::ranges::any_of(term, is_wide) ||
                         (seam && problem.begin < *seam && *seam < problem.end);
    if (slot || is_said) continue;
    std::string mended = with_bytes(spf.record, problem.begin, problem.end, likely_spf_term(term));
    slot = spf.quoting(problem.begin, problem.end, without_pass_all(std::move(mended)));
    slot->observed = fmt::format("column {}: '{}' {}", problem.begin + 1, term, problem.why);
  }
  out.judge("syntax", spf.domain, std::move(syntax));
  out.judge("unknown_mechanism", spf.domain, std::move(unknown));
}

/// ~all is no fault of a domain whose DMARC policy is enforced.
void judge_softfail(const Spf& spf, const SpfRemark& remark) {
  Inspection& out = spf.inspection;
  const std::optional<bool> enforced = is_dmarc_enforced(out.resolver(), spf.domain);
  if (enforced.value_or(false)) return out.proved("softfail_all", spf.domain);
  if (!enforced) return out.unproved("softfail_all", spf.domain, "its DMARC record is not known");
  out.found("softfail_all", spf.quoting(remark.begin, remark.end, remark.corrected));
}

void judge_terms(const Spf& spf, const SpfRecord& parsed) {
  Inspection& out = spf.inspection;
  std::vector<string_view> clean = spf_lint_checks();
  for (const SpfRemark& remark : lint_spf(spf.record, parsed)) {
    std::erase(clean, remark.check);
    if (remark.check == "softfail_all") {
      judge_softfail(spf, remark);
      continue;
    }
    Found found = spf.quoting(remark.begin, remark.end, remark.corrected);
    found.observed = remark.observed;
    found.severity = remark.severity;
    out.found(remark.check, std::move(found));
  }
  for (const string_view check : clean) out.proved(check, spf.domain);
}

void judge_limits(const Spf& spf, const SpfTree& tree) {
  Inspection& out = spf.inspection;
  const Found with_tree{
      .about = spf.domain, .record = quote_txt(spf.domain, spf.record), .observed = tree.text()};
  const auto say = [&](string_view check, bool bad) {
    if (bad) return out.found(check, with_tree);
    if (tree.failed) return out.unproved(check, spf.domain, tree.why);
    out.proved(check, spf.domain);
  };
  const bool over = tree.lookups > kSpfLookups || tree.cut;
  say("too_many_lookups", over);
  say("near_lookup_limit", !over && tree.lookups >= kNearLimit);
  say("void_lookups", tree.voids.size() > static_cast<std::size_t>(kSpfVoidLookups));
  std::optional<Found> empty;
  for (const SpfVoid& one : tree.voids) {
    const std::size_t at = one.domain == spf.domain ? spf.record.find(one.term) : std::string::npos;
    if (at == std::string::npos || one.term.contains("include:")) continue;
    empty =
        spf.quoting(at, at + one.term.size(), with_bytes(spf.record, at, at + one.term.size(), ""));
    empty->observed = one.name + " has no record that the term could match";
  }
  if (!empty && tree.failed) return out.unproved("without_hosts", spf.domain, tree.why);
  out.judge("without_hosts", spf.domain, std::move(empty));
}

/// The term of the root record that leads to `node`.
Found found_below(const Spf& spf, const SpfTree& tree, const SpfTreeNode& node) {
  Found found = spf.quoting(0, 0, "");
  if (node.depth == 1) {
    const std::size_t at = spf.record.find(node.via);
    if (at != std::string::npos) {
      found = spf.quoting(at, at + node.via.size(),
                          with_bytes(spf.record, at, at + node.via.size(), ""));
    }
  }
  found.observed = fmt::format("{}: {}\n{}", node.via, node.why, tree.text());
  return found;
}

void judge_includes(const Spf& spf, const SpfTree& tree) {
  Inspection& out = spf.inspection;
  constexpr auto kOf = std::to_array<string_view>(
      {"include_missing", "include_broken", "include_loop", "redirect_missing"});
  std::array<bool, kOf.size()> bad{};
  for (const SpfTreeNode& node : tree.nodes) {
    if (node.depth == 0 || node.state == State::kRead || node.state == State::kUnknown) continue;
    const bool redirect = node.via.starts_with("redirect=");
    const std::size_t which = node.state == State::kLoop   ? 2
                              : node.state != State::kNone ? 1
                              : redirect                   ? 3
                                                           : 0;
    bad[which] = true;
    out.found(kOf[which], found_below(spf, tree, node));
  }
  for (std::size_t i = 0; i < kOf.size(); ++i) {
    if (bad[i]) continue;
    if (tree.failed) {
      out.unproved(kOf[i], spf.domain, tree.why);
    } else {
      out.proved(kOf[i], spf.domain);
    }
  }
}

/// Of a record with an error: what opens it to everybody as soon as the error is corrected. Said
/// now, so that nobody publishes the correction without it.
void judge_openness(const Spf& spf) {
  Inspection& out = spf.inspection;
  std::vector<SpfLeftOut> left_out;
  const std::string mended = with_likely_spf_terms(spf.record, left_out);
  const Result<SpfRecord> parsed = parse_spf(mended);
  if (!parsed) return;
  for (const SpfRemark& remark : lint_spf(mended, *parsed)) {
    if (remark.check != "pass_all" && remark.check != "wide_range") continue;
    const std::string term = mended.substr(remark.begin, remark.end - remark.begin);
    const std::size_t at = spf.record.find(term);
    if (at == std::string::npos) continue;
    Found found = spf.quoting(at, at + term.size(), remark.corrected);
    found.observed = "counts as soon as the error of the record is corrected: " + remark.observed;
    out.found(remark.check, std::move(found));
  }
}

/// Does the record fail whoever sends, as another check of this area has found?
bool is_broken(const SpfTree& tree) {
  const auto refuses = [](const SpfTreeNode& node) {
    return node.state != State::kRead && node.state != State::kUnknown;
  };
  return tree.lookups > kSpfLookups || tree.cut || std::ranges::any_of(tree.nodes, refuses) ||
         tree.voids.size() > static_cast<std::size_t>(kSpfVoidLookups);
}

void judge_senders(const Spf& spf, const SpfTree& tree) {
  Inspection& out = spf.inspection;
  const SenderAddresses senders = sender_addresses(out);
  for (const auto& [sender, why] : senders.unknown) out.unproved("sender_refused", sender, why);
  for (const std::string& sender : senders.without) {
    out.found("sender_refused",
              {.about = sender, .title = "A promised sender has no address", .observed = sender});
  }
  const std::string from = "postmaster@" + spf.domain;
  for (const auto& [sender, ip] : senders.known) {
    const SpfAnswer answer = check_host(
        out.resolver(), {.client = ip, .helo = sender, .mail_from = from, .receiver = {}});
    if (answer.result == SpfResult::kPass) {
      out.proved("sender_refused", sender);
    } else if (answer.result == SpfResult::kTempError) {
      out.unproved("sender_refused", sender, answer.why);
    } else if (answer.result == SpfResult::kPermError && is_broken(tree)) {
      out.not_applicable("sender_refused", "the record fails for everybody: " + answer.why);
    } else {
      const auto term = fmt::format("{}:{}", ip.is_v4() ? "ip4" : "ip6", ip.str());
      Found found = spf.quoting(0, 0, with_bytes(spf.record, 6, 6, " " + term));
      found.about = sender;
      found.observed = fmt::format("{} {} {}", ip.str(), spf_result_name(answer.result),
                                   answer.why.empty() ? answer.term : answer.why);
      out.found("sender_refused", std::move(found));
    }
  }
  if (out.subject().mail.senders.empty()) {
    out.not_applicable("sender_refused", "no senders are promised");
  }
}

void judge_subdomains(const Spf& spf) {
  Inspection& out = spf.inspection;
  for (const std::string& host : out.subject().web_hosts) {
    if (host == spf.domain || !host.ends_with("." + spf.domain)) continue;
    const TxtRecords txt = ask_txt(out.resolver(), host);
    const std::optional<bool> enforced = is_dmarc_enforced(out.resolver(), host);
    if (!txt.those(is_spf_record).empty() || enforced.value_or(false)) {
      out.proved("subdomains", host);
    } else if (txt.failed || !enforced) {
      out.unproved("subdomains", host, txt.failed ? txt.why : "its DMARC record is not known");
    } else {
      out.found("subdomains", {.about = host,
                               .corrected = txt_line(host, "v=spf1 -all"),
                               .observed = "no SPF record of its own and no enforced DMARC policy",
                               .reproduce = "dig +short " + host + " TXT"});
    }
  }
}

}  // namespace

SenderAddresses sender_addresses(Inspection& inspection) {
  SenderAddresses out;
  std::size_t seen = 0;
  for (const std::string& sender : inspection.subject().mail.senders) {
    if (++seen > kSendersMax) {
      out.unknown.emplace_back(sender, fmt::format("only {} senders are asked", kSendersMax));
      break;
    }
    if (const auto ip = text::parse_ip(sender)) {
      out.known.push_back({sender, *ip});
      continue;
    }
    const HostAddresses found = addresses_of(inspection.resolver(), sender);
    for (std::size_t i = 0; i < found.all.size() && i < kAddressesPerSender; ++i) {
      out.known.push_back({sender, found.all[i]});
    }
    if (found.failed) {
      out.unknown.emplace_back(sender, found.why);
    } else if (found.all.empty()) {
      out.without.push_back(sender);
    }
  }
  return out;
}

void judge_spf(Inspection& inspection) {
  Spf spf{.inspection = inspection,
          .domain = mail_domain(inspection.subject()),
          .txt = ask_txt(inspection.resolver(), mail_domain(inspection.subject()))};
  if (spf.txt.failed) return inspection.rest_unproved(spf.domain, spf.txt.why);
  judge_count(spf);
  judge_missing(spf);
  judge_unused(spf);
  judge_subdomains(spf);
  judge_size(spf);
  judge_bytes(spf);
  if (!spf.record.empty()) {
    judge_syntax(spf);
    if (const Result<SpfRecord> parsed = parse_spf(spf.record)) {
      judge_terms(spf, *parsed);
      const SpfTree tree = read_spf_tree(inspection.resolver(), spf.domain);
      judge_limits(spf, tree);
      judge_includes(spf, tree);
      judge_senders(spf, tree);
    } else {
      judge_openness(spf);
    }
  }
  inspection.rest_not_applicable("there is no SPF record that receivers could read");
}

}  // namespace lr::domain
