#include "net/certificate_fetch.h"

#include <gtest/gtest.h>

#include "net/testing/rig.h"

namespace lr::net {
namespace {

using testing::CertificateFiles;
using testing::loopback;
using testing::RawClient;
using testing::ScriptedUpstream;
using testing::ServerRig;

Task<> hello(ServerExchange& exchange) { return exchange.send(200, {}, "hello"); }

Task<ServedCertificates> fetch(EventLoop& loop, std::uint16_t port, FetchOptions options,
                               milliseconds patience) {
  const Deadline deadline = Deadline::after(patience);
  LR_CO_TRY(const std::unique_ptr<Stream> stream,
            co_await connect(loop, testing::url_of(port), nullptr, deadline, loopback(port)));
  stream->expires(deadline);
  co_return co_await fetch_certificates(*stream, std::move(options));
}

TEST(FetchCertificates, ShowsTheCertificateThatNobodyTrusts) {
  const CertificateFiles files("a.example");
  auto context = TlsServerContext::load(files.certificate(), files.key());
  ASSERT_TRUE(context);
  ServerRig rig(hello, {}, *context);
  EventLoop loop;
  FetchOptions options{.server_name = "a.example", .ticket_patience = milliseconds(200)};
  const auto served = loop.block_on(fetch(loop, rig.port(), options, milliseconds(20'000)));
  ASSERT_TRUE(served) << served.error().detail();
  ASSERT_EQ(served->chain.size(), 1U);
  EXPECT_TRUE(served->chain[0].starts_with("\x30\x82"));
  EXPECT_EQ(served->version, 0x0304);
  EXPECT_EQ(served->alpn, "http/1.1");
  EXPECT_EQ(served->staple, "");
  EXPECT_EQ(served->timestamps, 0U);
  EXPECT_EQ(served->early_data.value_or(0), 0U);

  // The key is on P-256.
  options.key = FetchOptions::Key::kEcdsa;
  EXPECT_TRUE(loop.block_on(fetch(loop, rig.port(), options, milliseconds(20'000))));
  options.key = FetchOptions::Key::kRsa;
  EXPECT_FALSE(loop.block_on(fetch(loop, rig.port(), options, milliseconds(20'000))));
}

TEST(FetchCertificates, FailsWithAReasonWhereNoTlsIsSpoken) {
  const ScriptedUpstream plain(
      [](RawClient& client) { client.send("HTTP/1.1 400 Bad Request\r\n\r\n"); });
  EventLoop loop;
  const auto served = loop.block_on(fetch(loop, plain.port(), {}, milliseconds(20'000)));
  ASSERT_FALSE(served);
  EXPECT_EQ(served.error().code(), Code::kUnavailable);
}

TEST(FetchCertificates, EndsWithItsDeadlineWhenTheServerStalls) {
  const ScriptedUpstream stalling([](RawClient& client) { client.read_to_end(); });
  EventLoop loop;
  const auto served = loop.block_on(fetch(loop, stalling.port(), {}, milliseconds(300)));
  ASSERT_FALSE(served);
  EXPECT_EQ(served.error().code(), Code::kDeadlineExceeded);
}

}  // namespace
}  // namespace lr::net
