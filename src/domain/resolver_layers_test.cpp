// The resolvers that stand in front of another one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>

#include "domain/caching_resolver.h"
#include "domain/overlay_resolver.h"
#include "domain/rdata_text.h"
#include "domain/rdata_wire.h"
#include "domain/recording.h"

namespace lr::domain {
namespace {

/// Counts questions, and can hold them until it is told to go on.
class CountingResolver final : public Resolver {
 public:
  explicit CountingResolver(Resolver& below) : below_(below) {}
  Answer query(std::string_view name, RecordType type) override {
    ++count;
    if (gate != nullptr) gate->wait();
    return below_.query(name, type);
  }
  std::atomic<int> count = 0;
  std::latch* gate = nullptr;

 private:
  Resolver& below_;
};

ZoneFile zone_file(std::string_view text, std::string_view origin) {
  auto file = parse_zone_file(text, "zone", origin);
  EXPECT_TRUE(file) << file.error().detail();
  return file ? std::move(*file) : ZoneFile{};
}

Zone zone_of(std::string_view text, std::string_view origin = "acme.example") {
  return zone_file(text, origin).zone();
}

TEST(CachingResolver, AsksOnceWhateverTheSpelling) {
  Zone zone = zone_of("@ A 192.0.2.1\n");
  CountingResolver counting(zone);
  CachingResolver cache(counting);
  EXPECT_EQ(cache.query("acme.example", RecordType::kA).records.size(), 1u);
  EXPECT_EQ(cache.query("ACME.example.", RecordType::kA).records.size(), 1u);
  EXPECT_EQ(cache.query("acme.example", RecordType::kMx).outcome, Outcome::kNoData);
  EXPECT_EQ(counting.count, 2);
  EXPECT_EQ(cache.questions(), 2u);
}

TEST(CachingResolver, SixteenThreadsAskOneQuestionOnce) {
  Zone zone = zone_of("@ A 192.0.2.1\n");
  std::latch gate(1);
  CountingResolver counting(zone);
  counting.gate = &gate;
  CachingResolver cache(counting);
  std::atomic<int> right = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 16; ++i) {
      threads.emplace_back(
          [&] { right += cache.query("acme.example", RecordType::kA).failed() ? 0 : 1; });
    }
    gate.count_down();
  }
  EXPECT_EQ(right, 16);
  EXPECT_EQ(counting.count, 1);
}

TEST(CachingResolver, AFailureIsKeptToo) {
  Zone zone;
  zone.set_unreachable("acme.example");
  CountingResolver counting(zone);
  CachingResolver cache(counting);
  EXPECT_TRUE(cache.query("acme.example", RecordType::kA).failed());
  EXPECT_EQ(cache.query("acme.example", RecordType::kA).why, "timeout");
  EXPECT_EQ(counting.count, 1);
}

constexpr const char* kEveryType =
    "@ SOA ns1 hostmaster 1 2 3 4 5\n@ NS ns1\n@ A 192.0.2.1\n@ AAAA 2001:db8::1\n"
    "@ MX 10 mail\n@ MX 0 .\n@ TXT \"a\" \"\" \"\\200\\\"\"\n@ CAA 128 issue \"ca.example; x=y\"\n"
    "@ DS 1 13 2 00ff\n@ DNSKEY 257 3 13 AAAA\n@ TLSA 3 1 1 ab\n@ TYPE65280 \\# 2 dead\n"
    "@ TYPE65281 \\# 0\nwww CNAME @\n";

const std::vector<RecordType> kAsked = {RecordType::kSoa,
                                        RecordType::kNs,
                                        RecordType::kA,
                                        RecordType::kAaaa,
                                        RecordType::kMx,
                                        RecordType::kTxt,
                                        RecordType::kCaa,
                                        RecordType::kDs,
                                        RecordType::kTlsa,
                                        RecordType::kPtr,
                                        RecordType::kDnskey,
                                        static_cast<RecordType>(65280),
                                        static_cast<RecordType>(65281)};

bool same(const Answer& a, const Answer& b) {
  if (a.outcome != b.outcome || a.trust != b.trust || a.why != b.why || a.aliases != b.aliases ||
      a.records.size() != b.records.size()) {
    return false;
  }
  for (std::size_t i = 0; i < a.records.size(); ++i) {
    const Record& x = a.records[i];
    const Record& y = b.records[i];
    if (x.name != y.name || x.type != y.type || x.ttl != y.ttl ||
        x.data.index() != y.data.index() || encode_rdata(x.data) != encode_rdata(y.data) ||
        rdata_text(x.data) != rdata_text(y.data)) {
      return false;
    }
  }
  return true;
}

