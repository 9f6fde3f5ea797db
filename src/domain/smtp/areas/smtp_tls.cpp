// What more the mail servers of the domain would agree to under STARTTLS, by many ClientHellos of
// our own: `smtp` looks at what a usual sender gets. Encryption between mail servers is taken when
// it is there (RFC 7435), so that most of this weighs less than for web servers.
#include <algorithm>

#include "domain/inspection.h"
#include "domain/smtp/mx_probe.h"
#include "domain/smtp/starttls.h"
#include "domain/tls/judge.h"
#include "domain/tls/scan.h"

namespace lr::domain {
namespace {

using report::Control;
using report::Severity;

constexpr CheckDef kChecks[] = {
    {.id = "smtp_tls.ssl3",
     .control = Control::kMail,
     .title = "A mail server speaks SSL 3.0",
     .why = "Its encryption can be undone (POODLE), and it is what a downgraded sender ends "
            "with.",
     .fix = "Allow TLS 1.2 and 1.3 only (Postfix: smtpd_tls_protocols = >=TLSv1.2).",
     .worst = Severity::kMedium,
     .reference = "RFC 7568"},
    {.id = "smtp_tls.tls10",
     .control = Control::kMail,
     .title = "A mail server speaks TLS 1.0",
     .why = "It has known weaknesses. Senders that speak nothing newer have become rare.",
     .fix = "Allow TLS 1.2 and 1.3 only (Postfix: smtpd_tls_protocols = >=TLSv1.2).",
     .worst = Severity::kLow,
     .reference = "RFC 8996"},
    {.id = "smtp_tls.tls11",
     .control = Control::kMail,
     .title = "A mail server speaks TLS 1.1",
     .why = "It has known weaknesses. Senders that speak nothing newer have become rare.",
     .fix = "Allow TLS 1.2 and 1.3 only (Postfix: smtpd_tls_protocols = >=TLSv1.2).",
     .worst = Severity::kLow,
     .reference = "RFC 8996"},
    {.id = "smtp_tls.tls13_missing",
     .control = Control::kMail,
     .title = "A mail server does not speak TLS 1.3",
     .why = "It is faster, and hides the certificate from those who listen.",
     .fix = "Update the mail server or its TLS library.",
     .worst = Severity::kInfo,
     .reference = "RFC 8446"},
    {.id = "smtp_tls.null",
     .control = Control::kMail,
     .title = "A mail server accepts TLS without encryption",
     .why = "The mail looks protected on both sides, and everybody on the way reads it.",
     .fix = "Take the NULL suites out of the server's list (Postfix: "
            "smtpd_tls_exclude_ciphers = eNULL).",
     .worst = Severity::kMedium,
     .reference = "RFC 9325 section 4.1"},
    {.id = "smtp_tls.anonymous",
     .control = Control::kMail,
     .title = "A mail server accepts TLS without a certificate",
     .why = "Senders that do not check certificates lose nothing by it; those that do "
            "refuse it.",
     .fix = "Take the aNULL suites out (Postfix: smtpd_tls_exclude_ciphers = aNULL).",
     .worst = Severity::kInfo,
     .reference = "RFC 7672 section 8.2"},
    {.id = "smtp_tls.export",
     .control = Control::kMail,
     .title = "A mail server accepts encryption that was weakened for export",
     .why = "The keys are found within hours by anybody (FREAK, Logjam).",
     .fix = "Take the EXPORT suites out of the server's list.",
     .worst = Severity::kMedium,
     .reference = "RFC 9325 section 4.1"},
    {.id = "smtp_tls.rc4",
     .control = Control::kMail,
     .title = "A mail server accepts RC4",
     .why = "What is sent often, such as passwords under TLS, can be read out of it.",
     .fix = "Take the RC4 suites out of the server's list.",
     .worst = Severity::kMedium,
     .reference = "RFC 7465"},
    {.id = "smtp_tls.single_des",
     .control = Control::kMail,
     .title = "A mail server accepts DES",
     .why = "A DES key of 56 bits is found within a day.",
     .fix = "Take the DES suites out of the server's list.",
     .worst = Severity::kMedium,
     .reference = "RFC 5469"},
    {.id = "smtp_tls.triple_des",
     .control = Control::kMail,
     .title = "A mail server accepts ciphers with blocks of 64 bits",
     .why = "Long connections with them leak what is repeated (Sweet32).",
     .fix = "Take 3DES, IDEA and RC2 out of the server's list.",
     .worst = Severity::kLow,
     .reference = "RFC 9325 section 4.1"},
    {.id = "smtp_tls.md5",
     .control = Control::kMail,
     .title = "A mail server accepts suites that rest on MD5",
     .why = "MD5 is broken; what rests on it fails audits.",
     .fix = "Take the suites with MD5 out of the server's list.",
     .worst = Severity::kLow,
     .reference = "RFC 6151"},
    {.id = "smtp_tls.no_forward_secrecy",
     .control = Control::kMail,
     .title = "A mail server accepts suites without forward secrecy",
     .why = "Who steals its key later can read mail that was recorded today.",
     .fix = "Allow only suites that begin with ECDHE or DHE.",
     .worst = Severity::kInfo,
     .reference = "RFC 9325 section 4.1"},
    {.id = "smtp_tls.no_aead",
     .control = Control::kMail,
     .title = "A mail server has no AEAD suite",
     .why = "Modern senders expect AES-GCM or ChaCha20-Poly1305.",
     .fix = "Allow the AES-GCM suites with ECDHE.",
     .worst = Severity::kLow,
     .reference = "RFC 9325 section 4.2"},
    {.id = "smtp_tls.dh_size",
     .control = Control::kMail,
     .title = "A mail server uses a Diffie-Hellman prime that is too small",
     .why = "States and well equipped attackers can break primes of 1024 bits (Logjam).",
     .fix = "Use a group of 2048 bits or more (Postfix: smtpd_tls_dh1024_param_file = "
            "auto).",
     .worst = Severity::kLow,
     .reference = "RFC 9325 section 4.1"},
    {.id = "smtp_tls.weak_groups",
     .control = Control::kMail,
     .title = "A mail server accepts elliptic curves that are too small",
     .why = "Keys on curves under 224 bits can be broken with much effort.",
     .fix = "Allow X25519, P-256 and P-384 only.",
     .worst = Severity::kLow,
     .reference = "RFC 8422 section 5.1.1"},
    {.id = "smtp_tls.usual_groups",
     .control = Control::kMail,
     .title = "A mail server has neither X25519 nor P-256",
     .why = "Many senders have no other group, and fall back to sending in the clear.",
     .fix = "Allow X25519 and P-256.",
     .worst = Severity::kMedium,
     .reference = "RFC 8446 section 9.1"},
    {.id = "smtp_tls.post_quantum",
     .control = Control::kMail,
     .title = "A mail server has no post-quantum key exchange",
     .why = "Mail that is recorded today can be read once large quantum computers exist.",
     .fix = "Allow X25519MLKEM768, which recent TLS libraries have.",
     .worst = Severity::kInfo,
     .reference = "RFC 9325 section 7.5"},
    {.id = "smtp_tls.compression",
     .control = Control::kMail,
     .title = "A mail server compresses inside TLS",
     .why = "What is secret can be guessed from the length of what is compressed with it "
            "(CRIME).",
     .fix = "Turn TLS compression off.",
     .worst = Severity::kLow,
     .reference = "RFC 9325 section 3.3"},
    {.id = "smtp_tls.renegotiation",
     .control = Control::kMail,
     .title = "A mail server has no secure renegotiation",
     .why = "Somebody on the way can put words in front of a sender's commands.",
     .fix = "Update the TLS library; all current ones know RFC 5746.",
     .worst = Severity::kLow,
     .reference = "RFC 5746"},
    {.id = "smtp_tls.heartbeat",
     .control = Control::kMail,
     .title = "A mail server speaks the heartbeat extension",
     .why = "Nothing needs it, and it was the door of Heartbleed.",
     .fix = "Update the TLS library and turn heartbeats off.",
     .worst = Severity::kLow,
     .reference = "RFC 6520"},
    {.id = "smtp_tls.intolerant",
     .control = Control::kMail,
     .title = "A mail server refuses senders that know more than itself",
     .why = "New TLS libraries send values that nobody knows on purpose; their mail does "
            "not arrive.",
     .fix = "Update the TLS library or the box in front of the server.",
     .worst = Severity::kMedium,
     .reference = "RFC 8701"},
};

constexpr std::size_t kServers = 2;  ///< Those that are asked first; the others are spare.
/// With each; one more shows whether there is STARTTLS. Postfix as it is installed takes a hundred.
constexpr std::size_t kHandshakes = tls::ScanOptions::kHandshakes - 1;
constexpr seconds kScanTime{12};

struct Scanned {
  std::string host{};
  net::Endpoint endpoint{};
  tls::TlsFacts facts{};
  std::optional<Error> refused{};  ///< There is no connection under STARTTLS.
};

net::Task<> scan_one(net::EventLoop& loop, const Network& network, Scanned& out) {
  const StarttlsConnector connect{&loop, &network, out.endpoint};
  Result<std::unique_ptr<net::Stream>> first = co_await connect();
  if (!first) {
    out.refused = std::move(first).error();
    co_return Result<>();
  }
  (*first)->close();
  tls::ScanOptions options{.server_name = out.host,
                           .deadline = Deadline::after(kScanTime).sooner(network.deadline),
                           .patience = network.connect_patience,
                           .handshakes = kHandshakes,
                           .gentle = true};
  LR_CO_TRY(out.facts, co_await tls::scan_tls(connect, std::move(options)));
  out.facts.peer = out.endpoint.str();
  co_return Result<>();
}

net::Task<> scan_all(net::EventLoop& loop, const Network& network, std::vector<Scanned>& all) {
  std::vector<net::Task<>> tasks;
  for (Scanned& one : all) tasks.push_back(scan_one(loop, network, one));
  co_return co_await net::run_all(std::move(tasks), kServers);
}

void say_unproved(Inspection& inspection, const std::string& about, const std::string& why) {
  for (const CheckDef& check : kChecks) inspection.unproved(check.id, about, why);
}

bool is_ours(std::string_view check) {
  return std::ranges::any_of(
      kChecks, [&](const CheckDef& def) { return def.id.substr(def.id.find('.') + 1) == check; });
}

void judge_one(Inspection& inspection, const Scanned& one) {
  inspection.count_requests(one.facts.handshakes + 1);
  if (one.refused) {
    // Who takes no connections or offers no TLS has nothing to be looked at; `smtp` says so.
    const bool nothing = one.refused->code() == Code::kUnimplemented ||
                         one.refused->detail().contains("Connection refused");
    if (!nothing) say_unproved(inspection, one.host, one.refused->detail());
    return;
  }
  if (!one.facts.answered()) {
    const std::string& why = one.facts.trouble;
    return say_unproved(inspection, one.host, why.empty() ? "every ClientHello was refused" : why);
  }
  std::vector<tls::Verdict> ours;
  for (tls::Verdict& verdict :
       tls::judge_tls(one.facts, inspection.subject().tls, inspection.subject().from_contract)) {
    if (!is_ours(verdict.check)) continue;
    verdict.found.about = one.host;
    verdict.found.severity.reset();
    verdict.found.reproduce = "openssl s_client -starttls smtp -connect " + one.endpoint.str();
    ours.push_back(std::move(verdict));
  }
  tls::tell(inspection, one.host, ours);
}

/// The first address of the first servers.
std::vector<Scanned> servers_to_scan(const Inspection& inspection, const MailServers& servers) {
  std::vector<Scanned> out;
  for (const MailExchange& mx : servers.hosts) {
    if (out.size() == kServers) break;
    const HostAddresses addresses = addresses_of(inspection.resolver(), mx.host);
    if (addresses.all.empty()) continue;
    out.push_back({.host = mx.host,
                   .endpoint = inspection.network().endpoint(addresses.all.front(), 25),
                   .facts = {}});
  }
  return out;
}

void inspect(Inspection& inspection) {
  const Subject& subject = inspection.subject();
  if (!inspection.network().live) return inspection.rest_not_applicable("needs the network");
  if (!subject.mail.receives) return inspection.rest_not_applicable("the domain takes no mail");
  const MailServers servers = mail_servers_of(inspection.resolver(), subject.domain);
  if (servers.failed) return inspection.rest_unproved(subject.domain, *servers.failed);
  if (servers.null_mx || servers.implicit) {
    return inspection.rest_not_applicable("the domain names no mail server");
  }
  std::vector<Scanned> all = servers_to_scan(inspection, servers);
  net::EventLoop loop;
  const Result<> scanned = loop.block_on(scan_all(loop, inspection.network(), all));
  for (Scanned& one : all) {
    if (!scanned && !one.facts.answered()) one.facts.trouble = scanned.error().detail();
    judge_one(inspection, one);
  }
  inspection.rest_not_applicable("no mail server offers TLS");
}

}  // namespace

extern constinit const Area area_smtp_tls;
constinit const Area area_smtp_tls{.name = "smtp_tls", .checks = kChecks, .inspect = inspect};

}  // namespace lr::domain
