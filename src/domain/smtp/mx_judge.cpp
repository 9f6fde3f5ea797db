#include "domain/smtp/mx_judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

#include "domain/dns/reverse_name.h"
#include "domain/smtp/received.h"
#include "domain/zone.h"
#include "text/ascii.h"

namespace lr::domain {
namespace {

using report::Severity;

constexpr std::size_t kBannerBytes = 512;  ///< RFC 5321 section 4.5.3.1.5.

std::string retry_line(const MxFacts& facts, std::string_view more) {
  return fmt::format("swaks --quit-after RCPT --server {} {}", facts.endpoint.str(), more);
}

/// A name with a dot that could stand in the public DNS.
bool is_full_name(std::string_view name) {
  const std::string lower = canonical_name(name);
  return is_askable(lower) && lower.contains('.') && !text::parse_ip(lower) &&
         !lower.ends_with(".local") && !lower.ends_with(".localdomain");
}

std::string first_word(const SmtpReply& reply) {
  if (reply.lines.empty()) return {};
  return reply.lines.front().substr(0, reply.lines.front().find(' '));
}

/// "Postfix 3.7.11", "Exim 4.96", "Microsoft ESMTP MAIL Service, Version: 10.0": digits behind a
/// dot.
bool names_a_version(std::string_view text) {
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    if (text[i] != '.' || !text::is_digit(text[i - 1]) || !text::is_digit(text[i + 1])) continue;
    // Not an address in brackets, nor a part of a host name.
    const std::size_t start = text.find_last_of(" [(/", i) + 1;
    const std::string_view word = text.substr(start, text.find_first_of(" ])", i) - start);
    const bool numeric =
        std::ranges::all_of(word, [](char c) { return text::is_digit(c) || c == '.'; });
    if (numeric && !text::parse_ip(word)) return true;
  }
  return false;
}

void judge_banner(Inspection& out, const MxFacts& facts, const std::string& place) {
  out.judge("banner_size", place,
            facts.greeting.longest_line <= kBannerBytes && facts.greeting.lines.size() <= 10
                ? std::nullopt
                : std::optional(Found{.about = place,
                                      .observed = fmt::format("{} lines, the longest of {} bytes",
                                                              facts.greeting.lines.size(),
                                                              facts.greeting.longest_line),
                                      .expected = "lines of at most 510 bytes"}));
  std::string all;
  for (const std::string& line : facts.greeting.lines) all += line + " ";
  std::optional<Found> version;
  if (names_a_version(all)) version = Found{.about = place, .observed = facts.greeting.str()};
  out.judge("version", place, std::move(version));
}

void judge_hello(Inspection& out, const MxFacts& facts, const std::string& place) {
  if (!facts.hello.positive() || !facts.plain.extended) {
    if (facts.hello.code == 0) {
      out.unproved("ehlo", place, facts.mailbox_trouble ? facts.mailbox_trouble->why : "no answer");
      out.unproved("hello_name", place, "no answer to EHLO");
      out.unproved("auth_in_the_clear", place, "no answer to EHLO");
      return;
    }
    if (facts.hello.transient()) {
      out.unproved("ehlo", place, "the server asks to come back later: " + facts.hello.str());
    } else {
      out.found("ehlo", {.about = place, .observed = facts.hello.str()});
    }
  } else {
    out.proved("ehlo", place);
  }
  const std::string name = facts.plain.name.empty() ? first_word(facts.greeting) : facts.plain.name;
  std::optional<Found> bad_name;
  if (!is_full_name(name)) {
    bad_name = Found{.about = place,
                     .observed = "the server calls itself \"" + name + "\"",
                     .expected = "a full host name, such as " + facts.host};
  }
  out.judge("hello_name", place, std::move(bad_name));
  std::optional<Found> early;
  for (const char* mechanism : {"PLAIN", "LOGIN"}) {
    if (facts.plain.has_mechanism(mechanism)) {
      early = Found{.about = place,
                    .observed = fmt::format("AUTH {} is offered before TLS", mechanism),
                    .expected = "AUTH only under TLS",
                    .reproduce = retry_line(facts, "--quit-after EHLO")};
    }
  }
  out.judge("auth_in_the_clear", place, std::move(early));
}

void judge_session(Inspection& out, const MxFacts& facts, const std::string& place) {
  const net::TlsSession& tls = *facts.tls;
  const bool old = tls.version != "TLSv1.2" && tls.version != "TLSv1.3";
  out.judge("tls_version", place,
            old ? std::optional(Found{.about = place,
                                      .observed = "the best that the server has is " + tls.version,
                                      .expected = "TLS 1.2 or 1.3"})
                : std::nullopt);
  const bool broken = tls.suite.contains("RC4") || tls.suite.contains("NULL") ||
                      tls.suite.contains("3DES") || tls.suite.contains("EXPORT") ||
                      tls.suite.contains("_DES_") || tls.anonymous || tls.suite_bits < 128;
  out.judge("tls_suite", place,
            broken ? std::optional(
                         Found{.about = place,
                               .observed = fmt::format("{} ({} bits{})", tls.suite, tls.suite_bits,
                                                       tls.anonymous ? ", no certificate" : ""),
                               .expected = "AES-GCM or ChaCha20 with a certificate"})
                   : std::nullopt);
}

void judge_certificate(Inspection& out, const MxFacts& facts, const TlsDemand& demand) {
  const std::string place = place_of(facts);
  const net::TlsSession& tls = *facts.tls;
  const Severity severity = demand.enforced() ? Severity::kHigh : Severity::kInfo;
  out.judge("certificate_name", place,
            tls.named
                ? std::nullopt
                : std::optional(Found{.about = place,
                                      .severity = severity,
                                      .observed = "the certificate is not for " + facts.host}));
  out.judge("certificate_trust", place,
            tls.trusted
                ? std::nullopt
                : std::optional(Found{.about = place, .severity = severity, .observed = tls.why}));
}

/// What stops a sender that holds the policy, or nullopt.
std::optional<std::string> breaks_policy(const MxFacts& facts, const MtaStsPolicy& policy) {
  if (!mta_sts_covers(policy, facts.host)) return "the policy does not name " + facts.host;
  if (!facts.plain.starttls) return "STARTTLS is not offered";
  if (facts.tls_trouble) return "the handshake fails: " + facts.tls_trouble->why;
  if (!facts.tls->trusted) return "the certificate is not trusted: " + facts.tls->why;
  if (!facts.tls->named) return "the certificate is not for " + facts.host;
  return std::nullopt;
}

void judge_policy(Inspection& out, const MxFacts& facts, const TlsDemand& demand) {
  const std::string place = place_of(facts);
  if (!demand.why_unknown.empty()) return out.unproved("mta_sts", place, demand.why_unknown);
  if (!demand.policy) return out.not_applicable("mta_sts", "the domain has no MTA-STS policy");
  if (facts.tls_trouble && facts.tls_trouble->silence) {
    return out.unproved("mta_sts", place, facts.tls_trouble->why);
  }
  const auto broken = breaks_policy(facts, *demand.policy);
  if (!broken) return out.proved("mta_sts", place);
  out.found("mta_sts", {.about = place,
                        .severity = demand.enforced() ? Severity::kHigh : Severity::kLow,
                        .observed = *broken,
                        .expected = fmt::format("what mode={} of the MTA-STS policy demands",
                                                mta_sts_mode_name(demand.policy->mode))});
}

/// Nobody with that name, as opposed to a refusal of us.
bool is_unknown_mailbox(const SmtpReply& reply) {
  if (!reply.permanent()) return false;
  if (!reply.enhanced.empty()) return reply.enhanced.starts_with("5.1.");
  return reply.code == 550 || reply.code == 553;
}

void judge_postmaster(Inspection& out, const MxFacts& facts, const std::string& place) {
  const SmtpReply& reply = facts.postmaster;
  if (reply.positive()) {
    out.proved("postmaster", place);
  } else if (is_unknown_mailbox(reply)) {
    out.found("postmaster",
              {.about = place,
               .observed = reply.str(),
               .expected = "250",
               .reproduce = retry_line(facts, "--to postmaster@" + out.subject().domain)});
  } else {
    out.unproved("postmaster", place, "refused for another reason: " + reply.str());
  }
}

/// Says nothing of the forms that only sending could judge.
void judge_relay(Inspection& out, const MxFacts& facts, const std::string& place) {
  const bool takes_any = facts.anybody.positive();
  bool open = false;
  bool open_local = false;
  for (const auto& [form, reply] : facts.relay) {
    if (!reply.positive() || (form.looks_local && takes_any)) continue;
    (form.looks_local ? open_local : open) = true;
    out.found(form.looks_local ? "relay_by_routing" : "open_relay",
              {.about = place,
               .title = fmt::format("The mail server relays for strangers ({})", form.name),
               .observed = fmt::format("MAIL FROM:<{}>\nRCPT TO:<{}>\n{}", form.mail_from,
                                       form.recipient, reply.str()),
               .expected = "550 or 554",
               .reproduce = retry_line(
                   facts, fmt::format("--from '{}' --to '{}'", form.mail_from, form.recipient))});
  }
  if (!open) out.proved("open_relay", place);
  if (takes_any) {
    out.not_applicable("relay_by_routing",
                       "the server takes any local part; no mail is sent to see more");
  } else if (!open_local) {
    out.proved("relay_by_routing", place);
  }
}

}  // namespace

