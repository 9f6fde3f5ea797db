// The HTTPS listener: certificates that change, and the plain listener that points to it.
#include "net/tls.h"

#include <gmock/gmock.h>

#include "guard/redirect.h"
#include "guard/testing/guard_fixture.h"

namespace lr::guard::testing {
namespace {

using ::testing::HasSubstr;

class TlsTest : public GuardTest {
 protected:
  void write_certificate() {
    const auto pair = net::make_self_signed("localhost");
    ASSERT_TRUE(pair.has_value());
    write_file("tls.pem", pair->certificate);
    write_file("tls.key", pair->key);
  }
  void start_tls() {
    write_certificate();
    start_with("guard: { tls: { certificate: tls.pem, key: tls.key } }");
  }
  /// As a client that trusts only the certificate in `ca`.
  Result<net::HttpResponse> call(const std::string& ca) const {
    auto trust = net::TlsClientContext::create((folder_ / ca).string());
    if (!trust) return std::unexpected(std::move(trust).error());
    net::EventLoop loop;
    net::HttpClient client(loop, *trust);
    net::HttpRequest request;
    request.url =
        *text::parse_url("https://localhost:" + std::to_string(guard_->port()) + "/public");
    return loop.block_on(client.call(std::move(request)));
  }
};

TEST_F(TlsTest, AnswersOverTlsPromiseToStayThere) {
  start_tls();
  const auto answer = call("tls.pem");
  ASSERT_TRUE(answer.has_value()) << answer.error().detail();
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->headers.get("Strict-Transport-Security"),
            "max-age=31536000; includeSubDomains");
  EXPECT_THAT(upstream_->requests().back(), HasSubstr("X-Forwarded-Proto: https\n"));
}

TEST_F(TlsTest, PlainHttpOnTheTlsPortIsNotServed) {
  start_tls();
  EXPECT_EQ(get("/public").status, 0);
  EXPECT_EQ(upstream_->count(), 0U);
}

TEST_F(TlsTest, AReloadTakesTheNewCertificate) {
  start_tls();
  std::filesystem::copy_file(folder_ / "tls.pem", folder_ / "old.pem");
  write_certificate();
  ASSERT_TRUE(guard_->reload().has_value());
  EXPECT_TRUE(call("tls.pem").has_value());
  EXPECT_FALSE(call("old.pem").has_value());
}

TEST_F(TlsTest, ABadCertificateNeverReplacesAGoodOne) {
  start_tls();
  std::filesystem::copy_file(folder_ / "tls.pem", folder_ / "old.pem");
  write_file("tls.pem", "not a certificate");
  const auto refused = guard_->reload();
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().detail(), HasSubstr("tls.pem"));
  EXPECT_TRUE(call("old.pem").has_value());
}

TEST_F(TlsTest, AMissingCertificateDoesNotStart) {
  write_contract("guard: { tls: { certificate: none.pem, key: none.key } }");
  const auto failed = start_guard(options_, parts_);
  ASSERT_FALSE(failed.has_value());
  EXPECT_THAT(failed.error().detail(), HasSubstr("none.pem"));
}

TEST(RedirectListener, PointsToTheSamePlaceOnHttps) {
  net::EventLoop loop;
  Redirect redirect(loop, {.hosts = {"chat.example"}, .public_authority = "", .port = 443});
  ASSERT_TRUE(redirect.listen({.ip = *text::parse_ip("127.0.0.1"), .port = 0}).has_value());
  const std::uint16_t port = redirect.local().port;
  std::thread thread([&] {
    loop.run();
    static_cast<void>(loop.block_on(redirect.drain(Deadline::after(seconds(0)))));
  });
  const Reply moved = send_to(port, "GET /a?b=c HTTP/1.1\nHost: chat.example\n\n");
  const Reply other = send_to(port, "GET / HTTP/1.1\nHost: evil.example\n\n");
  loop.post([&] { loop.stop(); });
  thread.join();
  EXPECT_EQ(moved.status, 308);
  EXPECT_EQ(moved.field("Location"), "https://chat.example/a?b=c");
  EXPECT_FALSE(moved.field("X-Request-Id").empty());
  EXPECT_EQ(other.status, 421);
  EXPECT_EQ(other.field("Location"), "");
}

}  // namespace
}  // namespace lr::guard::testing
