#include <gtest/gtest.h>

#include "base/rng.h"
#include "text/http1.h"

namespace lr::text {
namespace {

using Kind = BodyFraming::Kind;

bool parse(std::string_view bytes, ResponseHead& head, std::string_view method = "GET") {
  auto taken = parse_response_head(bytes, method, head);
  if (!taken) {
    EXPECT_EQ(taken.error().code(), Code::kBadGateway);
    EXPECT_EQ(taken.error().origin(), Origin::kUpstream);
    return false;
  }
  return *taken != 0;
}

TEST(ResponseHead, ReadsAPlainResponse) {
  ResponseHead head;
  const std::string bytes = "HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nabc";
  EXPECT_EQ(*parse_response_head(bytes, "GET", head), bytes.size() - 3);
  EXPECT_EQ(head.status, 404);
  EXPECT_EQ(head.reason, "Not Found");
  EXPECT_EQ(head.framing.kind, Kind::kLength);
  EXPECT_EQ(head.framing.length, 3u);
  EXPECT_TRUE(head.keep_alive);
  EXPECT_TRUE(parse("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", head));
  EXPECT_EQ(head.reason, "");
  EXPECT_TRUE(parse("HTTP/1.1 299 \r\nContent-Length: 0\r\n\r\n", head));
}

TEST(ResponseHead, BodyDependsOnStatusAndMethod) {
  ResponseHead head;
  ASSERT_TRUE(parse("HTTP/1.1 200 OK\r\n\r\n", head));
  EXPECT_EQ(head.framing.kind, Kind::kUntilClose);
  EXPECT_FALSE(head.keep_alive);
  ASSERT_TRUE(parse("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", head));
  EXPECT_EQ(head.framing.kind, Kind::kChunked);
  ASSERT_TRUE(parse("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", head, "HEAD"));
  EXPECT_EQ(head.framing.kind, Kind::kNone);
  EXPECT_TRUE(head.keep_alive);
  ASSERT_TRUE(parse("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", head));
  EXPECT_EQ(head.framing.kind, Kind::kNone);
  ASSERT_TRUE(parse("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", head));
  EXPECT_EQ(head.framing.kind, Kind::kNone);
  ASSERT_TRUE(parse("HTTP/1.1 100 Continue\r\n\r\n", head));
  EXPECT_EQ(head.framing.kind, Kind::kNone);
  ASSERT_TRUE(parse("HTTP/1.1 200 OK\r\n\r\n", head, "CONNECT"));
  EXPECT_EQ(head.framing.kind, Kind::kNone);
}

TEST(ResponseHead, RefusesWhatCouldBeReadInTwoWays) {
  ResponseHead head;
  for (std::string_view bytes :
       {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n",
        "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\nContent-Length: 5\n\n",
        "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n",
        "HTTP/1.1 2000 OK\r\n\r\n",
        "HTTP/1.1 20 OK\r\n\r\n",
        "HTTP/1.1 099 OK\r\n\r\n",
        "HTTP/1.1 600 OK\r\n\r\n",
        "HTTP/1.1  200 OK\r\n\r\n",
        "HTTP/2.0 200 OK\r\n\r\n",
        "ICY 200 OK\r\n\r\n",
        "HTTP/1.1200 OK\r\n\r\n",
        "HTTP/1.1 200OK\r\n\r\n",
        "HTTP/1.1 200 O\rK\r\n\r\n",
        "\r\nHTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 200 \x01\r\n\r\n"}) {
    EXPECT_FALSE(parse(bytes, head)) << bytes;
    EXPECT_FALSE(parse_response_head(bytes, "GET", head)) << bytes;
  }
}

TEST(ResponseHead, WaitsForTheRest) {
  ResponseHead head;
  const std::string bytes = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    auto taken = parse_response_head(std::string_view(bytes).substr(0, length), "GET", head);
    ASSERT_TRUE(taken) << length;
    EXPECT_EQ(*taken, 0u);
  }
}

TEST(Writing, WhatIsWrittenReadsBackTheSame) {
  SeededRng rng(7);
  constexpr std::string_view kNames[] = {"Accept", "X-A", "x!#$%&'*+-.^_`|~", "Cookie"};
  constexpr std::string_view kValues[] = {"", "a", "a, b; c=\"d\"", "\xc3\xa9", "tab\there", "="};
  for (int round = 0; round < 500; ++round) {
    std::string bytes;
    append_request_line(bytes, "PUT", "/a?b");
    append_field(bytes, "Host", "a.example");
    Headers expected{{"Host", "a.example"}};
    for (std::uint64_t i = rng.below(6); i > 0; --i) {
      const std::string_view name = kNames[rng.below(4)];
      const std::string_view value = kValues[rng.below(6)];
      append_field(bytes, name, value);
      expected.add(std::string(name), std::string(value));
    }
    bytes += "\r\n";
    RequestHead head;
    ASSERT_EQ(*parse_request_head(bytes, head), bytes.size());
    EXPECT_EQ(head.method, "PUT");
    EXPECT_EQ(head.target, "/a?b");
    ASSERT_TRUE(std::ranges::equal(Headers(head.fields), expected));
  }
}

TEST(Writing, StatusLinesReadBackTheSame) {
  for (int status = 100; status <= 599; ++status) {
    std::string bytes;
    append_status_line(bytes, status);
    bytes += "\r\n";
    ResponseHead head;
    ASSERT_TRUE(parse(bytes, head)) << bytes;
    EXPECT_EQ(head.status, status);
    EXPECT_EQ(head.reason, reason_phrase(status));
  }
  EXPECT_EQ(reason_phrase(404), "Not Found");
  EXPECT_EQ(reason_phrase(299), "");
}

TEST(WritingDeathTest, AFieldThatWouldSplitTheMessageAborts) {
  std::string out;
  EXPECT_DEATH(append_field(out, "A", "b\r\nC: d"), "is_field_value");
  EXPECT_DEATH(append_field(out, "A\r\nB", "c"), "is_token");
  EXPECT_DEATH(append_field(out, "", "c"), "is_token");
}

}  // namespace
}  // namespace lr::text