std::string place_of(const MxFacts& facts) {
  return fmt::format("{} [{}]:{}", facts.host, facts.endpoint.ip.str(), facts.endpoint.port);
}

void judge_connection(Inspection& out, const MxFacts& facts) {
  const std::string place = place_of(facts);
  out.count_requests(facts.connections);
  if (facts.connect) {
    if (facts.connect->silence) {
      out.unproved("unreachable", place, facts.connect->why + "; some networks block port 25");
    } else {
      out.found("unreachable", {.about = place, .observed = facts.connect->why});
    }
    return;
  }
  out.proved("unreachable", place);
  if (facts.greeting.code == 0) {
    const Trouble& trouble = *facts.greeting_trouble;
    if (trouble.silence) return out.unproved("greeting", place, trouble.why);
    return out.found("greeting", {.about = place, .observed = trouble.why, .expected = "220"});
  }
  if (!facts.greeting.positive()) {
    // Refusals depend on who asks: this machine's address may be on a list.
    return out.unproved("greeting", place, "the server refuses us: " + facts.greeting.str());
  }
  out.proved("greeting", place);
  judge_banner(out, facts, place);
  judge_hello(out, facts, place);
}

void judge_tls(Inspection& out, const MxFacts& facts, const TlsDemand& demand) {
  if (!facts.hello.positive()) return;
  const std::string place = place_of(facts);
  judge_policy(out, facts, demand);
  if (!facts.plain.starttls) {
    out.found("starttls",
              {.about = place,
               .severity = demand.enforced() ? Severity::kHigh : Severity::kMedium,
               .observed = facts.transcript.substr(0, 1'000),
               .expected = "250-STARTTLS",
               .reproduce = "openssl s_client -starttls smtp -connect " + facts.endpoint.str()});
    return;
  }
  out.proved("starttls", place);
  if (facts.tls_trouble) {
    if (facts.tls_trouble->silence) return out.unproved("handshake", place, facts.tls_trouble->why);
    return out.found("handshake", {.about = place,
                                   .observed = facts.tls_trouble->why,
                                   .reproduce = "openssl s_client -starttls smtp -connect " +
                                                facts.endpoint.str()});
  }
  out.proved("handshake", place);
  judge_session(out, facts, place);
  judge_certificate(out, facts, demand);
  if (!facts.injection)
    return out.unproved("starttls_injection", place, "the second connection was cut short");
  out.judge("starttls_injection", place,
            *facts.injection
                ? std::optional(Found{.about = place,
                                      .observed = "a command sent in the clear behind STARTTLS was "
                                                  "answered under TLS",
                                      .expected = "it is thrown away, or the connection ends"})
                : std::nullopt);
}

void judge_mailboxes(Inspection& out, const MxFacts& facts) {
  if (!facts.hello.positive()) return;
  const std::string place = place_of(facts);
  if (facts.mailbox_trouble) {
    for (const char* check : {"vrfy", "expn", "postmaster", "open_relay", "relay_by_routing"}) {
      out.unproved(check, place, facts.mailbox_trouble->why);
    }
    return;
  }
  // 252 says neither yes nor no (RFC 5321 section 3.5.3).
  const auto tells = [](const SmtpReply& reply) { return reply.code == 250 || reply.code == 251; };
  for (const auto& [check, reply] : {std::pair{"vrfy", facts.vrfy}, {"expn", facts.expn}}) {
    out.judge(check, place,
              tells(reply) ? std::optional(Found{
                                 .about = place, .observed = reply.str(), .expected = "252 or 502"})
                           : std::nullopt);
  }
  judge_postmaster(out, facts, place);
  const bool is_lab = out.network().ports.contains(25);
  if (!is_lab && (facts.own_machine || is_private_address(facts.endpoint.ip))) {
    out.unproved("open_relay", place, "the server is on this network and may rightly relay for it");
    out.unproved("relay_by_routing", place,
                 "the server is on this network and may rightly relay for it");
    return;
  }
  judge_relay(out, facts, place);
}

void judge_reverse(Inspection& out, const MxFacts& facts) {
  const std::string place = place_of(facts);
  const std::string name = reverse_name(facts.endpoint.ip);
  const Answer answer = out.resolver().query(name, RecordType::kPtr);
  if (answer.failed()) return out.unproved("reverse", place, answer.why);
  const auto names = answer.all<HostName>();
  if (names.empty()) {
    return out.found("reverse", {.about = place,
                                 .observed = name + " has no PTR record",
                                 .reproduce = "dig +short -x " + facts.endpoint.ip.str()});
  }
  for (const HostName& one : names | std::views::take(10)) {
    const HostAddresses back = addresses_of(out.resolver(), one.name);
    if (std::ranges::find(back.all, facts.endpoint.ip) != back.all.end()) {
      return out.proved("reverse", place);
    }
    if (back.failed) return out.unproved("reverse", place, back.why);
  }
  out.found("reverse", {.about = place,
                        .observed = fmt::format("{} points to {}, which does not point back", name,
                                                names.front().name),
                        .reproduce = "dig +short -x " + facts.endpoint.ip.str()});
}

}  // namespace lr::domain
