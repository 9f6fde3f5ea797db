// An SPF record from a stranger, in a zone of records from the same stranger: the input's lines are
// TXT records of a.example, b.example, c.example… Nothing may crash, the limits of RFC 7208 hold,
// and the reader of single terms agrees with the reader of whole records.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "domain/mail/spf.h"
#include "domain/mail/spf_record.h"
#include "domain/zone.h"
#include "fuzz/reach.h"

namespace lr::domain {
namespace {

enum class State : std::uint8_t { kParsed, kRefused, kMatched, kIncluded, kPermError };
lr::fuzz::Reach<5> reach({"records", "refused", "matches", "includes", "permerrors"});

constexpr std::size_t kNames = 8;
/// One record may be read again for each of the ten lookups.
constexpr std::size_t kStepsMost = 1 + kSpfLookups;

Zone zone_of(std::string_view input) {
  Zone zone;
  for (std::size_t i = 0; i < kNames && !input.empty(); ++i) {
    const std::size_t end = input.find('\n');
    std::string name(1, static_cast<char>('a' + i));
    name += ".example";
    const std::string text = "v=spf1 " + std::string(input.substr(0, end));
    zone.add({.name = name, .type = RecordType::kTxt, .ttl = 1, .data = Text{{text}}});
    if (i % 2 == 0) {
      zone.add({.name = name, .type = RecordType::kMx, .ttl = 1, .data = MailExchange{1, name}});
      zone.add({.name = name,
                .type = RecordType::kA,
                .ttl = 1,
                .data = lr::text::parse_ip("192.0.2.1").value_or(lr::text::IpAddress())});
    }
    input.remove_prefix(end == std::string_view::npos ? input.size() : end + 1);
  }
  return zone;
}

void try_record(std::string_view input) {
  const std::string text = "v=spf1 " + std::string(input.substr(0, input.find('\n')));
  const auto record = parse_spf(text);
  const auto problems = spf_problems(text);
  lr::fuzz::require(record.has_value() == problems.empty(), "both readers agree");
  for (const SpfProblem& one : problems) {
    lr::fuzz::require(one.begin < one.end && one.end <= text.size(), "a place in the record");
  }
  reach.mark(record ? State::kParsed : State::kRefused);
  if (!record) return;
  for (const SpfDirective& one : record->directives) {
    lr::fuzz::require(one.begin < one.end && one.end <= text.size(), "a place in the record");
  }
}

void try_check(std::string_view input) {
  Zone zone = zone_of(input);
  for (const char* ip : {"192.0.2.1", "2001:db8::1"}) {
    const SpfAnswer answer =
        check_host(zone, {.client = lr::text::parse_ip(ip).value_or(lr::text::IpAddress()),
                          .helo = "h.example",
                          .mail_from = "user@a.example",
                          .receiver = {}});
    lr::fuzz::require(answer.lookups <= kSpfLookups + 1 && answer.voids <= kSpfVoidLookups + 1,
                      "the limits of RFC 7208");
    lr::fuzz::require(answer.steps.size() <= kStepsMost, "few records are read");
    if (!answer.term.empty()) reach.mark(State::kMatched);
    if (answer.steps.size() > 1) reach.mark(State::kIncluded);
    if (answer.result == SpfResult::kPermError) reach.mark(State::kPermError);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  reach.run();
  try_record(input);
  try_check(input);
  return 0;
}

}  // namespace lr::domain
