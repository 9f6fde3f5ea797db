#include "domain/tls/certificate_view.h"

#include <fmt/format.h>

#include <map>
#include <set>

#include "domain/tls/certificate_judge.h"
#include "domain/tls/endpoints.h"
#include "domain/tls/scan.h"
#include "net/certificate_fetch.h"

namespace lr::domain::tls {
namespace {

using net::FetchOptions;
using net::ServedCertificates;
using net::Task;

constexpr std::size_t kFetchesAtOnce = 8;
constexpr std::size_t kAddresses = 4;  ///< Of a host and of each family of addresses.

struct Served {
  WebEndpoint where{};
  std::vector<ServedCertificates> all{};  ///< One for each kind of key, at most two.
  bool completed = true;                  ///< False: seen in the clear part of a handshake only.
  std::size_t connections = 0;
  std::string failure{};
};

struct Connector {
  net::EventLoop* loop;
  net::Endpoint endpoint;
  milliseconds patience;
  Task<std::unique_ptr<net::Stream>> operator()() const {
    return connect_plain(*loop, endpoint, Deadline::after(patience));
  }
};

Task<ServedCertificates> fetch(Connector connect, std::string host, FetchOptions::Key key) {
  LR_CO_TRY(const std::unique_ptr<net::Stream> stream, co_await connect());
  stream->expires(Deadline::after(connect.patience));
  FetchOptions options{.server_name = std::move(host), .key = key};
  co_return co_await net::fetch_certificates(*stream, std::move(options));
}

Task<> fetch_one(net::EventLoop& loop, const Network& network, Served& out) {
  const Connector connect{&loop, out.where.endpoint, network.connect_patience};
  std::set<std::string> leaves;
  for (const FetchOptions::Key key :
       {FetchOptions::Key::kAny, FetchOptions::Key::kEcdsa, FetchOptions::Key::kRsa}) {
    ++out.connections;
    Result<ServedCertificates> got = co_await fetch(connect, out.where.host, key);
    if (!got && key == FetchOptions::Key::kAny) {
      out.failure = got.error().detail();
      if (got.error().code() == Code::kDeadlineExceeded) co_return Result<>();
    }
    if (!got || got->chain.empty() || !leaves.insert(got->chain.front()).second) continue;
    out.all.push_back(std::move(*got));
  }
  if (!out.all.empty()) co_return Result<>();
  // Too old for OpenSSL, perhaps; before TLS 1.3 certificates travel in the clear.
  ScanOptions options{.server_name = out.where.host, .deadline = network.deadline};
  Result<std::vector<std::string>> chain = co_await clear_certificates(connect, std::move(options));
  if (!chain) co_return Result<>();
  out.completed = false;
  out.all.push_back({.chain = std::move(*chain)});
  co_return Result<>();
}

Task<> fetch_all(net::EventLoop& loop, const Network& network, std::vector<Served>& all) {
  std::vector<Task<>> tasks;
  for (Served& one : all) tasks.push_back(fetch_one(loop, network, one));
  co_return co_await net::run_all(std::move(tasks), kFetchesAtOnce);
}

/// What certificates of several servers say together.
class Comparison {
 public:
  explicit Comparison(Inspection& inspection) : inspection_(inspection) {}
  void add(const WebEndpoint& where, const CertificateFacts& leaf);

 private:
  struct Seen {
    std::string about;
    std::string der;
    WallTime until;
  };
  bool clashes(std::map<std::string, Seen>& known, const std::string& key, const Seen& one,
               std::string_view check);
  void compare_addresses(const WebEndpoint& where, const CertificateFacts& leaf, const Seen& one);

