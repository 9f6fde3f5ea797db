#include "domain/tls/scan.h"

#include <algorithm>
#include <set>

#include "domain/tls/probe.h"

namespace lr::domain::tls {
namespace {

using net::Task;
using Codes = std::vector<std::uint16_t>;

/// Old servers choke on more; and several parts are asked for side by side.
constexpr std::size_t kSuitesOffered = 96;
constexpr std::size_t kVersionsAtOnce = 3;
constexpr std::size_t kPartsAtOnce = 4;
constexpr std::size_t kSignalsAtOnce = ScanOptions::kGentle;
/// Of the handshakes of a scan, those for groups, signatures and signals.
constexpr std::size_t kForSignals = 70;

Codes suites_for(Version version) {
  Codes out;
  for (const CipherSuite& suite : cipher_suites()) {
    const bool fits = version == Version::kTls13   ? suite.tls13
                      : version == Version::kTls12 ? !suite.tls13
                                                   : !suite.tls13 && !suite.tls12;
    if (fits && suite.code != 0) out.push_back(suite.code);
  }
  return out;
}

Codes groups_for(Version version) {
  Codes out;
  for (const Group& group : groups()) {
    if (version == Version::kTls13 ? group.tls13 : !group.post_quantum) out.push_back(group.code);
  }
  return out;
}

Codes all_schemes() {
  Codes out;
  for (const SignatureScheme& scheme : signature_schemes()) out.push_back(scheme.code);
  return out;
}

ClientHello usual_hello(Version version, Codes suites) {
  ClientHello hello{.version = version, .suites = std::move(suites)};
  hello.groups = groups_for(version);
  hello.signature_schemes = all_schemes();
  hello.extensions = version != Version::kSsl30;
  if (version == Version::kSsl30) hello.suites.push_back(kRenegotiationScsv);
  return hello;
}

bool contains(const Codes& codes, std::uint16_t code) {
  return std::ranges::find(codes, code) != codes.end();
}

Codes chosen_kind(const Codes& suites, bool (*wanted)(const CipherSuite&)) {
  Codes out;
  for (const std::uint16_t code : suites) {
    const CipherSuite* suite = find_suite(code);
    if (suite != nullptr && wanted(*suite)) out.push_back(code);
  }
  return out;
}
bool is_ecdhe(const CipherSuite& suite) {
  return suite.key_exchange == "ECDHE" || (suite.anonymous && suite.key_exchange == "ECDH");
}
bool is_dhe(const CipherSuite& suite) {
  return suite.key_exchange == "DHE" || (suite.anonymous && suite.key_exchange == "DH");
}
bool is_signed(const CipherSuite& suite) {
  return (suite.key_exchange == "ECDHE" || suite.key_exchange == "DHE") &&
         suite.authentication != "PSK" && !suite.anonymous;
}

bool shows_certificate(const CipherSuite& suite) {
  const std::string_view who = suite.authentication;
  return who.contains("RSA") || who.contains("DSS") || who.contains("ECDSA");
}

class Scan {
 public:
  Scan(StreamFactory connect, const ScanOptions& options)
      : prober_(std::move(connect), options), limit_(options.handshakes), gentle_(options.gentle) {
    facts_.server_name = options.server_name;
  }
  Task<> run();
  TlsFacts take();

 private:
  VersionFacts& of(Version version) {
    return facts_.versions[static_cast<std::size_t>(version) - 0x0300];
  }
  bool learn_suite(VersionFacts& facts, Codes& left, const Reply& reply);
  void note(const Reply& reply);
  Task<> study_part(Version version, Codes left);
  Task<> study_version(Version version);
  Task<> study_groups13();
  Task<> study_groups12();
  Task<> another_round12(ClientHello hello);
  Task<> study_signatures();
  Task<> study_dh();
  Task<> study_order();
  Task<> study_fallback();
  Task<> study_compression();
  Task<> study_extensions();
  Task<> study_tolerance();

