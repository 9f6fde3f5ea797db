// A small web on the loopback: names with addresses, an nginx that serves them, certificates that
// are trusted, and the verdicts of an area about it. For tests.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "domain/check.h"
#include "domain/network.h"
#include "domain/subject.h"
#include "domain/testing/nginx_server.h"
#include "domain/zone.h"
#include "report/report.h"

namespace lr::domain {

/// What an area said.
struct Verdicts {
  report::Report report;
  std::vector<std::string> silent;  ///< Checks without a word; should be empty.

  /// "pass", "fail", "inconclusive", "not_applicable".
  std::string of(std::string_view id) const;
  /// The first finding of a check; null when there is none.
  const report::Finding* finding(std::string_view id) const;
  /// The ids that fail, joined by spaces, in the order of the area.
  std::string failing() const;
};

class WebStage {
 public:
  static constexpr std::string_view kDomain = "acme.test";

  WebStage();
  ~WebStage();
  /// A record of the zone: an address for a name.
  void add_address(std::string_view name, std::string_view ip);
  /// A server block for plain HTTP on every address; `rules` stand inside.
  void serve_http(std::string_view names, std::string_view rules);
  /// One for HTTPS with a certificate for the first of `names`.
  void serve_https(std::string_view names, std::string_view rules, bool trusted = true);
  /// Starts the server. Fails the test when that does not work.
  void start();

  Verdicts inspect(const Area& area, bool live = true);
  Zone& zone() { return zone_; }
  Subject& subject() { return subject_; }
  NginxSetup& setup() { return setup_; }
  const NginxServer& server() const { return *server_; }
  Network network();

 private:
  Zone zone_;
  Subject subject_;
  NginxSetup setup_;
  std::string trusted_{};  ///< PEM of the certificates to trust.
  std::unique_ptr<NginxServer> server_;
};

}  // namespace lr::domain
