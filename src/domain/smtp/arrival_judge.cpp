#include "domain/smtp/arrival_judge.h"

#include <fmt/format.h>

#include <algorithm>

#include "domain/mail/canonical.h"
#include "domain/mail/tag_list.h"
#include "domain/zone.h"

namespace lr::domain {
namespace {

using report::Severity;

constexpr int kRsaBitsWanted = 2048;

/// What every judgement below looks at.
struct Arrival {
  const MailPathProof& proof;
  const ArrivalVerdict& verdict;
  const Message& message;
  std::string about;
};

std::string in_words(const DkimVerdict& one) {
  return fmt::format("d={} s={} {}: {}{}{}", one.domain, one.selector, one.algorithm,
                     dkim_result_name(one.result), one.why.empty() ? "" : ", ", one.why);
}

std::string all_signatures(const Arrival& arrival) {
  std::string out;
  for (const DkimVerdict& one : arrival.verdict.dkim) out += in_words(one) + "\n";
  return out;
}

bool any_signature(const Arrival& arrival, DkimResult result) {
  return std::ranges::any_of(arrival.verdict.dkim,
                             [&](const DkimVerdict& one) { return one.result == result; });
}

void judge_spf(Inspection& out, const Arrival& arrival) {
  const auto& spf = arrival.verdict.spf;
  if (!spf)
    return out.unproved("spf", arrival.about, "the mailbox does not tell the sender's address");
  if (spf->result == SpfResult::kTempError) return out.unproved("spf", arrival.about, spf->why);
  if (spf->result == SpfResult::kPass) return out.proved("spf", arrival.about);
  const ReceivedMail& mail = *arrival.proof.arrived;
  const bool strong = spf->result == SpfResult::kFail || spf->result == SpfResult::kPermError;
  out.found("spf",
            {.about = arrival.about,
             .severity = strong ? Severity::kHigh : Severity::kMedium,
             .observed = fmt::format("{} for {} from {} ({})", spf_result_name(spf->result),
                                     mail.mail_from.empty() ? mail.helo : mail.mail_from,
                                     mail.client.str(), spf->term.empty() ? spf->why : spf->term),
             .expected = "pass"});
}

void judge_dkim(Inspection& out, const Arrival& arrival) {
  if (arrival.verdict.dkim.empty()) {
    out.found("dkim_missing", {.about = arrival.about});
    out.not_applicable("dkim_invalid", "there is no signature");
    out.not_applicable("dkim_weak", "there is no signature");
    return;
  }
  out.proved("dkim_missing", arrival.about);
  if (!any_signature(arrival, DkimResult::kPass)) {
    if (any_signature(arrival, DkimResult::kTempError)) {
      out.unproved("dkim_invalid", arrival.about, all_signatures(arrival));
    } else {
      out.found("dkim_invalid", {.about = arrival.about, .observed = all_signatures(arrival)});
    }
    return out.not_applicable("dkim_weak", "no signature is valid");
  }
  out.proved("dkim_invalid", arrival.about);
  std::string weak;
  for (const DkimVerdict& one : arrival.verdict.dkim) {
    if (one.result != DkimResult::kPass) continue;
    const bool short_key = one.algorithm.starts_with("rsa") && one.key_bits < kRsaBitsWanted;
    if (short_key) weak += fmt::format("{}: a key of {} bits\n", one.selector, one.key_bits);
    if (one.testing) weak += one.selector + ": the key is marked as a test (t=y)\n";
    if (one.body_is_partial) weak += one.selector + ": only a part of the body is signed (l=)\n";
  }
  std::optional<Found> found;
  if (!weak.empty()) found = Found{.about = arrival.about, .observed = weak};
  out.judge("dkim_weak", arrival.about, std::move(found));
}

void judge_alignment(Inspection& out, const Arrival& arrival) {
  const DmarcVerdict& dmarc = arrival.verdict.dmarc;
  std::optional<Found> dkim;
  if (!dmarc.dkim_aligned) {
    dkim = Found{.about = arrival.about,
                 .observed = all_signatures(arrival),
                 .expected = "a valid signature with d=" + arrival.verdict.from_domain};
  }
  // A signature that could not be checked may be the aligned one.
  if (dkim && any_signature(arrival, DkimResult::kTempError)) {
    out.unproved("dkim_alignment", arrival.about, all_signatures(arrival));
  } else {
    out.judge("dkim_alignment", arrival.about, std::move(dkim));
  }
  if (!arrival.verdict.spf || arrival.verdict.spf->result == SpfResult::kTempError) {
    return out.unproved("spf_alignment", arrival.about, "SPF could not be judged");
  }
  std::optional<Found> spf;
  if (!dmarc.spf_aligned) {
    spf = Found{.about = arrival.about,
                .observed = "MAIL FROM:<" + arrival.proof.arrived->mail_from + ">",
                .expected = "an address of " + arrival.verdict.from_domain};
  }
  out.judge("spf_alignment", arrival.about, std::move(spf));
}

std::string_view result_name(DmarcVerdict::Result result) {
  switch (result) {
    case DmarcVerdict::Result::kPass:
      return "pass";
    case DmarcVerdict::Result::kFail:
      return "fail";
    case DmarcVerdict::Result::kTempError:
      return "temperror";
    case DmarcVerdict::Result::kNone:
      break;
  }
  return "none";
}

void judge_dmarc(Inspection& out, const Arrival& arrival, bool has_suffixes) {
  using Result = DmarcVerdict::Result;
  const DmarcVerdict& now = arrival.verdict.dmarc;
  const DmarcVerdict& before = arrival.verdict.dmarc_7489;
  const bool spf_unknown =
      !arrival.verdict.spf || arrival.verdict.spf->result == SpfResult::kTempError;
  const bool unknown = spf_unknown || any_signature(arrival, DkimResult::kTempError);
  const bool aligned = now.spf_aligned || now.dkim_aligned;
  if (now.result == Result::kTempError) {
    out.unproved("dmarc", arrival.about, "the DMARC record could not be looked up");
  } else if (!aligned && unknown) {
    out.unproved("dmarc", arrival.about, "SPF or DKIM could not be judged");
  } else {
    // Without a record there is no policy yet, but alignment is what it would ask for.
    std::optional<Found> found;
    if (!aligned) {
      found = Found{.about = arrival.about,
                    .severity = now.result == Result::kNone ? Severity::kMedium : Severity::kHigh,
                    .observed = fmt::format("From {}, DMARC {}\n{}", arrival.verdict.from_domain,
                                            result_name(now.result), all_signatures(arrival))};
    }
    out.judge("dmarc", arrival.about, std::move(found));
  }
  if (!has_suffixes) {
    return out.not_applicable("dmarc_editions",
                              "there is no public suffix list to judge by RFC 7489");
  }
  if (now.result == Result::kTempError || before.result == Result::kTempError) {
    return out.unproved("dmarc_editions", arrival.about, "the DMARC record could not be looked up");
  }
  std::optional<Found> differ;
  if (now.result != before.result) {
    differ = Found{.about = arrival.about,
                   .observed = fmt::format("RFC 9989: {}, RFC 7489: {}", result_name(now.result),
                                           result_name(before.result))};
  }
  out.judge("dmarc_editions", arrival.about, std::move(differ));
}

void judge_hop(Inspection& out, const Arrival& arrival) {
  if (!arrival.proof.hop_known) {
    out.unproved("hop_tls", arrival.about, "the mailbox's server does not tell");
    return out.unproved("hop_tls_version", arrival.about, "the mailbox's server does not tell");
  }
  const std::string& tls = arrival.proof.arrived->tls;
  std::optional<Found> clear;
  if (tls.empty())
    clear = Found{.about = arrival.about, .observed = "the last hop was without TLS"};
  out.judge("hop_tls", arrival.about, std::move(clear));
  if (tls.empty() || tls == "TLS") {
    return out.not_applicable("hop_tls_version", "no version is told");
  }
  std::optional<Found> old;
  if (!tls.starts_with("TLSv1.2") && !tls.starts_with("TLSv1.3")) {
    old = Found{.about = arrival.about, .observed = tls};
  }
  out.judge("hop_tls_version", arrival.about, std::move(old));
}

void judge_one_click(Inspection& out, const Arrival& arrival) {
  if (arrival.message.find("List-Unsubscribe") == nullptr) {
    if (!out.subject().mail.bulk) {
      return out.not_applicable("one_click",
                                "the domain sends no bulk mail, and the field is not set");
    }
    // This message is ours: the product may well set the field in its own.
    return out.found("one_click",
                     {.about = arrival.about,
                      .title = "Nothing on the mail path adds one-click unsubscribing",
                      .severity = Severity::kInfo,
                      .observed = "no List-Unsubscribe field; the product has to set it itself"});
  }
  const std::string problem = one_click_problem(arrival.message, arrival.verdict.dkim);
  std::optional<Found> found;
  if (!problem.empty()) found = Found{.about = arrival.about, .observed = problem};
  out.judge("one_click", arrival.about, std::move(found));
}

void judge_header(Inspection& out, const Arrival& arrival) {
  std::string wrong;
  for (const char* name : {"From", "Date", "Message-ID"}) {
    const std::size_t count = arrival.message.count(name);
    if (count != 1) wrong += fmt::format("{} {} fields\n", count, name);
  }
  std::optional<Found> found;
  if (!wrong.empty()) found = Found{.about = arrival.about, .observed = wrong};
  out.judge("header", arrival.about, std::move(found));
  const std::string& sent_from = out.subject().mail.from;
  const std::string expected =
      sent_from.empty() ? out.subject().mail.domain : domain_of_address(sent_from);
  std::optional<Found> changed;
  if (arrival.verdict.from_domain != canonical_name(expected)) {
    changed = Found{.about = arrival.about,
                    .observed = "From is of " + arrival.verdict.from_domain,
                    .expected = expected};
  }
  out.judge("from_changed", arrival.about, std::move(changed));
}

/// White space at the ends of lines and of the text does not count.
std::string text_of(std::string_view body) {
  const std::string lines = canonical_body(body, CanonicalForm::kRelaxed);
  return std::string(trim_folding(lines));
}

void judge_content(Inspection& out, const Arrival& arrival) {
  const Result<Message> sent = Message::parse(arrival.proof.message);
  std::optional<Found> changed;
  if (sent && text_of(sent->body()) != text_of(arrival.message.body())) {
    changed = Found{.about = arrival.about,
                    .observed = std::string(arrival.message.body().substr(0, 500))};
  }
  out.judge("body_changed", arrival.about, std::move(changed));
  std::string shown;
  const std::vector<ReceivedField> hops = received_fields(arrival.message);
  const ReceivedField* entry = entry_hop(hops);
  // Hops above the entry are the receiver's own.
  const bool told = entry != nullptr && !is_private_address(*entry->address);
  for (const ReceivedField& hop : hops) {
    if (!told || &hop <= entry || !hop.address || hop.address->is_loopback()) continue;
    if (is_private_address(*hop.address))
      shown += fmt::format("{} [{}]\n", hop.from, hop.address->str());
  }
  std::optional<Found> found;
  if (!shown.empty()) found = Found{.about = arrival.about, .observed = shown};
  out.judge("internal_names", arrival.about, std::move(found));
}

}  // namespace

bool judge_submission(Inspection& inspection, const MailPathProof& proof) {
  const std::string& host = inspection.subject().mail.submission->host;
  std::optional<Found> without_tls;
  if (proof.tls_trouble) {
    without_tls = Found{.about = host, .observed = *proof.tls_trouble + "\n" + proof.transcript};
  }
  if (proof.tls_trouble || proof.submission_tls) {
    inspection.judge("submission_tls", host, std::move(without_tls));
  }
  if (proof.accepted) {
    inspection.proved("submission", host);
    return true;
  }
  if (proof.refusal.permanent()) {
    inspection.found("submission", {.about = host,
                                    .observed = proof.refusal.str() + "\n" + proof.transcript,
                                    .expected = "250"});
    inspection.rest_not_applicable("the message was not accepted");
    return false;
  }
  std::string why = proof.trouble.value_or(proof.mailbox_trouble.value_or(""));
  if (why.empty() && proof.refusal.transient()) why = "to be tried later: " + proof.refusal.str();
  if (why.empty()) why = "no password is sent to a server that TLS does not prove";
  inspection.rest_unproved(host, why);
  return false;
}

bool judge_arriving(Inspection& inspection, const MailPathProof& proof) {
  const std::string& address = inspection.subject().mail.mailbox->address;
  const double waited = static_cast<double>(proof.took.count()) / 1000.0;
  if (proof.mailbox_trouble || (!proof.arrived && proof.cut_short)) {
    inspection.rest_unproved(address,
                             proof.mailbox_trouble.value_or("the time of the run was over"));
    return false;
  }
  if (!proof.arrived) {
    inspection.found("arrives", {.about = address,
                                 .observed = fmt::format("nothing in {:.0f} seconds\n{}{}", waited,
                                                         proof.refused_by_sink, proof.transcript)});
    inspection.rest_not_applicable("the message did not arrive");
    return false;
  }
  inspection.proved("arrives", address);
  std::optional<Found> slow;
  if (proof.took > kSlowMail) {
    slow = Found{.about = address, .observed = fmt::format("{:.1f} seconds", waited)};
  }
  inspection.judge("slow", address, std::move(slow));
  return true;
}

std::string one_click_problem(const Message& message, const std::vector<DkimVerdict>& verdicts) {
  const HeaderField* list = message.find("List-Unsubscribe");
  const HeaderField* post = message.find("List-Unsubscribe-Post");
  if (without_folding(list->value).find("<https://") == std::string::npos) {
    return "List-Unsubscribe has no https address";
  }
  if (post == nullptr) return "there is no List-Unsubscribe-Post field";
  if (without_folding(post->value) != "List-Unsubscribe=One-Click") {
    return "List-Unsubscribe-Post is not \"List-Unsubscribe=One-Click\"";
  }
  for (const DkimVerdict& one : verdicts) {
    const auto covers = [&](std::string_view name) {
      return std::ranges::any_of(
          one.fields, [&](const std::string& field) { return same_field_name(field, name); });
    };
    const bool both = covers("List-Unsubscribe") && covers("List-Unsubscribe-Post");
    if (one.result == DkimResult::kPass && both) return {};
  }
  return "no valid DKIM signature covers both fields";
}

void judge_message(Inspection& inspection, const MailPathProof& proof,
                   const RegistrableDomain& registrable) {
  const std::string& about = inspection.subject().mail.mailbox->address;
  const Result<Message> message = Message::parse(proof.arrived->bytes);
  const auto now = std::chrono::duration_cast<seconds>(inspection.network().now.time_since_epoch());
  const Result<ArrivalVerdict> verdict =
      judge_arrival(inspection.resolver(), proof, registrable, now.count());
  if (!message || !verdict) return;
  const Arrival arrival{proof, *verdict, *message, about};
  judge_spf(inspection, arrival);
  judge_dkim(inspection, arrival);
  judge_alignment(inspection, arrival);
  judge_dmarc(inspection, arrival, static_cast<bool>(registrable));
  judge_hop(inspection, arrival);
  judge_one_click(inspection, arrival);
  judge_header(inspection, arrival);
  judge_content(inspection, arrival);
}

}  // namespace lr::domain