  Prober prober_;
  std::size_t limit_;
  bool gentle_;
  TlsFacts facts_{};
  std::set<std::string> public_keys_{};  ///< Of DHE and ECDHE, each of which should be new.
};

/// Every answer before TLS 1.3 shows a few things, whatever it was asked for.
void Scan::note(const Reply& reply) {
  if (!reply.flight.hello) return;
  const ServerHello& hello = *reply.flight.hello;
  if (hello.version == Version::kTls12) {
    facts_.downgrade_sentinel = hello.downgrade_sentinel() ? Seen::kYes : Seen::kNo;
  }
  if (!reply.flight.key_exchange || reply.flight.key_exchange->public_key.empty()) return;
  const bool fresh = public_keys_.insert(reply.flight.key_exchange->public_key).second;
  if (!fresh) {
    facts_.reuses_keys = Seen::kYes;
  } else if (facts_.reuses_keys == Seen::kUnknown && public_keys_.size() > 1) {
    facts_.reuses_keys = Seen::kNo;
  }
}

/// True when it is worth asking again without what was chosen.
bool Scan::learn_suite(VersionFacts& facts, Codes& left, const Reply& reply) {
  if (reply.kind == Reply::Kind::kUnknown) {
    facts.why = reply.why;
    return false;
  }
  if (reply.kind == Reply::Kind::kRefused) {
    if (facts.spoken == Seen::kUnknown) facts.spoken = Seen::kNo;
    return false;
  }
  const ServerHello& hello = *reply.flight.hello;
  if (hello.version != facts.version) {
    if (facts.spoken == Seen::kUnknown) facts.spoken = Seen::kNo;
    return false;
  }
  facts.spoken = Seen::kYes;
  if (!contains(left, hello.suite)) {
    // Some answer with what they like although it was not offered; no question brings more.
    if (!contains(facts.suites, hello.suite)) facts.suites.push_back(hello.suite);
    facts.why = "the server chose a suite that was not offered";
    return false;
  }
  facts.suites.push_back(hello.suite);
  std::erase(left, hello.suite);
  return !left.empty();
}

Task<> Scan::study_part(Version version, Codes left) {
  VersionFacts& facts = of(version);
  bool more = true;
  while (more) {
    Reply reply;
    LR_CO_TRY(reply, co_await prober_.ask(usual_hello(version, left), false));
    note(reply);
    more = learn_suite(facts, left, reply);
  }
  co_return Result<>();
}

Task<> Scan::study_version(Version version) {
  const Codes all = suites_for(version);
  // Every connection to a mail server takes four round trips, and within a part one comes after the
  // other: more parts are worth the refusals that each ends with.
  const bool finer = gentle_ && version == Version::kTls12;
  const std::size_t offered = finer ? kSuitesOffered / 3 : kSuitesOffered;
  std::vector<Task<>> parts;
  for (std::size_t at = 0; at < all.size(); at += offered) {
    const auto from = all.begin() + static_cast<std::ptrdiff_t>(at);
    const std::size_t count = std::min(offered, all.size() - at);
    parts.push_back(study_part(version, Codes(from, from + static_cast<std::ptrdiff_t>(count))));
  }
  const std::size_t at_once = gentle_ ? ScanOptions::kGentle - 1 : kPartsAtOnce;
  co_return co_await net::run_all(std::move(parts), at_once);
}

Task<> Scan::study_groups13() {
  Codes left = groups_for(Version::kTls13);
  while (!left.empty()) {
    ClientHello hello = usual_hello(Version::kTls13, of(Version::kTls13).suites);
    hello.groups = left;
    Reply reply;
    LR_CO_TRY(reply, co_await prober_.ask(std::move(hello), false));
    if (reply.kind == Reply::Kind::kUnknown) facts_.groups13_why = reply.why;
    if (reply.kind != Reply::Kind::kHello) break;
    const std::uint16_t group = reply.flight.hello->group;
    if (!contains(left, group)) {
      facts_.groups13_why = "the server chose a group that was not offered";
      break;
    }
    facts_.groups13.push_back(group);
    std::erase(left, group);
  }
  co_return Result<>();
}

/// Takes away what was chosen, until the server refuses or repeats itself.
Task<> Scan::another_round12(ClientHello hello) {
  while (!hello.groups.empty()) {
    Reply reply;
    LR_CO_TRY(reply, co_await prober_.ask(hello, true));
    note(reply);
    if (reply.kind == Reply::Kind::kUnknown) facts_.groups12_why = reply.why;
    if (reply.kind != Reply::Kind::kHello || !reply.flight.key_exchange) break;
    const std::uint16_t group = reply.flight.key_exchange->group;
    if (contains(facts_.groups12, group)) break;
    facts_.groups12.push_back(group);
    if (!contains(hello.groups, group)) break;
    std::erase(hello.groups, group);
  }
  co_return Result<>();
}

Task<> Scan::study_groups12() {
  constexpr std::uint16_t kP256 = 0x0017;
  const auto version = facts_.best_before_13();
  const Codes suites = version ? chosen_kind(of(*version).suites, is_ecdhe) : Codes();
  if (suites.empty()) co_return Result<>();
  ClientHello hello = usual_hello(*version, suites);
  LR_CO_TRY_VOID(co_await another_round12(hello));
  if (!contains(facts_.groups12, kP256)) co_return Result<>();
  // A server with a key on P-256 may refuse clients that do not name that curve, whatever group
  // would serve for the exchange (RFC 8422 section 5.1): the rest is asked for with it.
  std::erase_if(hello.groups, [&](std::uint16_t one) { return contains(facts_.groups12, one); });
  hello.groups.push_back(kP256);
  co_return co_await another_round12(std::move(hello));
}

Task<> Scan::study_signatures() {
  const Codes suites = chosen_kind(of(Version::kTls12).suites, is_signed);
  if (suites.empty()) co_return Result<>();
  ClientHello hello = usual_hello(Version::kTls12, suites);
  while (!hello.signature_schemes.empty()) {
    Reply reply;
    LR_CO_TRY(reply, co_await prober_.ask(hello, true));
    note(reply);
    if (reply.kind == Reply::Kind::kUnknown) facts_.signatures_why = reply.why;
    if (reply.kind != Reply::Kind::kHello || !reply.flight.key_exchange) break;
    const std::uint16_t scheme = reply.flight.key_exchange->signature_scheme;
    if (contains(facts_.signature_schemes, scheme)) break;
    facts_.signature_schemes.push_back(scheme);
    if (!contains(hello.signature_schemes, scheme)) break;
    std::erase(hello.signature_schemes, scheme);
  }
  co_return Result<>();
}

Task<> Scan::study_dh() {
  for (const Version version :
       {Version::kTls12, Version::kTls11, Version::kTls10, Version::kSsl30}) {
    const Codes suites = chosen_kind(of(version).suites, is_dhe);
    if (suites.empty()) continue;
    ClientHello hello = usual_hello(version, suites);
    // Without groups of RFC 7919 the server shows the parameters that it has of its own.
    std::erase_if(hello.groups, [](std::uint16_t one) { return one >= 0x0100 && one < 0x0200; });
    Reply reply;
    LR_CO_TRY(reply, co_await prober_.ask(std::move(hello), true));
    note(reply);
    if (!reply.flight.key_exchange) continue;
    facts_.dh_bits = reply.flight.key_exchange->dh_bits;
    break;
  }
  co_return Result<>();
}

/// Two suites, offered in either order: does the server's choice follow?
Task<> Scan::study_order() {
  const auto version = facts_.best_before_13();
  if (!version || of(*version).suites.size() < 2) co_return Result<>();
  const Codes& suites = of(*version).suites;
  Reply first;
  Reply second;
  ClientHello hello = usual_hello(*version, {suites[0], suites[1]});
  LR_CO_TRY(first, co_await prober_.ask(hello, false));
  std::swap(hello.suites[0], hello.suites[1]);
  LR_CO_TRY(second, co_await prober_.ask(hello, false));
  if (!first.flight.hello || !second.flight.hello) co_return Result<>();
  const bool same = first.flight.hello->suite == second.flight.hello->suite;
  facts_.server_order = same ? Seen::kYes : Seen::kNo;
  co_return Result<>();
}

/// A client that comes back with a lower version and says so must be refused (RFC 7507).
Task<> Scan::study_fallback() {
  std::optional<Version> lower;
  bool higher_spoken = facts_.speaks(Version::kTls13);
  for (const Version version : {Version::kTls12, Version::kTls11, Version::kTls10}) {
    if (!facts_.speaks(version)) continue;
    if (higher_spoken) {
      lower = version;
      break;
    }
    higher_spoken = true;
  }
  if (!lower) co_return Result<>();
  ClientHello hello = usual_hello(*lower, of(*lower).suites);
  hello.suites.push_back(kFallbackScsv);
  Reply reply;
  LR_CO_TRY(reply, co_await prober_.ask(std::move(hello), false));
  if (reply.kind == Reply::Kind::kHello) facts_.fallback_scsv = Seen::kNo;
  if (reply.kind == Reply::Kind::kRefused) facts_.fallback_scsv = Seen::kYes;
  co_return Result<>();
}

Task<> Scan::study_compression() {
  const auto version = facts_.best_before_13();
  if (!version) co_return Result<>();
  ClientHello hello = usual_hello(*version, of(*version).suites);
  hello.compression = {1, 0};  // DEFLATE (RFC 3749) and none.
  Reply reply;
  LR_CO_TRY(reply, co_await prober_.ask(std::move(hello), false));
  if (reply.kind != Reply::Kind::kHello) co_return Result<>();
  facts_.compression = reply.flight.hello->compression != 0 ? Seen::kYes : Seen::kNo;
  co_return Result<>();
}

Task<> Scan::study_extensions() {
  const auto version = facts_.best_before_13();
  if (!version) co_return Result<>();
  ClientHello hello = usual_hello(*version, of(*version).suites);
  hello.alpn = {"h2", "http/1.1"};
  hello.heartbeat = true;
  hello.session_ticket = true;
  Reply reply;
  LR_CO_TRY(reply, co_await prober_.ask(std::move(hello), false));
  if (reply.kind != Reply::Kind::kHello) co_return Result<>();
  const auto seen = [](bool yes) { return yes ? Seen::kYes : Seen::kNo; };
  const ServerHello& answer = *reply.flight.hello;
  facts_.secure_renegotiation = seen(answer.renegotiation_info);
  facts_.alpn = answer.alpn.value_or("");
  if (*version == Version::kSsl30) co_return Result<>();
  facts_.extended_master_secret = seen(answer.extended_master_secret);
  facts_.heartbeat = seen(answer.heartbeat);
  facts_.session_tickets = seen(answer.session_ticket);
  co_return Result<>();
}

/// The same question twice, once with values that nobody knows, so that only these can make the
/// difference.
Task<> Scan::study_tolerance() {
  Version version = Version::kTls13;
  if (!facts_.speaks(version)) version = facts_.best_before_13().value_or(Version::kSsl30);
  if (version == Version::kSsl30) co_return Result<>();
  ClientHello hello = usual_hello(version, of(version).suites);
  Reply plain;
  Reply greased;
  LR_CO_TRY(plain, co_await prober_.ask(hello, false));
  hello.grease = true;
  LR_CO_TRY(greased, co_await prober_.ask(std::move(hello), false));
  if (plain.kind != Reply::Kind::kHello || greased.kind == Reply::Kind::kUnknown) {
    co_return Result<>();
  }
  facts_.tolerant = greased.kind == Reply::Kind::kHello ? Seen::kYes : Seen::kNo;
  co_return Result<>();
}

Task<> Scan::run() {
  prober_.reserve(std::min(kForSignals, limit_ / 2));
  std::vector<Task<>> versions;
  for (const Version version :
       {Version::kTls13, Version::kTls12, Version::kTls10, Version::kTls11, Version::kSsl30}) {
    versions.push_back(study_version(version));
  }
  // TLS 1.3 has one part, the older ones have three.
  const std::size_t at_once = gentle_ ? 2 : kVersionsAtOnce;
  LR_CO_TRY_VOID(co_await net::run_all(std::move(versions), at_once));
  prober_.reserve(0);
  std::vector<Task<>> signals;
  if (facts_.speaks(Version::kTls13)) signals.push_back(study_groups13());
  signals.push_back(study_dh());
  signals.push_back(study_extensions());
  signals.push_back(study_compression());
  signals.push_back(study_tolerance());
  signals.push_back(study_groups12());
  if (gentle_) {
    facts_.signatures_why = "mail servers are not asked";
  } else {
    signals.push_back(study_fallback());
    signals.push_back(study_order());
    signals.push_back(study_signatures());
  }
  co_return co_await net::run_all(std::move(signals), kSignalsAtOnce);
}

TlsFacts Scan::take() {
  facts_.handshakes = prober_.handshakes();
  facts_.trouble = prober_.trouble();
  // Who refuses everything may be no TLS server at all: that is no proof that it speaks nothing.
  if (!facts_.answered()) {
    for (VersionFacts& one : facts_.versions) {
      if (one.why.empty()) one.why = "the server refused every ClientHello";
      one.spoken = Seen::kUnknown;
    }
  }
  return std::move(facts_);
}

}  // namespace

const VersionFacts& TlsFacts::of(Version version) const {
  return versions[static_cast<std::size_t>(version) - 0x0300];
}

bool TlsFacts::answered() const {
  return std::ranges::any_of(versions,
                             [](const VersionFacts& one) { return one.spoken == Seen::kYes; });
}

std::optional<Version> TlsFacts::best_before_13() const {
  for (const Version version :
       {Version::kTls12, Version::kTls11, Version::kTls10, Version::kSsl30}) {
    if (speaks(version)) return version;
  }
  return std::nullopt;
}

Task<TlsFacts> scan_tls(StreamFactory connect, ScanOptions options) {
  const MonoTime start = std::chrono::steady_clock::now();
  Scan scan(std::move(connect), options);
  LR_CO_TRY_VOID(co_await scan.run());
  TlsFacts facts = scan.take();
  facts.took = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - start);
  co_return facts;
}

Task<std::vector<std::string>> clear_certificates(StreamFactory connect, ScanOptions options) {
  Prober prober(std::move(connect), std::move(options));
  std::string why = "no version up to TLS 1.2 is spoken";
  for (const Version version : {Version::kTls12, Version::kTls10, Version::kSsl30}) {
    Reply reply;
    ClientHello hello = usual_hello(version, chosen_kind(suites_for(version), shows_certificate));
    LR_CO_TRY(reply, co_await prober.ask(std::move(hello), true));
    if (!reply.flight.certificates.empty()) co_return std::move(reply.flight.certificates);
    if (!reply.why.empty()) why = reply.why;
  }
  co_return fail(Code::kUnavailable, "no certificates in the clear: " + why, Origin::kTarget);
}

}  // namespace lr::domain::tls
