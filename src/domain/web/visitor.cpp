#include "domain/web/visitor.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "domain/web/reference.h"

namespace lr::domain {

bool is_unknown(Reach reach) {
  return reach == Reach::kUnreachable || reach == Reach::kLookUpFailed || reach == Reach::kGivenUp;
}

bool Visit::is_redirect() const {
  const int status = response.status;
  const bool moved = status == 301 || status == 302 || status == 303 || status == 307;
  return has_response() && (moved || status == 308);
}

std::optional<std::string_view> Visit::header(std::string_view name) const {
  return response.headers.get(name);
}

std::string Visit::quote(std::initializer_list<std::string_view> fields) const {
  std::string out = fmt::format("GET {}", url.str());
  if (ip != text::IpAddress()) out += fmt::format(" at {}", ip.str());
  if (!has_response()) return out + "\n" + why;
  out += fmt::format("\n{}", response.status);
  for (const std::string_view name : fields) {
    for (const text::Header& field : response.headers) {
      if (text::equals_ignoring_case(field.name, name)) {
        out += fmt::format("\n{}: {}", field.name, field.value);
      }
    }
  }
  if (!why.empty()) out += "\n" + why;
  return out;
}

std::string Chain::quote() const {
  std::string out;
  for (const Visit& hop : hops) {
    if (!out.empty()) out += '\n';
    const std::string result = hop.has_response() ? std::to_string(hop.response.status) : hop.why;
    out += fmt::format("{} → {} {}", hop.url.str(), result,
                       hop.is_redirect() ? hop.header("Location").value_or("(no Location)") : "");
  }
  return out;
}

text::Url web_url(std::string_view scheme, std::string_view host, std::string_view target) {
  text::Url url;
  url.scheme = scheme;
  url.host = host;
  url.port = scheme == "https" ? 443 : 80;
  url.target = target;
  return url;
}

std::string curl_of(const text::Url& url) { return "curl -sSI " + url.str(); }

struct Visitor::Impl {
  explicit Impl(Inspection& owner) : inspection(owner), network(owner.network()) {}

  /// "" or what prevents any verified connection.
  std::string prepare() {
    if (verified) return {};
    auto context = net::TlsClientContext::create(network.ca_file);
    auto unchecked = net::TlsClientContext::create_unverified();
    if (!context) return context.error().detail();
    if (!unchecked) return unchecked.error().detail();
    any_certificate = *unchecked;
    verified = std::make_unique<net::HttpClient>(loop, *context);
    unverified = std::make_unique<net::HttpClient>(loop, any_certificate);
    return {};
  }
  bool given_up() const {
    return visits >= kVisits || network.deadline.expired(std::chrono::steady_clock::now());
  }
  Result<net::HttpResponse> call(net::HttpClient& client, const Visit& visit,
                                 const VisitOptions& options);
  bool connects(const Visit& visit, bool with_tls);
  std::string key_of(const Visit& visit) const {
    return network.endpoint(visit.ip, visit.url.port).str();
  }
  void explain(Visit& visit, const VisitOptions& options, const Error& error);

