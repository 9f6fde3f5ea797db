#include <gtest/gtest.h>

#include "base/rng.h"
#include "text/http1.h"

namespace lr::text {
namespace {

struct Decoded {
  std::string body;
  std::string rest;
  enum class Outcome { kDone, kNeedMore, kRefused } outcome = Outcome::kNeedMore;
  friend bool operator==(const Decoded&, const Decoded&) = default;
};
using Outcome = Decoded::Outcome;

/// Feeds `bytes` in pieces of `step`, keeping what was not consumed as a connection would.
Decoded decode(std::string_view bytes, std::size_t step = std::string_view::npos) {
  ChunkedDecoder decoder;
  Decoded out;
  std::string pending;
  while (!bytes.empty()) {
    pending += bytes.substr(0, step);
    bytes.remove_prefix(std::min(step, bytes.size()));
    while (!decoder.done()) {
      std::string_view data;
      auto taken = decoder.feed(pending, data);
      if (!taken) {
        out.outcome = Outcome::kRefused;
        return out;
      }
      out.body += data;
      pending.erase(0, *taken);
      if (*taken == 0) break;
    }
  }
  if (decoder.done()) out.outcome = Outcome::kDone;
  out.rest = pending;
  return out;
}

TEST(Chunked, DecodesToTheEnd) {
  const Decoded out = decode("5\r\nhello\r\n00006;a=b\r\n world\r\n0\r\n\r\nGET /");
  EXPECT_EQ(out.outcome, Outcome::kDone);
  EXPECT_EQ(out.body, "hello world");
  EXPECT_EQ(out.rest, "GET /");
}

TEST(Chunked, DropsTrailers) {
  const Decoded out = decode("A\r\n0123456789\r\n0;last\r\nContent-Length: 5\r\nX:\r\n\r\n");
  EXPECT_EQ(out.outcome, Outcome::kDone);
  EXPECT_EQ(out.body, "0123456789");
  EXPECT_EQ(out.rest, "");
}

TEST(Chunked, AcceptsTheExtensionGrammarOnly) {
  for (std::string_view extension :
       {"", ";a", ";a=b", ";a=\"b c\"", ";a=\"\\\"\"", ";a=b;c;d=\"\""}) {
    EXPECT_EQ(decode("1" + std::string(extension) + "\r\nx\r\n0\r\n\r\n").outcome, Outcome::kDone)
        << extension;
  }
  for (std::string_view extension :
       {" ", ";", ";;", ";=", ";a=", ";a b", " ;a", "; a", ";a =b", ";a= b", ";a=\"b", ";a=\"b\"c",
        ";a=\"\x01\"", ";\x80", ",a", ";a=\"\\", ";a\rb", ";a=\"\\\x01\""}) {
    EXPECT_EQ(decode("1" + std::string(extension) + "\r\nx\r\n0\r\n\r\n").outcome,
              Outcome::kRefused)
        << extension;
  }
}

TEST(Chunked, RefusesMalformedSizesAndTerminators) {
  for (std::string_view bytes : {"\r\n",
                                 "x\r\n",
                                 "-1\r\n",
                                 "+1\r\nx\r\n",
                                 "0x1\r\nx\r\n",
                                 " 1\r\nx\r\n",
                                 "1 \r\nx\r\n",
                                 "1\nx\r\n",
                                 "1\r\nx\n0\r\n\r\n",
                                 "1\r\nxy\r\n",
                                 "1\r\nx\r0",
                                 "1\r\nx0\r\n\r\n",
                                 "2\r\nx\r\n0\r\n\r\n",
                                 "0\r\n\n",
                                 "0\n\r\n",
                                 "0\r\n bad\r\n\r\n",
                                 "0\r\nA : b\r\n\r\n",
                                 "0\r\nA\r\n\r\n",
                                 "0\r\nA: b\nC: d\r\n\r\n",
                                 "1000000000000000\r\n",
                                 "10000000000000001\r\n",
                                 "FFFFFFFFFFFFFFFFF\r\n",
                                 "0000000000000001\r\n",
                                 "1_0\r\n",
                                 "1.\r\n",
                                 "1\r\rx"}) {
    const Decoded out = decode(bytes);
    EXPECT_NE(out.outcome, Outcome::kDone) << bytes;
    if (bytes != "1\r\rx") EXPECT_EQ(out.outcome, Outcome::kRefused) << bytes;
  }
}

TEST(Chunked, BoundsExtensionsAndTrailers) {
  const auto extended = [](std::size_t length) {
    return "1;" + std::string(length - 1, 'a') + "\r\nx\r\n0\r\n\r\n";
  };
  EXPECT_EQ(decode(extended(limits::kChunkExtensionBytes)).outcome, Outcome::kDone);
  EXPECT_EQ(decode(extended(limits::kChunkExtensionBytes + 1)).outcome, Outcome::kRefused);
  EXPECT_EQ(decode("1;" + std::string(1'000, 'a')).outcome, Outcome::kRefused);
  const auto trailed = [](std::size_t total) {
    std::string bytes = "0\r\n";
    while (total > 102) {
      bytes += "A: " + std::string(95, 'b') + "\r\n";
      total -= 100;
    }
    return bytes + "A: " + std::string(total - 7, 'b') + "\r\n\r\n";
  };
  ASSERT_EQ(trailed(limits::kTrailerBytes).size(), limits::kTrailerBytes + 3);
  EXPECT_EQ(decode(trailed(limits::kTrailerBytes)).outcome, Outcome::kDone);
  EXPECT_EQ(decode(trailed(limits::kTrailerBytes + 1)).outcome, Outcome::kRefused);
}

TEST(Chunked, EverySplitGivesTheSameResult) {
  for (std::string_view bytes :
       {"5\r\nhello\r\n6;a=\"b\"\r\n world\r\n0\r\nT: x\r\n\r\nnext", "1\r\nxy\r\n", "1\nx\r\n",
        "0\r\nA : b\r\n\r\n", "1;\r\nx", "3\r\nabc\r\n0\r\n"}) {
    const Decoded whole = decode(bytes);
    for (std::size_t step = 1; step < bytes.size(); ++step) {
      Decoded pieces = decode(bytes, step);
      if (whole.outcome == Outcome::kRefused) pieces.body = whole.body;
      EXPECT_EQ(pieces, whole) << bytes << " by " << step;
    }
  }
}

TEST(Chunked, WhatIsWrittenDecodesToTheSame) {
  SeededRng rng(3);
  for (int round = 0; round < 300; ++round) {
    std::string wire;
    std::string body;
    for (std::uint64_t i = rng.below(5); i > 0; --i) {
      const std::string data = rng.hex(rng.below(200));
      append_chunk(wire, data);
      body += data;
    }
    append_last_chunk(wire);
    const Decoded out = decode(wire, 1 + rng.below(50));
    EXPECT_EQ(out.outcome, Outcome::kDone);
    EXPECT_EQ(out.body, body);
    EXPECT_EQ(out.rest, "");
  }
}

TEST(Chunked, ResetsForTheNextMessage) {
  ChunkedDecoder decoder;
  std::string_view data;
  ASSERT_TRUE(decoder.feed("0\r\n\r\n", data));
  EXPECT_TRUE(decoder.done());
  EXPECT_EQ(*decoder.feed("more", data), 0u);
  decoder.reset();
  EXPECT_FALSE(decoder.done());
  EXPECT_EQ(*decoder.feed("1\r\nx", data), 4u);
  EXPECT_EQ(data, "x");
}

}  // namespace
}  // namespace lr::text
