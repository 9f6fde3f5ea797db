#include <gtest/gtest.h>

#include "text/http1.h"

namespace lr::text {
namespace {

/// 0 when more is needed, the HTTP status of the refusal, or 200.
int decide(std::string_view bytes, RequestHead& head, const HeadLimits& limits = {}) {
  auto taken = parse_request_head(bytes, head, limits);
  if (!taken) {
    EXPECT_EQ(taken.error().origin(), Origin::kClient);
    return http_status(taken.error().code());
  }
  EXPECT_LE(*taken, bytes.size());
  return *taken == 0 ? 0 : 200;
}

int decide(std::string_view bytes) {
  RequestHead head;
  return decide(bytes, head);
}

/// A request with the given extra field lines.
std::string with(std::string_view lines) {
  return "POST /x HTTP/1.1\r\nHost: a.example\r\n" + std::string(lines) + "\r\n";
}

std::string requesting(std::string_view line) {
  return std::string(line) + "\r\nHost: a.example\r\n\r\n";
}

TEST(RequestHead, ReadsAPlainRequest) {
  const std::string bytes =
      "GET /v1/chat?x=1 HTTP/1.1\r\nHost: chat.example:8080\r\naccept:\t*/* "
      "\t\r\nEmpty:\r\n\r\nrest";
  RequestHead head;
  EXPECT_EQ(*parse_request_head(bytes, head), bytes.size() - 4);
  EXPECT_EQ(head.method, "GET");
  EXPECT_EQ(head.target, "/v1/chat?x=1");
  EXPECT_EQ(head.host, "chat.example:8080");
  EXPECT_EQ(head.fields.get("Accept"), "*/*");
  EXPECT_EQ(head.fields.get("empty"), "");
  EXPECT_EQ(head.framing.kind, BodyFraming::Kind::kNone);
  EXPECT_TRUE(head.keep_alive);
  EXPECT_FALSE(head.expect_continue);
}

TEST(RequestHead, AHeadIsReusable) {
  RequestHead head;
  ASSERT_EQ(
      decide(with("Content-Length: 3\r\nConnection: close\r\nExpect: 100-Continue\r\n"), head),
      200);
  EXPECT_EQ(head.framing.length, 3u);
  EXPECT_FALSE(head.keep_alive);
  EXPECT_TRUE(head.expect_continue);
  ASSERT_EQ(decide("GET / HTTP/1.0\r\n\r\n", head), 200);
  EXPECT_EQ(head.framing.kind, BodyFraming::Kind::kNone);
  EXPECT_EQ(head.framing.length, 0u);
  EXPECT_FALSE(head.expect_continue);
  EXPECT_FALSE(head.keep_alive);
  EXPECT_EQ(head.host, "");
  EXPECT_TRUE(head.fields.empty());
}

TEST(RequestHead, ConnectionDecidesKeepAlive) {
  RequestHead head;
  ASSERT_EQ(decide("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", head), 200);
  EXPECT_TRUE(head.keep_alive);
  ASSERT_EQ(decide("GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n", head), 200);
  EXPECT_FALSE(head.keep_alive);
  ASSERT_EQ(decide(with("Connection: x\r\nConnection: te ,CLOSE\r\n"), head), 200);
  EXPECT_FALSE(head.keep_alive);
}

TEST(RequestHead, ReadsFraming) {
  RequestHead head;
  ASSERT_EQ(decide(with("Transfer-Encoding: Chunked\r\n"), head), 200);
  EXPECT_EQ(head.framing.kind, BodyFraming::Kind::kChunked);
  ASSERT_EQ(decide(with("Content-Length: 0\r\n"), head), 200);
  EXPECT_EQ(head.framing.kind, BodyFraming::Kind::kLength);
  EXPECT_EQ(head.framing.length, 0u);
  ASSERT_EQ(decide(with("content-length: 999999999999999999\r\n"), head), 200);
  EXPECT_EQ(head.framing.length, 999999999999999999u);
}

TEST(RequestHead, RefusesAmbiguousFraming) {
  for (std::string_view lines : {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                                 "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
                                 "Transfer-Encoding: gzip, chunked\r\nContent-Length: 5\r\n",
                                 "Content-Length: 5\r\nContent-Length: 5\r\n",
                                 "Content-Length: 5\r\nContent-Length: 6\r\n",
                                 "Content-Length: +5\r\n",
                                 "Content-Length: -5\r\n",
                                 "Content-Length: 0x5\r\n",
                                 "Content-Length: 5, 5\r\n",
                                 "Content-Length: 5 5\r\n",
                                 "Content-Length: \r\n",
                                 "Content-Length:\r\n",
                                 "Content-Length: 5.0\r\n",
                                 "Content-Length: 5e1\r\n",
                                 "Content-Length: 05\r\n",
                                 "Content-Length: \"5\"\r\n",
                                 "Content-Length: 1_000\r\n",
                                 "Content-Length: 1000000000000000000\r\n",
                                 "Content-Length: 18446744073709551616\r\n",
                                 "Content-Length: 18446744073709551621\r\n",
                                 "Content-Length: 5;\r\n",
                                 "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                                 "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
                                 "Transfer-Encoding: identity\r\n",
                                 "Transfer-Encoding: xchunked\r\n",
                                 "Transfer-Encoding: chunked, identity\r\n",
                                 "Transfer-Encoding:\r\n",
                                 "Transfer-Encoding: chunked;q=1\r\n",
                                 "Transfer-Encoding: \"chunked\"\r\n",
                                 "Transfer-Encoding: 'chunked'\r\n",
                                 "Transfer-Encoding: chunked,\r\n",
                                 "Transfer-Encoding: \x0b"
                                 "chunked\r\n",
                                 "Transfer-Encoding: chunked\x0c\r\n",
                                 "Transfer-Encoding: chu\r\n nked\r\n",
                                 "Transfer-Encoding\t: chunked\r\n"}) {
    EXPECT_EQ(decide(with(lines)), 400) << lines;
  }
  EXPECT_EQ(decide(with("Transfer-Encoding: gzip, chunked\r\n")), 501);
  EXPECT_EQ(decide("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
}

TEST(RequestHead, RefusesMalformedLines) {
  for (std::string_view lines : {" folded: x\r\n", "A: b\r\n c\r\n",  "A: b\r\n\tc\r\n",
                                 "A : b\r\n",      "A\t: b\r\n",      "A\r\n",
                                 ": b\r\n",        "A b: c\r\n",      "A\x01: b\r\n",
                                 "A(: b\r\n",      "\xc3\xa9: b\r\n", "A: b\rc\r\n",
                                 "A: b\r\r\n",     "A: \x7f\r\n",     "A: \x1b[2J\r\n",
                                 "A: b\nC: d\r\n", "A: b\n\r\n",      "\n",
                                 "\r\r\n",         "A: b\r\n\n"}) {
    EXPECT_EQ(decide(with(lines)), 400) << lines;
  }
  EXPECT_EQ(decide(with(std::string("A: \0b\r\n", 7))), 400);
  EXPECT_EQ(decide(with(std::string("A\0: b\r\n", 7))), 400);
}

TEST(RequestHead, RefusesBareLineFeeds) {
  EXPECT_EQ(decide("GET / HTTP/1.1\nHost: a\n\n"), 400);
  EXPECT_EQ(decide("GET / HTTP/1.1\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(decide("GET / HTTP/1.1\r\nHost: a\n\r\n"), 400);
  EXPECT_EQ(decide("GET / HTTP/1.1\r\nHost: a\r\n\n"), 400);
  EXPECT_EQ(decide("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(decide("\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(decide("GET / HTTP/1.1\r"), 0);
}

TEST(RequestHead, DemandsOneSoundHost) {
  EXPECT_EQ(decide("GET / HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(decide("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(decide("GET / HTTP/1.0\r\nHost: a\r\nhost: b\r\n\r\n"), 400);
  EXPECT_EQ(decide("GET / HTTP/1.0\r\n\r\n"), 200);
  for (std::string_view host : {"a", "a.example", "a.example:1", "a.example:65535", "127.0.0.1:80",
                                "[::1]", "[2001:db8::1]:443", "a_b-c"}) {
    EXPECT_EQ(decide("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n"), 200) << host;
  }
  for (std::string_view host :
       {"",       ":80",    "a:",         "a:0",       "a:65536", "a:+1", "a:x",
        "a:1:2",  "a b",    "a,b",        "a/b",       "a?b",     "a#b",  "u@a",
        "a\\b",   "a%2eb",  "http://a",   "[::1",      "::1",     "[]",   "[1.2.3.4]",
        "[::1]x", "[::1]:", "[::1%25lo]", "a\xc3\xa9", "a;b",     "<a>",  "a:000080"}) {
    EXPECT_EQ(decide("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n"), 400) << host;
  }
}

TEST(RequestHead, AcceptsOriginFormOnly) {
  EXPECT_EQ(decide(requesting("OPTIONS * HTTP/1.1")), 200);
  EXPECT_EQ(decide(requesting("M-SEARCH /~a?b=\"{|}\" HTTP/1.1")), 200);
  for (std::string_view line : {"GET * HTTP/1.1",
                                "GET http://a.example/ HTTP/1.1",
                                "GET //\xc3\xa9 HTTP/1.1",
                                "CONNECT a.example:443 HTTP/1.1",
                                "CONNECT / HTTP/1.1",
                                "GET a.example:443 HTTP/1.1",
                                "GET x HTTP/1.1",
                                "GET /#f HTTP/1.1",
                                "GET /a\tb HTTP/1.1",
                                "GET /a b HTTP/1.1",
                                "GET  / HTTP/1.1",
                                "GET /  HTTP/1.1",
                                "GET / HTTP/1.1 ",
                                "GET\t/\tHTTP/1.1",
                                " GET / HTTP/1.1",
                                "GET /",
                                "GET",
                                "GET / ",
                                "GET  HTTP/1.1",
                                "G(T / HTTP/1.1",
                                "G\x01T / HTTP/1.1",
                                "GET /\x7f HTTP/1.1",
                                "GET / http/1.1",
                                "GET / HTTP/11",
                                "GET / HTTP/1.1x",
                                "GET / HTTP/ 1.1",
                                "GET / HTTP/1,1",
                                "GET / HTTP/1.01",
                                "GET / HTTPS/1.1",
                                "GET / RTSP/1.0",
                                "GET /\rHTTP/1.1",
                                "GET HTTP/1.1",
                                "\x16\x03\x01\x02",
                                "HTTP/1.1 200 OK"}) {
    EXPECT_EQ(decide(requesting(line)), 400) << line;
  }
  EXPECT_EQ(decide(std::string("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", 28)), 400);
}

TEST(RequestHead, OtherVersionsAre505) {
  for (std::string_view version : {"HTTP/2.0", "HTTP/0.9", "HTTP/1.2", "HTTP/9.9", "HTTP/3.0"}) {
    EXPECT_EQ(decide(requesting("GET / " + std::string(version))), 505) << version;
  }
  EXPECT_EQ(decide("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 505);
}

TEST(RequestHead, OtherExpectationsAre417) {
  EXPECT_EQ(decide(with("Expect: 200-ok\r\n")), 417);
  RequestHead head;
  EXPECT_EQ(decide("GET / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n", head), 200);
  EXPECT_FALSE(head.expect_continue);
}

TEST(RequestHead, BoundsEveryPart) {
  RequestHead head;
  const HeadLimits limits{.line_bytes = 20, .field_bytes = 15, .head_bytes = 60, .fields = 3};
  EXPECT_EQ(decide("GET /12345 HTTP/1.1\r\nHost: a\r\n\r\n", head, limits), 200);   // 19 bytes
  EXPECT_EQ(decide("GET /123456 HTTP/1.1\r\nHost: a\r\n\r\n", head, limits), 200);  // 20
  EXPECT_EQ(decide("GET /1234567 HTTP/1.1\r\nHost: a\r\n\r\n", head, limits), 414);
  EXPECT_EQ(decide("GET /12345678901234567890", head, limits), 414);
  EXPECT_EQ(decide("GET / HTTP/1.1\r\nHost: 123456789\r\n\r\n", head, limits), 200);
  EXPECT_EQ(decide("GET / HTTP/1.1\r\nHost: 1234567890\r\n\r\n", head, limits), 431);
  EXPECT_EQ(decide("GET / HTTP/1.1\r\nHost: 1234567890123", head, limits), 431);
  EXPECT_EQ(decide("GET / HTTP/1.1\r\nHost: a\r\nA:1\r\nB:1\r\n\r\n", head, limits), 200);
  EXPECT_EQ(decide("GET / HTTP/1.1\r\nHost: a\r\nA:1\r\nB:1\r\nC:1\r\n\r\n", head, limits), 431);
  const std::string sixty = "GET / HTTP/1.1\r\nHost: a\r\nA: 123456789012\r\nB: 1234567\r\n";
  ASSERT_EQ(sixty.size() + 2, 56u);
  EXPECT_EQ(decide(sixty + "\r\n", head, limits), 200);
  const std::string over =
      "GET / HTTP/1.1\r\nHost: a\r\nA: 123456789012\r\nB: 123456789012\r\n\r\n";
  ASSERT_EQ(over.size(), 61u);
  EXPECT_EQ(decide(over, head, limits), 431);
}

TEST(RequestHead, DefaultLimitsHold) {
  RequestHead head;
  EXPECT_EQ(decide("GET /" + std::string(limits::kRequestLineBytes, 'a'), head), 414);
  EXPECT_EQ(decide(with("A: " + std::string(limits::kHeaderLineBytes, 'a')), head), 431);
  std::string many;
  for (std::size_t i = 0; i < limits::kHeaderFields; ++i) many += "A: b\r\n";
  EXPECT_EQ(decide(with(many), head), 431);
  std::string large;
  for (int i = 0; i < 9; ++i) large += "A: " + std::string(4'000, 'a') + "\r\n";
  EXPECT_EQ(decide(with(large), head), 431);
}

TEST(RequestHead, EveryPrefixGivesTheSameDecision) {
  const std::string messages[] = {
      with("Content-Length: 5\r\nA: b\r\nC:\r\n"),
      with("Transfer-Encoding: chunked\r\n"),
      with("A: b\r\n folded\r\n"),
      with("A: b\nC: d\r\n"),
      with("Content-Length: 5\r\nContent-Length: 5\r\n"),
      requesting("GET http://a/ HTTP/1.1"),
      requesting("GET / HTTP/2.0"),
      requesting("\x16\x03"),
      with("A: " + std::string(9'000, 'a') + "\r\n"),
      "GET /" + std::string(9'000, 'a') + " HTTP/1.1\r\n\r\n",
      with("Transfer-Encoding: gzip, chunked\r\n"),
      "GET / HTTP/1.1\r\n\r\n",
  };
  RequestHead head;
  for (const std::string& message : messages) {
    const int whole = decide(message, head);
    ASSERT_NE(whole, 0);
    int seen = 0;
    for (std::size_t length = 0; length <= message.size() && seen == 0; ++length) {
      seen = decide(std::string_view(message).substr(0, length), head);
    }
    EXPECT_EQ(seen, whole) << message.substr(0, 200);
  }
}

}  // namespace
}  // namespace lr::text
