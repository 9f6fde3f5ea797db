// The network side of `launchready secrets URL`: one GET after the other.
#pragma once

#include <memory>
#include <string>

#include "net/event_loop.h"
#include "net/http_client.h"
#include "secrets/sources/fetcher.h"

namespace lr::cli {

class SiteFetcher final : public secrets::Fetcher {
 public:
  /// `ca_file`: a further certificate authority, or "".
  static Result<std::unique_ptr<SiteFetcher>> create(const std::string& ca_file);
  Result<secrets::Fetched> fetch(const text::Url& url, std::size_t body_max) override;

 private:
  explicit SiteFetcher(std::shared_ptr<net::TlsClientContext> tls);
  net::EventLoop loop_;
  net::HttpClient client_;
};

}  // namespace lr::cli
