#include "text/sse.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/rng.h"

namespace lr::text {
namespace {

using Triple = std::vector<std::string>;

std::vector<Triple> read(std::string_view bytes, std::size_t step = std::string_view::npos) {
  SseReader reader;
  std::vector<Triple> events;
  while (!bytes.empty()) {
    EXPECT_TRUE(reader.feed(bytes.substr(0, step)));
    bytes.remove_prefix(std::min(step, bytes.size()));
    while (auto event = reader.next()) events.push_back({event->event, event->data, event->id});
  }
  return events;
}

TEST(Sse, ReadsEvents) {
  EXPECT_EQ(read("data: a\n\nevent: x\nid: 7\ndata:b\ndata: c\n\ndata\n\n"),
            (std::vector<Triple>{{"", "a", ""}, {"x", "b\nc", "7"}, {"", "", "7"}}));
}

TEST(Sse, IgnoresCommentsUnknownFieldsAndEventsWithoutData) {
  EXPECT_EQ(read(": hi\nretry: 5\nfoo: bar\nevent: lost\n\ndata: a\n\nid: x\n\ndata:  b\n\n"),
            (std::vector<Triple>{{"", "a", ""}, {"", " b", "x"}}));
  EXPECT_EQ(read("\xef\xbb\xbf"
                 "data: a\n\n"),
            (std::vector<Triple>{{"", "a", ""}}));
  EXPECT_EQ(read("data: unfinished\n"), (std::vector<Triple>{}));
  EXPECT_EQ(read(std::string("id: a\0b\ndata: x\n\n", 17)), (std::vector<Triple>{{"", "x", ""}}));
}

TEST(Sse, EverySplitAndLineEndGivesTheSameEvents) {
  const std::vector<Triple> expected{{"x", "a\n\nb", "1"}, {"", "c", "1"}};
  for (std::string_view end : {"\n", "\r\n", "\r"}) {
    std::string bytes;
    for (std::string_view line :
         {"id:1", "event: x", "data: a", "data:", "data: b", "", "data: c", ": comment", "", ""}) {
      bytes.append(line).append(end);
    }
    for (std::size_t step = 1; step <= bytes.size(); ++step) {
      ASSERT_EQ(read(bytes, step), expected) << step;
    }
  }
}

TEST(Sse, OneEventIsBounded) {
  SseReader reader(100);
  const std::string small = "data: " + std::string(90, 'a') + "\n\n";
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(reader.feed(small));
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(reader.next());
  EXPECT_FALSE(reader.next());
  ASSERT_TRUE(reader.feed("data: " + std::string(60, 'a') + "\n"));
  auto over = reader.feed("data: " + std::string(60, 'a'));
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().code(), Code::kPayloadTooLarge);
  EXPECT_FALSE(reader.feed("\n\n"));
}

TEST(Sse, WhatIsWrittenReadsBackTheSame) {
  SeededRng rng(11);
  constexpr std::string_view kPieces[] = {"a", "\n", "\r\n", ":", " ", "data", "\xc3\xa9", "{}"};
  for (int round = 0; round < 500; ++round) {
    std::string data;
    for (std::uint64_t i = rng.below(8); i > 0; --i) data += kPieces[rng.below(8)];
    std::string wire;
    append_sse_event(wire, rng.below(2) == 0 ? "" : "delta", data);
    const auto events = read(wire, 1 + rng.below(9));
    ASSERT_EQ(events.size(), 1u) << wire;
    std::string expected;
    for (std::size_t i = 0; i < data.size(); ++i) {
      if (data[i] != '\r') expected += data[i];
    }
    EXPECT_EQ(events[0][1], expected);
  }
}

}  // namespace
}  // namespace lr::text
