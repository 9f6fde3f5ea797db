// The network side of `launchready secrets URL`: one GET after the other.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/clock.h"
#include "net/event_loop.h"
#include "net/http_client.h"
#include "secrets/sources/fetcher.h"

namespace lr::cli {

class SiteFetcher final : public secrets::Fetcher {
 public:
  /// `ca_file`: a further certificate authority, or "". `max_rps`: most requests per second.
  static Result<std::unique_ptr<SiteFetcher>> create(const std::string& ca_file,
                                                     std::uint32_t max_rps);
  Result<secrets::Fetched> fetch(const text::Url& url, std::size_t body_max) override;

 private:
  SiteFetcher(std::shared_ptr<net::TlsClientContext> tls, std::uint32_t max_rps);
  net::EventLoop loop_;
  net::HttpClient client_;
  nanoseconds between_;  ///< Of the beginnings of two requests.
  MonoTime next_{};
};

}  // namespace lr::cli
