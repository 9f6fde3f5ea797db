#include "domain/zone_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "crypto/digest.h"
#include "domain/rdata_text.h"
#include "domain/zone_lexer.h"
#include "text/ascii.h"

namespace lr::domain {
namespace {

using std::string_view;

bool same(string_view a, string_view b) {
  return std::ranges::equal(a, b, {}, text::to_lower, text::to_lower);
}

bool is_class(string_view word) { return same(word, "IN"); }

class ZoneFileReader {
 public:
  ZoneFileReader(string_view text, string_view origin)
      : lexer_(text), origin_(canonical_name(origin)) {
    file_.origin = origin_;
  }

  Result<ZoneFile> read() {
    while (true) {
      LR_TRY(const ZoneEntry entry, lexer_.next());
      if (entry.tokens.empty()) return std::move(file_);
      if (Result<> done = add(entry); !done) {
        return fail(Code::kInvalidArgument,
                    fmt::format("{}: {}", entry.line, done.error().detail()));
      }
    }
  }

 private:
  static std::unexpected<Error> wrong(std::string why) {
    return fail(Code::kInvalidArgument, std::move(why));
  }

  Result<> add(const ZoneEntry& entry) {
    const ZoneToken& first = entry.tokens.front();
    if (!entry.owner_is_blank && !first.quoted && first.text.starts_with('$')) {
      return directive(entry);
    }
    if (file_.records.size() == kZoneFileRecords) return wrong("the zone has too many records");
    return record(entry);
  }

  Result<> directive(const ZoneEntry& entry) {
    const string_view name = entry.tokens.front().text;
    const bool ttl = same(name, "$TTL");
    if (!ttl && !same(name, "$ORIGIN")) {
      return wrong(fmt::format("{} is not supported here; write its records out", name));
    }
    if (entry.tokens.size() != 2) return wrong(fmt::format("{} takes one value", name));
    if (ttl) {
      const auto seconds = parse_zone_ttl(entry.tokens[1].text);
      if (!seconds) return wrong("$TTL is no number of seconds");
      default_ttl_ = *seconds;
      return {};
    }
    LR_TRY(origin_, absolute_name(entry.tokens[1].text, origin_));
    return {};
  }

  /// [owner] [TTL] [class] type rdata, with TTL and class in either order.
  Result<> record(const ZoneEntry& entry) {
    std::size_t at = 0;
    if (!entry.owner_is_blank) {
      LR_TRY(owner_, absolute_name(entry.tokens[0].text, origin_));
      at = 1;
    }
    if (owner_.empty()) return wrong("there is no owner before this record");
    Record record{.name = owner_, .ttl = default_ttl_, .data = {}};
    for (; at < entry.tokens.size(); ++at) {
      const string_view word = entry.tokens[at].text;
      if (const auto seconds = parse_zone_ttl(word)) {
        record.ttl = *seconds;
      } else if (!is_class(word)) {
        break;
      }
    }
    if (at == entry.tokens.size()) return wrong("there is no type");
    const string_view type = entry.tokens[at].text;
    const auto known = record_type_of(type);
    if (!known) return wrong(fmt::format("'{}' is no type of record", type));
    record.type = *known;
    const std::span<const ZoneToken> rdata = std::span(entry.tokens).subspan(at + 1);
    LR_TRY(record.data, parse_rdata(record.type, rdata, origin_));
    if (record.type == RecordType::kSoa) file_.origin = owner_;
    file_.records.push_back({std::move(record), entry.line});
    return {};
  }

  ZoneLexer lexer_;
  ZoneFile file_;
  std::string origin_;
  std::string owner_;
  std::uint32_t default_ttl_ = 3600;
};

}  // namespace

Zone ZoneFile::zone() const {
  Zone zone;
  for (const ZoneFileRecord& entry : records) zone.add(entry.record);
  return zone;
}

Result<ZoneFile> parse_zone_file(std::string_view text, std::string_view file_name,
                                 std::string_view origin) {
  if (text.size() > kZoneFileBytes) {
    return fail(Code::kPayloadTooLarge,
                fmt::format("{}: more than {} bytes", file_name, kZoneFileBytes));
  }
  Result<ZoneFile> file = ZoneFileReader(text, origin).read();
  if (file) return file;
  return fail(Code::kInvalidArgument, fmt::format("{}:{}", file_name, file.error().detail()));
}

}  // namespace lr::domain
