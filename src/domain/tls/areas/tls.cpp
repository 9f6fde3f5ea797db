// Versions, suites, groups and signals of TLS at the web hosts.
#include <fmt/format.h>

#include <map>

#include "domain/inspection.h"
#include "domain/tls/endpoints.h"
#include "domain/tls/judge.h"
#include "domain/tls/scan.h"
#include "net/certificate_fetch.h"

namespace lr::domain {
namespace {

using net::Task;

constexpr CheckDef kChecks[] = {
    {.id = "tls.ssl3",
     .control = report::Control::kTls,
     .title = "The server still speaks SSL 3.0",
     .why = "Somebody on the network path can read cookies out of SSL 3.0 connections (POODLE).",
     .fix = "Turn SSL 3.0 off; no browser has used it for ten years.",
     .worst = report::Severity::kHigh,
     .reference = "RFC 7568"},
    {.id = "tls.tls10",
     .control = report::Control::kTls,
     .title = "The server still speaks TLS 1.0",
     .why = "TLS 1.0 rests on MD5 and SHA-1 and fails every audit for payments; no browser uses it "
            "any more.",
     .fix = "Allow TLS 1.2 and 1.3 only.",
     .worst = report::Severity::kMedium,
     .reference = "RFC 8996"},
    {.id = "tls.tls11",
     .control = report::Control::kTls,
     .title = "The server still speaks TLS 1.1",
     .why = "TLS 1.1 rests on MD5 and SHA-1 and fails every audit for payments; no browser uses it "
            "any more.",
     .fix = "Allow TLS 1.2 and 1.3 only.",
     .worst = report::Severity::kMedium,
     .reference = "RFC 8996"},
    {.id = "tls.outdated",
     .control = report::Control::kTls,
     .title = "The server speaks neither TLS 1.2 nor TLS 1.3",
     .why = "Browsers refuse the connection.",
     .fix = "Allow TLS 1.2 and 1.3.",
     .worst = report::Severity::kHigh,
     .reference = "RFC 9325 section 3.1.1"},
    {.id = "tls.tls13_missing",
     .control = report::Control::kTls,
     .title = "The server does not speak TLS 1.3",
     .why = "Connections take a round trip longer and are easier to weaken.",
     .fix = "Allow TLS 1.3 as well.",
     .worst = report::Severity::kLow,
     .reference = "RFC 8446"},
    {.id = "tls.null",
     .control = report::Control::kTls,
     .title = "The server accepts connections without encryption",
     .why = "Whoever sits on the network path reads and changes everything.",
     .fix = "Take the NULL suites out of the server's list.",
     .worst = report::Severity::kCritical,
     .reference = "RFC 9325 section 4.1"},
    {.id = "tls.anonymous",
     .control = report::Control::kTls,
     .title = "The server accepts connections without proving who it is",
     .why = "Somebody on the network path can play the server and nobody notices.",
     .fix = "Take the anonymous suites (aNULL) out of the server's list.",
     .worst = report::Severity::kHigh,
     .reference = "RFC 9325 section 4.1"},
    {.id = "tls.export",
     .control = report::Control::kTls,
     .title = "The server accepts encryption that was weakened for export",
     .why = "The keys are found within hours by anybody (FREAK, Logjam).",
     .fix = "Take the EXPORT suites out of the server's list.",
     .worst = report::Severity::kHigh,
     .reference = "RFC 9325 section 4.1"},
    {.id = "tls.rc4",
     .control = report::Control::kTls,
     .title = "The server accepts RC4",
     .why = "Cookies and passwords can be read out of RC4 connections.",
     .fix = "Take the RC4 suites out of the server's list.",
     .worst = report::Severity::kHigh,
     .reference = "RFC 7465"},
    {.id = "tls.single_des",
     .control = report::Control::kTls,
     .title = "The server accepts DES",
     .why = "A DES key of 56 bits is found within a day.",
     .fix = "Take the DES suites out of the server's list.",
     .worst = report::Severity::kHigh,
     .reference = "RFC 5469"},
    {.id = "tls.triple_des",
     .control = report::Control::kTls,
     .title = "The server accepts ciphers with blocks of 64 bits",
     .why = "Long connections with 3DES or IDEA leak cookies (Sweet32).",
     .fix = "Take 3DES, IDEA and RC2 out of the server's list.",
     .worst = report::Severity::kMedium,
     .reference = "RFC 9325 section 4.1"},
    {.id = "tls.md5",
     .control = report::Control::kTls,
     .title = "The server accepts suites that rest on MD5",
     .why = "MD5 is broken; what rests on it fails audits.",
     .fix = "Take the suites with MD5 out of the server's list.",
     .worst = report::Severity::kMedium,
     .reference = "RFC 6151"},
    {.id = "tls.no_forward_secrecy",
     .control = report::Control::kTls,
     .title = "The server accepts suites without forward secrecy",
     .why = "Who steals the server's key later can read connections that were recorded today.",
     .fix = "Allow only suites that begin with ECDHE.",
     .worst = report::Severity::kLow,
     .reference = "RFC 9325 section 4.1"},
    {.id = "tls.cbc",
     .control = report::Control::kTls,
     .title = "The server accepts CBC suites",
     .why = "Servers that get the timing of CBC wrong leak data; AEAD suites have no such trap.",
     .fix = "Allow only AES-GCM and ChaCha20-Poly1305 once no old client needs more.",
     .worst = report::Severity::kInfo,
     .reference = "RFC 9325 section 4.2"},
    {.id = "tls.no_aead",
     .control = report::Control::kTls,
     .title = "The server has no AEAD suite",
     .why = "Modern clients that speak TLS 1.2 expect AES-GCM or ChaCha20-Poly1305.",
     .fix = "Allow the AES-GCM suites with ECDHE.",
     .worst = report::Severity::kMedium,
     .reference = "RFC 9325 section 4.2"},
    {.id = "tls.profile",
     .control = report::Control::kTls,
     .title = "The server accepts suites beyond the promised profile",
     .why = "What the profile leaves out is slower or weaker, and every client that fits it does "
            "without.",
     .fix = "Copy the suites of the profile from Mozilla's generator for your server.",
     .worst = report::Severity::kLow,
     .reference = "Mozilla Server Side TLS 6.0"},
    {.id = "tls.client_order",
     .control = report::Control::kTls,
     .title = "The client chooses among weak and strong suites",
     .why = "An old or tricked client gets the weak suite although both sides have a better one.",
     .fix = "Take the weak suites out, or let the server's order decide.",
     .worst = report::Severity::kLow,
     .reference = "RFC 9325 section 4.2.1"},
    {.id = "tls.dh_size",
     .control = report::Control::kTls,
     .title = "Diffie-Hellman uses a prime that is too small",
     .why = "States and well equipped attackers can break primes of 1024 bits (Logjam).",
     .fix = "Use ECDHE only, or a group of RFC 7919 with 2048 bits or more.",
     .worst = report::Severity::kHigh,
     .reference = "RFC 9325 section 4.1"},
    {.id = "tls.reused_keys",
     .control = report::Control::kTls,
     .title = "The server uses the same ephemeral key again",
     .why = "Who steals that one key from memory reads all connections that used it.",
     .fix = "Turn off the reuse of ECDHE and DHE keys, or update the TLS library.",
     .worst = report::Severity::kLow,
     .reference = "RFC 9325 section 6.4"},
    {.id = "tls.weak_groups",
     .control = report::Control::kTls,
     .title = "The server accepts elliptic curves that are too small",
     .why = "Keys on curves under 224 bits can be broken with much effort.",
     .fix = "Allow X25519, P-256 and P-384 only.",
     .worst = report::Severity::kMedium,
     .reference = "RFC 8422 section 5.1.1"},
    {.id = "tls.usual_groups",
     .control = report::Control::kTls,
     .title = "The server has neither X25519 nor P-256",
     .why = "Many clients have no other group and cannot connect.",
     .fix = "Allow X25519 and P-256.",
     .worst = report::Severity::kMedium,
     .reference = "RFC 8446 section 9.1"},
    {.id = "tls.post_quantum",
     .control = report::Control::kTls,
     .title = "The server has no post-quantum key exchange",
     .why = "Connections that are recorded today can be read once large quantum computers exist.",
     .fix = "Allow X25519MLKEM768, which recent TLS libraries and most CDNs have.",
     .worst = report::Severity::kInfo,
     .reference = "Mozilla Server Side TLS 6.0"},
    {.id = "tls.sha1_signature",
     .control = report::Control::kTls,
     .title = "The server signs handshakes with SHA-1 or MD5",
     .why = "Signatures over SHA-1 can be forged with money, over MD5 by anybody.",
     .fix = "Allow signature algorithms with SHA-256 or better only.",
     .worst = report::Severity::kLow,
     .reference = "RFC 9155"},
    {.id = "tls.fallback_scsv",
     .control = report::Control::kTls,
     .title = "The server does not notice forced downgrades",
     .why = "Somebody on the network path can make old clients use the weakest common version.",
     .fix = "Update the TLS library; all current ones know TLS_FALLBACK_SCSV.",
     .worst = report::Severity::kLow,
     .reference = "RFC 7507 section 3"},
    {.id = "tls.downgrade_sentinel",
     .control = report::Control::kTls,
     .title = "The server does not mark a downgrade from TLS 1.3",
     .why = "Clients cannot notice that somebody forced TLS 1.2 on them.",
     .fix = "Update the TLS library, or the box in front of the server that answers for it.",
     .worst = report::Severity::kLow,
     .reference = "RFC 8446 section 4.1.3"},
    {.id = "tls.compression",
     .control = report::Control::kTls,
     .title = "The server compresses inside TLS",
     .why = "Cookies can be guessed from the length of compressed requests (CRIME).",
     .fix = "Turn TLS compression off.",
     .worst = report::Severity::kMedium,
     .reference = "RFC 9325 section 3.3"},
    {.id = "tls.renegotiation",
     .control = report::Control::kTls,
     .title = "The server has no secure renegotiation",
     .why = "Somebody on the network path can put words in front of a user's request.",
     .fix = "Update the TLS library; all current ones know RFC 5746.",
     .worst = report::Severity::kMedium,
     .reference = "RFC 5746"},
    {.id = "tls.extended_master_secret",
     .control = report::Control::kTls,
     .title = "The server does not bind keys to the handshake",
     .why = "Two connections can be given the same keys (triple handshake).",
     .fix = "Update the TLS library; all current ones know RFC 7627.",
     .worst = report::Severity::kLow,
     .reference = "RFC 7627"},
    {.id = "tls.heartbeat",
     .control = report::Control::kTls,
     .title = "The server speaks the heartbeat extension",
     .why = "Nothing needs it, and it was the door of Heartbleed.",
     .fix = "Update the TLS library and turn heartbeats off.",
     .worst = report::Severity::kLow,
     .reference = "RFC 6520"},
    {.id = "tls.intolerant",
     .control = report::Control::kTls,
     .title = "The server refuses clients that know more than itself",
     .why = "Browsers send values that nobody knows on purpose, and new versions will be refused.",
     .fix = "Update the TLS library or the box in front of the server.",
     .worst = report::Severity::kMedium,
     .reference = "RFC 8701"},
    {.id = "tls.early_data",
     .control = report::Control::kTls,
     .title = "The server takes requests before the handshake is over",
     .why = "Such a request can be recorded and sent again; a chat message would be answered and "
            "paid for twice.",
     .fix =
         "Turn 0-RTT off (ssl_early_data, 0-RTT at the CDN), or refuse early data for all but GET.",
     .worst = report::Severity::kLow,
     .reference = "RFC 8470 section 3"},
    {.id = "tls.differs",
     .control = report::Control::kTls,
     .title = "Two addresses of one host speak different versions of TLS",
     .why = "Some users get a weaker or no connection, depending on the address that they reach.",
     .fix = "Give all servers of the host the same settings.",
     .worst = report::Severity::kLow,
     .reference = "RFC 9325 section 3.1"},
};

constexpr std::size_t kAddresses = 2;  ///< Of a host and of each family of addresses.
constexpr std::size_t kScansAtOnce = 4;
constexpr std::chrono::seconds kScanTime{15};  ///< For one endpoint, over any network.
constexpr milliseconds kTicketPatience{250};

struct Scanned {
  tls::WebEndpoint where{};
  tls::TlsFacts facts{};
  std::optional<std::uint32_t> early_data{};  ///< nullopt: no ticket of TLS 1.3 came.
  std::string failure{};                      ///< The scan itself was ended.
};

struct Connector {
  net::EventLoop* loop;
  net::Endpoint endpoint;
  milliseconds patience;
  Task<std::unique_ptr<net::Stream>> operator()() const {
    return tls::connect_plain(*loop, endpoint, Deadline::after(patience));
  }
};

/// Tickets come in a handshake that is completed, so that OpenSSL has to do it.
Task<> look_at_tickets(Connector connect, Scanned& out) {
  LR_CO_TRY(const std::unique_ptr<net::Stream> stream, co_await connect());
  stream->expires(Deadline::after(connect.patience));
  net::FetchOptions options{.server_name = out.where.host, .ticket_patience = kTicketPatience};
  LR_CO_TRY(const net::ServedCertificates served,
            co_await net::fetch_certificates(*stream, std::move(options)));
  out.early_data = served.early_data;
  co_return Result<>();
}

Task<> scan_one(net::EventLoop& loop, const Network& network, Scanned& out) {
  const Connector connect{&loop, out.where.endpoint, network.connect_patience};
  tls::ScanOptions options{.server_name = out.where.host,
                           .deadline = Deadline::after(kScanTime).sooner(network.deadline)};
  Result<tls::TlsFacts> facts = co_await tls::scan_tls(connect, std::move(options));
  if (!facts) {
    out.failure = facts.error().detail();
    co_return Result<>();
  }
  out.facts = std::move(*facts);
  out.facts.peer = out.where.endpoint.str();
  if (!out.facts.speaks(tls::Version::kTls13)) co_return Result<>();
  co_return co_await look_at_tickets(connect, out);
}

Task<> scan_all(net::EventLoop& loop, const Network& network, std::vector<Scanned>& all) {
  std::vector<Task<>> tasks;
  for (Scanned& one : all) tasks.push_back(scan_one(loop, network, one));
  co_return co_await net::run_all(std::move(tasks), kScansAtOnce);
}

void say_unproved(Inspection& inspection, const std::string& about, const std::string& why) {
  for (const CheckDef& check : kChecks) inspection.unproved(check.id, about, why);
}

void judge_early_data(Inspection& inspection, const Scanned& one) {
  if (!one.facts.speaks(tls::Version::kTls13)) {
    return inspection.not_applicable("early_data", "TLS 1.3 is not spoken");
  }
  if (one.early_data.value_or(0) == 0) return inspection.proved("early_data", one.where.about);
  inspection.found("early_data",
                   {.about = one.where.about,
                    .observed = fmt::format("{}: tickets allow {} bytes of early data",
                                            one.facts.peer, *one.early_data)});
}

void judge_one(Inspection& inspection, const Scanned& one) {
  inspection.count_requests(one.facts.handshakes);
  if (!one.failure.empty() || !one.facts.answered()) {
    std::string why = one.failure.empty() ? one.facts.trouble : one.failure;
    if (why.empty()) why = "every ClientHello was refused";
    return say_unproved(inspection, one.where.about, one.where.endpoint.str() + ": " + why);
  }
  const Subject& subject = inspection.subject();
  auto verdicts = tls::judge_tls(one.facts, subject.tls, subject.from_contract);
  for (tls::Verdict& verdict : verdicts) verdict.found.about = one.where.about;
  tls::tell(inspection, one.where.about, verdicts);
  judge_early_data(inspection, one);
}

/// The addresses of one host against its first one.
void judge_differences(Inspection& inspection, const std::vector<Scanned>& all) {
  std::map<std::string, const Scanned*> first;
  for (const Scanned& one : all) {
    if (!one.facts.answered()) continue;
    const auto [at, fresh] = first.emplace(one.where.host, &one);
    if (fresh) continue;
    const std::string what = tls::difference(at->second->facts, one.facts);
    if (what.empty()) {
      inspection.proved("differs", one.where.about);
    } else {
      inspection.found("differs", {.about = one.where.about, .observed = what});
    }
  }
}

void inspect(Inspection& inspection) {
  const Network& network = inspection.network();
  if (!network.live) return inspection.rest_not_applicable("needs the network");
  const tls::WebEndpoints endpoints = tls::web_endpoints(inspection, kAddresses);
  std::vector<Scanned> all;
  for (const tls::WebEndpoint& one : endpoints.all) all.push_back({.where = one, .facts = {}});
  net::EventLoop loop;
  const Result<> scanned = loop.block_on(scan_all(loop, network, all));
  for (Scanned& one : all) {
    if (!scanned && one.failure.empty()) one.failure = scanned.error().detail();
    judge_one(inspection, one);
  }
  judge_differences(inspection, all);
  for (const auto& [host, why] : endpoints.unknown) say_unproved(inspection, host, why);
  if (!all.empty()) inspection.not_applicable("differs", "each host has one address");
  inspection.rest_not_applicable("no web host has an address");
}

}  // namespace

extern constinit const Area area_tls;
constinit const Area area_tls{.name = "tls", .checks = kChecks, .inspect = inspect};

}  // namespace lr::domain
