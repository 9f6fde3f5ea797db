// HTTP calls to a given address under the name of the URL.
#include <gtest/gtest.h>

#include "net/http_client.h"
#include "net/testing/rig.h"

namespace lr::net {
namespace {

using testing::CertificateFiles;
using testing::loopback;
using testing::RawClient;
using testing::ScriptedUpstream;
using testing::ServerRig;

Task<> say_host(ServerExchange& exchange) {
  const std::string host(exchange.head().host);
  co_return co_await exchange.send(200, text::Fields(), host);
}

HttpRequest request_for(std::string_view url, std::uint16_t port) {
  HttpRequest request;
  request.url = *text::parse_url(url);
  request.connect_to = loopback(port);
  return request;
}

std::shared_ptr<TlsServerContext> server_tls(const CertificateFiles& files) {
  return *TlsServerContext::load(files.certificate(), files.key());
}

struct HttpClientAddress : ::testing::Test {
  EventLoop loop;
  Result<HttpResponse> call(HttpClient& client, HttpRequest request,
                            CallOptions options = CallOptions()) {
    return loop.block_on(client.call(std::move(request), options));
  }
};

TEST_F(HttpClientAddress, ConnectsThereAndKeepsTheNameOfTheUrl) {
  ServerRig rig(say_host);
  HttpClient client(loop);
  const auto answer = call(client, request_for("http://nowhere.invalid/", rig.port()));
  ASSERT_TRUE(answer) << answer.error().detail();
  EXPECT_EQ(answer->body, "nowhere.invalid");
}

TEST_F(HttpClientAddress, OneNameAtTwoAddressesHasTwoConnections) {
  ServerRig one(say_host);
  ScriptedUpstream two([](RawClient& peer) {
    peer.read_until("\r\n\r\n");
    peer.send("HTTP/1.1 204 No Content\r\n\r\n");
  });
  HttpClient client(loop);
  EXPECT_EQ(call(client, request_for("http://a.invalid/", one.port()))->status, 200);
  EXPECT_EQ(call(client, request_for("http://a.invalid/", two.port()))->status, 204);
}

TEST_F(HttpClientAddress, TheCertificateIsForTheNameNotTheAddress) {
  const CertificateFiles files("right.invalid");
  ServerRig rig(say_host, {}, server_tls(files));
  HttpClient client(loop, *TlsClientContext::create(files.certificate()));
  EXPECT_TRUE(call(client, request_for("https://right.invalid/", rig.port())));
  EXPECT_FALSE(call(client, request_for("https://wrong.invalid/", rig.port())));
}

TEST_F(HttpClientAddress, UnverifiedLooksBehindABadCertificate) {
  const CertificateFiles files("right.invalid");
  ServerRig rig(say_host, {}, server_tls(files));
  HttpClient strict(loop, *TlsClientContext::create());
  EXPECT_FALSE(call(strict, request_for("https://right.invalid/", rig.port())));
  HttpClient unverified(loop, *TlsClientContext::create_unverified());
  const auto answer = call(unverified, request_for("https://wrong.invalid/", rig.port()));
  ASSERT_TRUE(answer) << answer.error().detail();
  EXPECT_EQ(answer->body, "wrong.invalid");
}

TEST_F(HttpClientAddress, TheHeadAloneIsEnoughForAnAnswerThatNeverEnds) {
  ScriptedUpstream upstream([](RawClient& peer) {
    peer.read_until("\r\n\r\n");
    peer.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
    peer.read_to_end();
  });
  HttpClient client(loop);
  const auto answer = call(client, request_for("http://a.invalid/", upstream.port()),
                           {.deadline = Deadline::after(seconds(60)), .head_only = true});
  ASSERT_TRUE(answer) << answer.error().detail();
  EXPECT_EQ(answer->headers.get("Content-Type"), "text/event-stream");
}

}  // namespace
}  // namespace lr::net
