// Zone files: what is read and written out again is read the same, and answers are bounded.
#include <algorithm>
#include <cstdint>
#include <string>

#include "domain/overlay_resolver.h"
#include "domain/rdata_text.h"
#include "domain/zone_file.h"
#include "fuzz/reach.h"

namespace lr::domain {
namespace {

using fuzz::require;

enum class State { kRecords, kAlias, kText, kOpaque, kRefused };
fuzz::Reach<5> reach({"files with records", "aliases followed", "strings", "unknown types",
                      "files refused"});

constexpr std::size_t kAsked = 20;  ///< Names asked for, so that one input stays quick.

class Nobody final : public Resolver {
 public:
  Answer query(std::string_view /*name*/, RecordType /*type*/) override { return {}; }
};

bool is_plain(char c) {
  return c == ' ' ||
         (c > 0x20 && c < 0x7f && std::string_view(";\"()\\").find(c) == std::string_view::npos);
}

std::string type_text(RecordType type) { return "TYPE" + std::to_string(static_cast<int>(type)); }

void check_record(const Record& record) {
  if (std::holds_alternative<Text>(record.data)) reach.mark(State::kText);
  if (std::holds_alternative<Opaque>(record.data)) reach.mark(State::kOpaque);
  const std::string text = rdata_text(record.data);
  // Names are kept as they came, and written without the escapes that odd bytes in them need.
  const bool has_strings = std::holds_alternative<Text>(record.data) ||
                           std::holds_alternative<CertificateAuthority>(record.data) ||
                           std::holds_alternative<Opaque>(record.data);
  if (!has_strings && !std::ranges::all_of(text, is_plain)) return;
  const auto again = parse_zone_file("a.example. IN " + type_text(record.type) + " " + text + "\n",
                                     "again", "example");
  require(again.has_value(), "what is written can be read");
  require(again->records.size() == 1, "one record stays one");
  require(rdata_text(again->records[0].record.data) == text, "the text form is final");
}

void check_answers(const ZoneFile& file) {
  Nobody nobody;
  OverlayResolver overlay(file, nobody);
  std::size_t asked = 0;
  for (const ZoneFileRecord& entry : file.records) {
    if (++asked > kAsked) return;
    require(entry.line > 0, "records have lines");
    const Answer answer = overlay.query(entry.record.name, RecordType::kA);
    require(answer.aliases.size() <= 2 * (Zone::kAliases + 1) * (Zone::kAliases + 1),
            "aliases are bounded");
    if (!answer.aliases.empty()) reach.mark(State::kAlias);
  }
}

void run(std::string_view text) {
  reach.run();
  const auto file = parse_zone_file(text, "fuzz", "example.com");
  if (!file) return reach.mark(State::kRefused);
  if (!file->records.empty()) reach.mark(State::kRecords);
  std::size_t checked = 0;
  for (const ZoneFileRecord& entry : file->records) {
    if (++checked <= kAsked) check_record(entry.record);
  }
  check_answers(*file);
}

}  // namespace
}  // namespace lr::domain

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lr::domain::run({reinterpret_cast<const char*>(data), size});
  return 0;
}