TEST(Recording, AnswersTheSameAgain) {
  Zone zone = zone_of(kEveryType);
  zone.set_unreachable("down.example");
  RecordingResolver recorder(zone);
  const std::vector<std::string> names = {"acme.example", "www.acme.example", "no.acme.example",
                                          "down.example"};
  std::map<std::pair<std::string, RecordType>, Answer> answers;
  for (const std::string& name : names) {
    for (const RecordType type : kAsked) answers[{name, type}] = recorder.query(name, type);
  }
  const std::string file = recorder.recording();
  const auto replay = ReplayResolver::parse(file);
  ASSERT_TRUE(replay) << replay.error().detail();
  for (const auto& [key, answer] : answers) {
    EXPECT_TRUE(same((*replay)->query(key.first, key.second), answer))
        << key.first << ' ' << record_type_name(key.second);
  }
  RecordingResolver again(**replay);
  for (const auto& [key, answer] : answers) again.query(key.first, key.second);
  EXPECT_EQ(again.recording(), file);
}

TEST(Recording, WhatWasNotAskedFails) {
  const auto replay =
      ReplayResolver::parse(R"({"format": "launchready-dns", "version": 1, "answers": []})");
  ASSERT_TRUE(replay);
  const Answer answer = (*replay)->query("acme.example", RecordType::kA);
  EXPECT_TRUE(answer.failed());
  EXPECT_EQ(answer.why, "not in the recording");
}

TEST(Recording, WhatIsNoRecordingIsRefusedWithTheReason) {
  const std::string head = R"({"format": "launchready-dns", "version": 1, "answers": [)";
  const std::string answer =
      R"({"name": "a", "type": "A", "outcome": "nodata", "trust": "secure", "why": "",
          "aliases": [], "records": []})";
  const std::pair<std::string, const char*> cases[] = {
      {"[]", "it is no JSON object"},
      {"{", "offset"},
      {R"({"format": "other", "version": 1, "answers": []})", "its format is not"},
      {R"({"format": "launchready-dns", "version": 2, "answers": []})", "its version is not 1"},
      {head + "1]}", "an answer is no object"},
      {head + answer + "," + answer + "]}", "a is answered twice"},
      {head + R"({"name": "a", "type": "QQ"}]})", "'QQ' is no type"},
      {head + R"({"name": "a", "type": "A", "outcome": "maybe", "trust": "secure"}]})",
       "cannot be \"maybe\""},
      {head + R"({"name": "a", "type": "A", "outcome": "answer", "trust": "secure", "why": "",
                  "aliases": [], "records": []}]})",
       "has no records"},
      {head + R"({"name": "a", "type": "A", "outcome": "answer", "trust": "secure", "why": "",
                  "aliases": [], "records": [{"name": "a", "type": "A", "ttl": 1,
                  "wire": "c000"}]}]})",
       "a: the record's data is cut off"},
      {head + R"({"name": "a", "type": "A", "outcome": "answer", "trust": "secure", "why": "",
                  "aliases": [], "records": [{"name": "a", "type": "A", "ttl": -1,
                  "wire": "c0000201"}]}]})",
       "no number of seconds"},
  };
  for (const auto& [text, why] : cases) {
    const auto replay = ReplayResolver::parse(text);
    ASSERT_FALSE(replay) << text;
    EXPECT_THAT(replay.error().detail(), ::testing::HasSubstr(why)) << text;
  }
}

TEST(Overlay, AnswersForItsZoneAndAsksTheRestForOthers) {
  Zone published = zone_of("@ A 192.0.2.99\nold A 192.0.2.98\n");
  published.add({.name = "edge.example.net",
                 .type = RecordType::kA,
                 .data = *text::parse_ip("198.51.100.1")});
  OverlayResolver overlay(zone_file("@ A 192.0.2.1\nwww CNAME edge.example.net.\n", "acme.example"),
                          published);
  EXPECT_EQ(rdata_text(overlay.query("acme.example", RecordType::kA).records.at(0).data),
            "192.0.2.1");
  EXPECT_EQ(overlay.query("old.acme.example", RecordType::kA).outcome, Outcome::kNxDomain);
  EXPECT_EQ(overlay.query("edge.example.net", RecordType::kA).outcome, Outcome::kAnswer);
  const Answer crossing = overlay.query("www.acme.example", RecordType::kA);
  EXPECT_EQ(rdata_text(crossing.records.at(0).data), "198.51.100.1");
  EXPECT_THAT(crossing.aliases, ::testing::ElementsAre("edge.example.net"));
}

