// Looks at web servers the way a browser would, but at the addresses that the checked resolver
// gives, one at a time, and says why when there is no answer.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/inspection.h"
#include "net/http_client.h"
#include "text/url.h"

namespace lr::domain {

/// How far a visit came.
enum class Reach : std::uint8_t {
  kAnswered,
  kBadCertificate,  ///< Answered, but a browser would have refused the certificate.
  kNoTls,           ///< The port is open; no TLS handshake with a current client succeeds.
  kNoHttp,          ///< Connected; what came back is no HTTP/1.1 answer, or nothing.
  kRefused,         ///< Nobody listens there.
  kUnreachable,     ///< Silence or no route: nobody can say.
  kNoAddress,       ///< The name does not exist or has no address.
  kLookUpFailed,    ///< The DNS gave no answer.
  kGivenUp,         ///< A bound of ours: too many visits, or the run's time is up.
};
/// True when it says something of the network rather than of the server: never a finding.
bool is_unknown(Reach reach);

struct Visit {
  text::Url url{};
  text::IpAddress ip{};
  Reach reach = Reach::kUnreachable;
  std::string why{};             ///< Unless kAnswered.
  bool timed_out = false;        ///< For kUnreachable: silence, rather than no route.
  net::HttpResponse response{};  ///< For kAnswered and kBadCertificate.

  bool answered() const { return reach == Reach::kAnswered; }
  bool has_response() const { return answered() || reach == Reach::kBadCertificate; }
  bool is_redirect() const;
  std::optional<std::string_view> header(std::string_view name) const;
  /// For evidence: the request line, the address, the status and the fields named.
  std::string quote(std::initializer_list<std::string_view> fields) const;
};

struct VisitOptions {
  text::Headers headers{};
  std::size_t body_max = 64 * 1024;
  bool head_only = false;
  std::string raw_target{};  ///< Sent instead of the URL's when not "".
};

/// A walk along redirects.
struct Chain {
  enum class End : std::uint8_t { kAnswer, kLoop, kTooLong, kBadLocation, kFailed };
  std::vector<Visit> hops;  ///< At least one.
  End end = End::kAnswer;
  std::optional<text::Url> next{};  ///< Where the last redirect leads, when it was not followed.
  std::string quote() const;        ///< One line per hop.
};

/// Belongs to one area and its thread. Every visit counts as a request of the inspection.
class Visitor {
 public:
  static constexpr std::size_t kVisits = 400;
  static constexpr std::size_t kHops = 10;
  static constexpr seconds kAnswerPatience{10};

  explicit Visitor(Inspection& inspection);
  ~Visitor();
  Visitor(const Visitor&) = delete;
  Visitor& operator=(const Visitor&) = delete;

  /// The first address that can be connected to, as browsers choose.
  Visit visit(const text::Url& url, const VisitOptions& options = {});
  Visit visit_at(const text::Url& url, const text::IpAddress& ip, const VisitOptions& options = {});
  /// Follows redirects for at most kHops, without cookies.
  Chain follow(const text::Url& url, const VisitOptions& options = {});
  const HostAddresses& addresses(const std::string& host);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// "https://host/".
text::Url web_url(std::string_view scheme, std::string_view host, std::string_view target = "/");
/// "curl -sSI https://host/".
std::string curl_of(const text::Url& url);

}  // namespace lr::domain
