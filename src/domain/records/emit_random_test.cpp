// Random zones: what is emitted can be read, and once it is published there is nothing more to do.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>

#include "domain/mail/dmarc_record.h"
#include "domain/mail/spf_record.h"
#include "domain/rdata_text.h"
#include "domain/records/emit.h"
#include "domain/records/testing/judged.h"
#include "domain/zone_file.h"

namespace lr::domain {
namespace {

using std::string_view;

constexpr int kZones = 3000;

constexpr auto kSpfTerms = std::to_array<string_view>({"ip4:192.0.2.1",
                                                       "ip4:192.0.2.0/24",
                                                       "ipv4:192.0.2.9",
                                                       "ip4:192.0.2.300",
                                                       "ip6:2001:db8::1",
                                                       "a",
                                                       "mx",
                                                       "a:mail.acme.example",
                                                       "include:_spf.esp.example",
                                                       "include:gone.example",
                                                       "include=_spf.esp.example",
                                                       "ptr",
                                                       "exists:%{i}.acme.example",
                                                       "exists:%{q}.acme.example",
                                                       "redirect=_spf.esp.example",
                                                       "exp=why.acme.example",
                                                       "ra=postmaster",
                                                       "banana",
                                                       "+all",
                                                       "?all",
                                                       "~all",
                                                       "-all",
                                                       "all",
                                                       "-al",
                                                       "MX",
                                                       "x=1",
                                                       "\xc3\xa9",
                                                       "include:%{l}.acme.example",
                                                       ":",
                                                       "="});
constexpr auto kDmarcTags = std::to_array<string_view>({"p=none",
                                                        "p=reject",
                                                        "p=block",
                                                        "p=",
                                                        "sp=none",
                                                        "sp=reject",
                                                        "np=none",
                                                        "np=x",
                                                        "t=y",
                                                        "t=?",
                                                        "psd=y",
                                                        "pct=10",
                                                        "pct=x",
                                                        "rua=mailto:a@acme.example",
                                                        "rua=a@acme.example",
                                                        "rua=",
                                                        "rua=<mailto:a@acme.example>,b",
                                                        "ruf=mailto:r@acme.example!1m",
                                                        "fo=1:d",
                                                        "fo=0:1",
                                                        "x=y",
                                                        "junk",
                                                        "adkim=s",
                                                        "aspf=?",
                                                        "P=none"});

class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  Zone zone() {
    Zone out = testing::zone_of(
        "@ MX 10 mail\nmail A 192.0.2.10\nmta-sts A 192.0.2.11\n"
        "_spf.esp.example. TXT \"v=spf1 ip4:203.0.113.0/24 -all\"\n");
    several(out, "acme.example", [&] { return words("v=spf1", " ", kSpfTerms); });
    several(out, "_dmarc.acme.example", [&] { return words("v=DMARC1", "; ", kDmarcTags); });
    several(out, "_smtp._tls.acme.example",
            [&] { return below(2) ? "v=TLSRPTv1; rua=mailto:t@acme.example" : "v=TLSRPTv1; x"; });
    several(out, "_mta-sts.acme.example",
            [&] { return below(2) ? "v=STSv1; id=1" : "v=STSv1; id="; });
    return out;
  }

 private:
  std::size_t below(std::size_t end) { return random_() % end; }

  template <std::size_t N>
  std::string words(string_view first, string_view between, const std::array<string_view, N>& all) {
    std::string out(first);
    for (std::size_t left = below(7); left > 0; --left) {
      out += fmt::format("{}{}", between, all[below(N)]);
    }
    return out;
  }
  template <class F>
  void several(Zone& zone, const std::string& name, F&& text) {
    for (std::size_t left = below(3); left > 0; --left) {
      std::string one(text());
      const std::size_t cut = below(one.size());
      zone.add({name, RecordType::kTxt, 300, Text{{one.substr(0, cut), one.substr(cut)}}});
    }
  }

  std::mt19937 random_;
};

/// The records of one zone with others taken away and put in.
class Published final : public Resolver {
 public:
  Published(Resolver& before, const Emission& emission) : before_(before), emission_(emission) {}

  Answer query(string_view name, RecordType type) override {
    Answer answer = before_.query(name, type);
    std::erase_if(answer.records, [&](const Record& one) { return holds(emission_.remove, one); });
    for (const EmittedRecord& one : emission_.add) {
      if (one.record.name == name && one.record.type == type) answer.records.push_back(one.record);
    }
    if (!answer.failed()) {
      answer.outcome = answer.records.empty() ? Outcome::kNoData : Outcome::kAnswer;
    }
    return answer;
  }

 private:
  static bool holds(const std::vector<EmittedRecord>& list, const Record& one) {
    return std::ranges::any_of(list, [&](const EmittedRecord& other) {
      return other.record.type == one.type && rdata_text(other.record.data) == rdata_text(one.data);
    });
  }

  Resolver& before_;
  const Emission& emission_;
};

void expect_readable(const Emission& emission) {
  const std::string text = render_emission(emission, EmitFormat::kZone);
  const auto read = parse_zone_file(text, "new.zone", "acme.example");
  ASSERT_TRUE(read) << read.error().detail() << "\n" << text;
  ASSERT_EQ(read->records.size(), emission.add.size()) << text;
  for (const ZoneFileRecord& one : read->records) {
    const Text* strings = std::get_if<Text>(&one.record.data);
    if (strings == nullptr) continue;
    const std::string joined = strings->joined();
    if (is_spf_record(joined)) EXPECT_TRUE(spf_problems(joined).empty()) << joined;
    if (!is_dmarc_record(joined)) continue;
    const auto record = parse_dmarc(joined);
    EXPECT_TRUE(record->problems.empty()) << joined << ": " << record->problems.front().why;
    EXPECT_TRUE(record->policy) << joined;
  }
}

TEST(EmitRandom, WhatIsEmittedIsReadableAndLeavesNothingToDo) {
  std::size_t changed = 0;
  std::size_t open = 0;
  for (unsigned seed = 0; seed < kZones; ++seed) {
    SCOPED_TRACE(seed);
    Zone zone = Generator(seed).zone();
    const Subject subject = testing::acme();
    const Emission emission = emit_records(subject, zone);
    expect_readable(emission);
    Published after(zone, emission);
    const Emission again = emit_records(subject, after);
    ASSERT_TRUE(again.add.empty() && again.remove.empty())
        << render_emission(emission, EmitFormat::kRecords) << "and then\n"
        << render_emission(again, EmitFormat::kRecords);
    // Any record can be mended, term by term.
    for (const std::string& line : emission.open) {
      EXPECT_FALSE(line.contains("anew")) << render_emission(emission, EmitFormat::kRecords);
    }
    changed += emission.add.empty() ? 0 : 1;
    open += emission.open.empty() ? 0 : 1;
  }
  EXPECT_GT(changed, kZones / 2U);
  EXPECT_GT(open, kZones / 10U);
}

}  // namespace
}  // namespace lr::domain