  Inspection& inspection_;
  std::map<std::string, Seen> by_key_{};
  std::map<std::string, Seen> by_serial_{};
  std::map<std::pair<std::string, KeyKind>, Seen> by_host_{};
};

/// Says of `one` whether an earlier, different certificate has the same `key`.
bool Comparison::clashes(std::map<std::string, Seen>& known, const std::string& key,
                         const Seen& one, std::string_view check) {
  const auto [at, fresh] = known.emplace(key, one);
  if (fresh || at->second.der == one.der) return false;
  inspection_.found(check, {.about = one.about, .observed = "the same as at " + at->second.about});
  return true;
}

void Comparison::compare_addresses(const WebEndpoint& where, const CertificateFacts& leaf,
                                   const Seen& one) {
  const auto [at, fresh] = by_host_.emplace(std::pair(where.host, leaf.key), one);
  if (fresh) return;
  if (at->second.der == one.der) return inspection_.proved("differs", one.about);
  inspection_.found("differs",
                    {.about = one.about,
                     .observed = fmt::format("{}: valid until {}; {}: valid until {}", one.about,
                                             format_rfc3339(one.until), at->second.about,
                                             format_rfc3339(at->second.until))});
}

void Comparison::add(const WebEndpoint& where, const CertificateFacts& leaf) {
  const Seen one{where.about, leaf.der, leaf.until};
  if (!clashes(by_key_, leaf.key_digest, one, "shared_key")) {
    inspection_.proved("shared_key", where.about);
  }
  if (!clashes(by_serial_, leaf.issuer + "|" + leaf.serial, one, "serial_reused")) {
    inspection_.proved("serial_reused", where.about);
  }
  compare_addresses(where, leaf, one);
}

void say_unproved(Inspection& inspection, std::span<const CheckDef> checks,
                  const std::string& about, const std::string& why) {
  for (const CheckDef& check : checks) inspection.unproved(check.id, about, why);
}

/// One certificate of one server. False with `why` when it cannot be read.
Result<> judge_one(Inspection& inspection, const TrustStore& roots, const Served& served,
                   const ServedCertificates& got) {
  const Network& network = inspection.network();
  const Subject& subject = inspection.subject();
  LR_TRY(ChainFacts chain, study_chain(got.chain, roots));
  ServedView view{.host = served.where.host,
                  .peer = served.where.endpoint.str(),
                  .chain = std::move(chain),
                  .staple = {},
                  .timestamps = got.timestamps,
                  .system_roots = roots.is_system(),
                  .staple_known = served.completed};
  view.staple = study_staple(got.staple, view.chain, network.now);
  auto verdicts = judge_certificate(view, network.now, subject.tls, subject.from_contract);
  for (Verdict& verdict : verdicts) verdict.found.about = served.where.about;
  tell(inspection, served.where.about, verdicts);
  return {};
}

void judge_all(Inspection& inspection, std::span<const CheckDef> checks, const TrustStore& roots,
               const std::vector<Served>& all) {
  Comparison comparison(inspection);
  for (const Served& served : all) {
    inspection.count_requests(served.connections);
    const std::string peer = served.where.endpoint.str() + ": ";
    if (served.all.empty()) {
      say_unproved(inspection, checks, served.where.about,
                   peer + (served.failure.empty() ? "no certificate came" : served.failure));
    }
    for (const ServedCertificates& got : served.all) {
      const Result<> judged = judge_one(inspection, roots, served, got);
      if (!judged) {
        say_unproved(inspection, checks, served.where.about, peer + judged.error().detail());
        continue;
      }
      const Result<CertificateFacts> leaf = read_certificate(got.chain.front());
      if (leaf) comparison.add(served.where, *leaf);
    }
  }
}

}  // namespace

void inspect_certificates(Inspection& inspection, std::span<const CheckDef> checks) {
  const Network& network = inspection.network();
  if (!network.live) return inspection.rest_not_applicable("needs the network");
  const Result<std::unique_ptr<TrustStore>> roots = TrustStore::load(network.ca_file);
  if (!roots) return inspection.rest_unproved(inspection.subject().domain, roots.error().detail());
  const WebEndpoints endpoints = web_endpoints(inspection, kAddresses);
  std::vector<Served> all;
  for (const WebEndpoint& one : endpoints.all) all.push_back({.where = one});
  net::EventLoop loop;
  const Result<> fetched = loop.block_on(fetch_all(loop, network, all));
  if (!fetched) {
    for (Served& one : all) one.failure = fetched.error().detail();
  }
  judge_all(inspection, checks, **roots, all);
  for (const auto& [host, why] : endpoints.unknown) say_unproved(inspection, checks, host, why);
  if (!all.empty()) inspection.not_applicable("differs", "each host has one address");
  inspection.rest_not_applicable("no web host has an address");
}

}  // namespace lr::domain::tls
