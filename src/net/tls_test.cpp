#include "net/tls.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <fstream>

#include "net/http_client.h"
#include "net/listener.h"
#include "net/testing/rig.h"
#include "net/tls_stream.h"

namespace lr::net {
namespace {

using testing::CertificateFiles;
using testing::RawClient;
using testing::ServerRig;
using testing::url_of;

Task<> echo(ServerExchange& exchange) {
  LR_CO_TRY(const std::string_view body, co_await exchange.read_all(8 * limits::kMiB));
  text::Fields fields;
  fields.add("X-Secure", exchange.secure() ? "yes" : "no");
  co_return co_await exchange.send(200, fields, body);
}

std::shared_ptr<TlsServerContext> server_context(const CertificateFiles& files) {
  return TlsServerContext::load(files.certificate(), files.key()).value();
}

Result<HttpResponse> post(const CertificateFiles& trusted, std::uint16_t port, std::string body,
                          const std::string& host = "127.0.0.1") {
  EventLoop loop;
  HttpClient client(loop, TlsClientContext::create(trusted.certificate()).value());
  HttpRequest request;
  request.method = "POST";
  request.url = url_of(port, "/", "https");
  request.url.host = host;
  request.body = std::move(body);
  CallOptions options;
  options.body_max = 8 * limits::kMiB;
  Result<HttpResponse> first = loop.block_on(client.call(request, options));
  if (!first) return first;
  return loop.block_on(client.call(request, options));
}

TEST(Tls, ServesAndVerifiesByAddressAndByName) {
  const CertificateFiles by_address("127.0.0.1");
  ServerRig address_rig(echo, {}, server_context(by_address));
  Result<HttpResponse> response = post(by_address, address_rig.port(), "hello");
  ASSERT_TRUE(response) << response.error().detail();
  EXPECT_EQ(response->body, "hello");
  EXPECT_EQ(response->headers.get("X-Secure"), "yes");

  const CertificateFiles by_name("localhost");
  ServerRig name_rig(echo, {}, server_context(by_name));
  EXPECT_TRUE(post(by_name, name_rig.port(), "hello", "localhost"));
}

TEST(Tls, BigBodiesBothWays) {
  const CertificateFiles files("127.0.0.1");
  ServerRig rig(echo, {}, server_context(files));
  const std::string body(3 * limits::kMiB, 't');
  Result<HttpResponse> response = post(files, rig.port(), body);
  ASSERT_TRUE(response) << response.error().detail();
  EXPECT_EQ(response->body, body);
}

TEST(Tls, RefusesTheWrongNameAndTheWrongIssuer) {
  const CertificateFiles files("localhost");
  const CertificateFiles others("localhost");
  ServerRig rig(echo, {}, server_context(files));
  Result<HttpResponse> wrong_name = post(files, rig.port(), "", "127.0.0.1");
  ASSERT_FALSE(wrong_name);
  EXPECT_NE(wrong_name.error().detail().find("mismatch"), std::string::npos)
      << wrong_name.error().detail();
  Result<HttpResponse> wrong_issuer = post(others, rig.port(), "", "localhost");
  ASSERT_FALSE(wrong_issuer);
  EXPECT_EQ(wrong_issuer.error().code(), Code::kUnavailable);
  EXPECT_EQ(wrong_issuer.error().origin(), Origin::kUpstream);
}

TEST(Tls, AReloadServesTheNewCertificateToNewConnections) {
  const CertificateFiles before("127.0.0.1");
  const CertificateFiles after("127.0.0.1");
  ServerRig rig(echo, {}, server_context(before));
  EXPECT_TRUE(post(before, rig.port(), ""));
  EXPECT_FALSE(post(after, rig.port(), ""));
  rig.on_loop([&] { rig.server().set_tls(server_context(after)); });
  EXPECT_TRUE(post(after, rig.port(), ""));
  EXPECT_FALSE(post(before, rig.port(), ""));
}

TEST(Tls, ServesAnIndependentClient) {
  const CertificateFiles files("localhost");
  ServerRig rig(echo, {}, server_context(files));
  const std::string curl =
      "test \"$(curl -s --http1.1 --max-time 10 --cacert " + files.certificate() +
      " -d hello https://localhost:" + std::to_string(rig.port()) + "/)\" = hello";
  EXPECT_EQ(std::system(curl.c_str()), 0);
  const std::string old = "! curl -s --max-time 10 --tls-max 1.1 --cacert " + files.certificate() +
                          " https://localhost:" + std::to_string(rig.port()) + "/";
  EXPECT_EQ(std::system(old.c_str()), 0);
}

TEST(Tls, PlainBytesAndSilenceEndTheConnection) {
  const CertificateFiles files("127.0.0.1");
  ServerOptions options;
  options.head_timeout = milliseconds(100);
  ServerRig rig(echo, options, server_context(files));
  RawClient plain(rig.port());
  plain.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(plain.read_to_end().find("HTTP/1.1 200"), std::string::npos);
  RawClient silent(rig.port());
  EXPECT_TRUE(silent.ended());
}

TEST(Tls, BadFilesAreNamed) {
  const CertificateFiles files("a.example");
  const CertificateFiles others("b.example");
  const auto detail = [](const std::string& certificate, const std::string& key) {
    return TlsServerContext::load(certificate, key).error().detail();
  };
  EXPECT_EQ(detail("/nonexistent/c.pem", files.key()),
            "/nonexistent/c.pem: No such file or directory");
  EXPECT_TRUE(detail(files.key(), files.key()).starts_with(files.key() + ": not a PEM"));
  EXPECT_TRUE(detail(files.certificate(), others.key()).starts_with(others.key() + ": "));
  EXPECT_FALSE(TlsClientContext::create(files.key()));
}

constexpr std::string_view kRequest = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

/// Says more than it announced, all in one record.
Task<> answer_too_much(EventLoop& loop, Listener& listener,
                       std::shared_ptr<TlsServerContext> context) {
  LR_CO_TRY(Socket socket, co_await listener.accept());
  const Deadline deadline = Deadline::after(seconds(5));
  LR_CO_TRY(auto stream, co_await accept_tls(loop, std::move(socket), *context, deadline));
  std::array<char, 1024> request{};
  LR_CO_TRY_VOID(co_await stream->read_some(request));
  const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" +
                             std::string(5000, 'x') +
                             "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlies";
  LR_CO_TRY_VOID(co_await stream->write_all(answer));
  co_return co_await net::sleep_for(seconds(60));
}

Task<std::string> ask(ConnectionPool& pool) {
  LR_CO_TRY(auto exchange, co_await pool.acquire(ClientTimeouts(), false));
  LR_CO_TRY_VOID(co_await exchange->send(kRequest, ""));
  LR_CO_TRY(const text::ResponseHead* head, co_await exchange->read_head());
  if (head->status != 200) co_return fail(Code::kBadGateway, "not 200");
  co_return co_await exchange->read_all(10'000);
}

TEST(Tls, AnAnswerThatWasNotAskedForIsNobodysAnswer) {
  const CertificateFiles files("127.0.0.1");
  EventLoop loop;
  Listener listener(loop);
  ASSERT_TRUE(listener.open({.ip = *text::parse_ip("127.0.0.1"), .port = 0}, false));
  TaskScope server(loop);
  server.spawn(answer_too_much(loop, listener, server_context(files)));
  ConnectionPool pool(loop, url_of(listener.local().port, "/", "https"),
                      TlsClientContext::create(files.certificate()).value(), {}, 4);
  EXPECT_EQ(loop.block_on(ask(pool)).value().size(), 5000U);
  listener.close();
  EXPECT_EQ(pool.idle(), 0U) << "another client would get the lies";
  EXPECT_TRUE(loop.block_on(server.close(Deadline::after(seconds(2)))));
}

}  // namespace
}  // namespace lr::net
