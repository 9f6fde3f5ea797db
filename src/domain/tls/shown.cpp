#include "domain/tls/shown.h"

#include "domain/tls/scan.h"
#include "net/certificate_fetch.h"

namespace lr::domain::tls {
namespace {

using net::Task;
using End = ShownCertificate::End;

constexpr std::size_t kAtOnce = 8;

Task<> look_at_one(net::EventLoop& loop, const Network& network, ShownCertificate& out) {
  const Deadline deadline = Deadline::after(network.connect_patience).sooner(network.deadline);
  Result<std::unique_ptr<net::Stream>> stream =
      co_await connect_plain(loop, out.endpoint, deadline);
  if (!stream) {
    out.why = stream.error().detail();
    if (out.why.contains("Connection refused")) out.end = End::kClosed;
    co_return Result<>();
  }
  (*stream)->expires(deadline);
  net::FetchOptions options{.server_name = out.host};
  Result<net::ServedCertificates> served =
      co_await net::fetch_certificates(**stream, std::move(options));
  if (!served) {
    out.why = served.error().detail();
    out.end = served.error().code() == Code::kDeadlineExceeded ? End::kSilent : End::kNoTls;
    co_return Result<>();
  }
  Result<CertificateFacts> leaf =
      read_certificate(served->chain.empty() ? std::string() : served->chain.front());
  out.end = leaf ? End::kShown : End::kNoTls;
  if (!leaf) {
    out.why = leaf.error().detail();
    co_return Result<>();
  }
  out.leaf = std::move(*leaf);
  out.chain = std::move(served->chain);
  co_return Result<>();
}

Task<> look_at_all(net::EventLoop& loop, const Network& network,
                   std::vector<ShownCertificate>& all) {
  std::vector<Task<>> tasks;
  for (ShownCertificate& one : all) tasks.push_back(look_at_one(loop, network, one));
  co_return co_await net::run_all(std::move(tasks), kAtOnce);
}

}  // namespace

void look_at(const Network& network, std::vector<ShownCertificate>& all) {
  net::EventLoop loop;
  const Result<> looked = loop.block_on(look_at_all(loop, network, all));
  for (ShownCertificate& one : all) {
    if (!looked && one.end == End::kSilent && one.why.empty()) one.why = looked.error().detail();
  }
}

}  // namespace lr::domain::tls
