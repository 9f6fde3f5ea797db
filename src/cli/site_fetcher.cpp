#include "cli/site_fetcher.h"

#include <algorithm>
#include <thread>
#include <utility>

namespace lr::cli {

Result<std::unique_ptr<SiteFetcher>> SiteFetcher::create(const std::string& ca_file,
                                                         std::uint32_t max_rps) {
  LR_TRY(auto tls, net::TlsClientContext::create(ca_file));
  return std::unique_ptr<SiteFetcher>(new SiteFetcher(std::move(tls), max_rps));
}

SiteFetcher::SiteFetcher(std::shared_ptr<net::TlsClientContext> tls, std::uint32_t max_rps)
    : client_(loop_, std::move(tls)), between_(std::chrono::seconds(1)) {
  between_ /= std::max<std::uint32_t>(1, max_rps);
}

Result<secrets::Fetched> SiteFetcher::fetch(const text::Url& url, std::size_t body_max) {
  std::this_thread::sleep_until(next_);
  next_ = std::chrono::steady_clock::now() + between_;
  net::HttpRequest request;
  request.url = url;
  request.headers.add("Accept", "*/*");
  request.headers.add("Accept-Encoding", "gzip, identity");
  request.headers.add("User-Agent", "launchready");
  net::CallOptions options;
  options.body_max = body_max;
  LR_TRY(net::HttpResponse answer, loop_.block_on(client_.call(std::move(request), options)));
  secrets::Fetched out;
  out.status = answer.status;
  out.headers = std::move(answer.headers);
  out.body = std::move(answer.body);
  out.body_cut = answer.body_cut;
  return out;
}

}  // namespace lr::cli