TEST(Overlay, APartOfAZoneHasThePublishedServers) {
  Zone published;
  const auto add = [&](RecordType type, Rdata data) {
    published.add({.name = "acme.example", .type = type, .ttl = 300, .data = std::move(data)});
  };
  add(RecordType::kNs, HostName{"ns1.host.example"});
  add(RecordType::kMx, MailExchange{10, "mail.host.example"});
  OverlayResolver part(zone_file("@ A 192.0.2.1\n", "acme.example"), published);
  EXPECT_EQ(part.query("acme.example", RecordType::kNs).outcome, Outcome::kAnswer);
  EXPECT_EQ(part.query("acme.example", RecordType::kMx).outcome, Outcome::kNoData);
  EXPECT_EQ(part.query("www.acme.example", RecordType::kNs).outcome, Outcome::kNxDomain);
  published.set_unreachable("acme.example");
  EXPECT_TRUE(part.query("acme.example", RecordType::kSoa).failed());
  OverlayResolver whole(zone_file("@ SOA ns1 hostmaster 1 2 3 4 5\n", "acme.example"), published);
  EXPECT_EQ(whole.query("acme.example", RecordType::kNs).outcome, Outcome::kNoData);
}

TEST(Overlay, AnAliasBackIntoTheZoneSeesTheProposal) {
  Zone published = zone_of("@ A 192.0.2.99\n");
  published.add(
      {.name = "edge.example.net", .type = RecordType::kCname, .data = HostName{"acme.example"}});
  OverlayResolver overlay(zone_file("@ A 192.0.2.1\nwww CNAME edge.example.net.\n", "acme.example"),
                          published);
  published.add(
      {.name = "acme.example", .type = RecordType::kA, .data = *text::parse_ip("192.0.2.99")});
  const Answer answer = overlay.query("www.acme.example", RecordType::kA);
  ASSERT_EQ(answer.records.size(), 1u);
  EXPECT_EQ(rdata_text(answer.records[0].data), "192.0.2.1");
  EXPECT_THAT(answer.aliases, ::testing::ElementsAre("edge.example.net", "acme.example"));
}

TEST(Overlay, DelegatedNamesAndTheParentsRecordsComeFromTheRest) {
  Zone published = zone_of("@ DS 1 13 2 00ff\n@ DNSKEY 257 3 13 AAAA\nx.shop A 192.0.2.7\n");
  OverlayResolver overlay(
      zone_file("@ SOA ns hm 1 2 3 4 5\nshop NS ns.example.net.\nshop DS 5 13 2 aa\n"
                "x.shop A 192.0.2.1\n",
                "acme.example"),
      published);
  EXPECT_EQ(rdata_text(overlay.query("x.shop.acme.example", RecordType::kA).records.at(0).data),
            "192.0.2.7");
  EXPECT_EQ(overlay.query("acme.example", RecordType::kDs).outcome, Outcome::kAnswer);
  EXPECT_EQ(overlay.query("acme.example", RecordType::kDnskey).outcome, Outcome::kAnswer);
  EXPECT_EQ(overlay.query("shop.acme.example", RecordType::kDs).outcome, Outcome::kAnswer);
}

TEST(Overlay, ALoopOverBothSidesEnds) {
  Zone published;
  published.add({.name = "edge.example.net",
                 .type = RecordType::kCname,
                 .data = HostName{"www.acme.example"}});
  OverlayResolver overlay(zone_file("www CNAME edge.example.net.\n", "acme.example"), published);
  EXPECT_TRUE(overlay.query("www.acme.example", RecordType::kA).failed());
}

TEST(Overlay, BelowIsByLabels) {
  EXPECT_TRUE(is_at_or_below("a.example", "a.example"));
  EXPECT_TRUE(is_at_or_below("x.a.example", "a.example"));
  EXPECT_FALSE(is_at_or_below("xa.example", "a.example"));
  EXPECT_FALSE(is_at_or_below("example", "a.example"));
}

TEST(RdataWire, NamesAndRecordsReadBackAsTheyWere) {
  EXPECT_EQ(encode_name("a.bc"), std::string("\1a\2bc\0", 6));
  EXPECT_EQ(encode_name(""), std::string("\0", 1));
  for (const ZoneFileRecord& entry : zone_file(kEveryType, "acme.example").records) {
    const auto again = decode_rdata(entry.record.type, encode_rdata(entry.record.data));
    ASSERT_TRUE(again) << rdata_text(entry.record.data);
    EXPECT_EQ(rdata_text(*again), rdata_text(entry.record.data));
  }
}

}  // namespace
}  // namespace lr::domain
