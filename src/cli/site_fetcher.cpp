#include "cli/site_fetcher.h"

#include <utility>

namespace lr::cli {

Result<std::unique_ptr<SiteFetcher>> SiteFetcher::create(const std::string& ca_file) {
  LR_TRY(auto tls, net::TlsClientContext::create(ca_file));
  return std::unique_ptr<SiteFetcher>(new SiteFetcher(std::move(tls)));
}

SiteFetcher::SiteFetcher(std::shared_ptr<net::TlsClientContext> tls)
    : client_(loop_, std::move(tls)) {}

Result<secrets::Fetched> SiteFetcher::fetch(const text::Url& url, std::size_t body_max) {
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