  Inspection& inspection;
  const Network& network;
  net::EventLoop loop;
  std::shared_ptr<net::TlsClientContext> any_certificate;
  std::unique_ptr<net::HttpClient> verified;
  std::unique_ptr<net::HttpClient> unverified;
  std::map<std::string, HostAddresses> known;
  std::map<std::string, std::string> silent;  ///< Endpoints that let us wait in vain, and why.
  std::size_t visits = 0;
};

Result<net::HttpResponse> Visitor::Impl::call(net::HttpClient& client, const Visit& visit,
                                              const VisitOptions& options) {
  ++visits;
  inspection.count_requests(1);
  net::HttpRequest request;
  request.url = visit.url;
  request.headers = options.headers;
  if (!request.headers.get("User-Agent")) request.headers.add("User-Agent", "LaunchReady");
  if (!request.headers.get("Accept")) request.headers.add("Accept", "*/*");
  if (!options.raw_target.empty()) request.raw_target = options.raw_target;
  request.connect_to = network.endpoint(visit.ip, visit.url.port);
  net::CallOptions how;
  how.connect = network.connect_patience;
  how.deadline =
      Deadline::after(network.connect_patience + kAnswerPatience).sooner(network.deadline);
  how.body_max = options.body_max;
  how.head_only = options.head_only;
  return loop.block_on(client.call(std::move(request), how));
}

bool Visitor::Impl::connects(const Visit& visit, bool with_tls) {
  inspection.count_requests(1);
  text::Url origin = visit.url;
  if (!with_tls) origin.scheme = "http";
  const Deadline deadline = Deadline::after(network.connect_patience).sooner(network.deadline);
  auto stream = loop.block_on(net::connect(loop, origin, any_certificate, deadline,
                                           network.endpoint(visit.ip, visit.url.port)));
  if (stream) (*stream)->close();
  return stream.has_value();
}

/// Asks again with less, step by step, to learn which step failed.
void Visitor::Impl::explain(Visit& visit, const VisitOptions& options, const Error& error) {
  visit.why = error.detail();
  visit.reach = Reach::kUnreachable;
  if (error.code() == Code::kDeadlineExceeded) {
    visit.timed_out = true;
    // Whether an address drops connections does not depend on the name that is asked for.
    if (visit.why.starts_with("connecting to")) silent.emplace(key_of(visit), visit.why);
    return;
  }
  if (visit.why.contains("Connection refused")) {
    visit.reach = Reach::kRefused;
    return;
  }
  if (!connects(visit, false)) return;
  visit.reach = Reach::kNoHttp;
  if (visit.url.scheme != "https") return;
  Result<net::HttpResponse> behind = call(*unverified, visit, options);
  if (behind) {
    visit.reach = Reach::kBadCertificate;
    visit.response = std::move(*behind);
  } else if (behind.error().code() == Code::kDeadlineExceeded) {
    visit.reach = Reach::kUnreachable;
  } else if (!connects(visit, true)) {
    visit.reach = Reach::kNoTls;
  }
}

Visitor::Visitor(Inspection& inspection) : impl_(std::make_unique<Impl>(inspection)) {}
Visitor::~Visitor() = default;

const HostAddresses& Visitor::addresses(const std::string& host) {
  const auto at = impl_->known.find(host);
  if (at != impl_->known.end()) return at->second;
  HostAddresses found;
  if (Result<text::IpAddress> ip = text::parse_ip(host)) {
    found.all.push_back(*ip);
  } else {
    found = addresses_of(impl_->network.resolver, host);
  }
  return impl_->known.emplace(host, std::move(found)).first->second;
}

Visit Visitor::visit_at(const text::Url& url, const text::IpAddress& ip,
                        const VisitOptions& options) {
  Visit visit;
  visit.url = url;
  visit.ip = ip;
  visit.why = impl_->prepare();
  if (visit.why.empty() && impl_->given_up()) visit.why = "no time or requests left for it";
  if (!visit.why.empty()) {
    visit.reach = Reach::kGivenUp;
    return visit;
  }
  if (const auto at = impl_->silent.find(impl_->key_of(visit)); at != impl_->silent.end()) {
    visit.why = at->second;
    visit.timed_out = true;
    return visit;
  }
  Result<net::HttpResponse> response = impl_->call(*impl_->verified, visit, options);
  if (response) {
    visit.reach = Reach::kAnswered;
    visit.response = std::move(*response);
  } else {
    impl_->explain(visit, options, response.error());
  }
  return visit;
}

Visit Visitor::visit(const text::Url& url, const VisitOptions& options) {
  const HostAddresses& found = addresses(url.host);
  Visit last;
  last.url = url;
  last.reach = found.failed ? Reach::kLookUpFailed : Reach::kNoAddress;
  last.why = found.failed ? "the DNS gave no answer: " + found.why
                          : (found.exists ? "the name has no address" : "the name does not exist");
  bool silent = false;
  for (const text::IpAddress& ip : found.all) {
    last = visit_at(url, ip, options);
    silent = silent || is_unknown(last.reach);
    const bool connected = last.reach != Reach::kRefused && last.reach != Reach::kUnreachable;
    if (connected) return last;
  }
  // One address refuses, another keeps silent: whether the port is closed nobody can say.
  if (silent && last.reach == Reach::kRefused) last.reach = Reach::kUnreachable;
  return last;
}

Chain Visitor::follow(const text::Url& url, const VisitOptions& options) {
  Chain chain;
  std::set<std::string> seen;
  text::Url next = url;
  while (true) {
    seen.insert(next.str());
    chain.hops.push_back(visit(next, options));
    const Visit& hop = chain.hops.back();
    if (!hop.has_response()) chain.end = Chain::End::kFailed;
    if (!hop.is_redirect()) return chain;
    const auto location = hop.header("Location");
    Result<text::Url> target = resolve_reference(next, location.value_or(""));
    if (!location || !target) {
      chain.end = Chain::End::kBadLocation;
      return chain;
    }
    next = std::move(*target);
    const bool loop = seen.contains(next.str());
    if (loop || chain.hops.size() > kHops) {
      chain.end = loop ? Chain::End::kLoop : Chain::End::kTooLong;
      chain.next = next;
      return chain;
    }
  }
}

}  // namespace lr::domain
