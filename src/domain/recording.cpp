#include "domain/recording.h"

#include <fmt/format.h>

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "crypto/digest.h"
#include "domain/rdata_text.h"
#include "domain/rdata_wire.h"
#include "domain/zone.h"
#include "text/json.h"

namespace lr::domain {
namespace {

using std::string_view;
namespace json = boost::json;

constexpr string_view kFormat = "launchready-dns";
constexpr std::int64_t kVersion = 1;
constexpr std::array<string_view, 4> kOutcomes{"answer", "nodata", "nxdomain", "failed"};
constexpr std::array<string_view, 4> kTrusts{"unknown", "insecure", "secure", "bogus"};

std::string type_text(RecordType type) {
  const string_view name = record_type_name(type);
  return name == "TYPE" ? fmt::format("TYPE{}", static_cast<int>(type)) : std::string(name);
}

/// JSON is UTF-8; bytes beyond ASCII in names and reasons are written as \DDD.
std::string ascii(string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f) {
      out += c;
    } else {
      fmt::format_to(std::back_inserter(out), "\\{:03}", byte);
    }
  }
  return out;
}

json::object record_json(const Record& record) {
  json::object out;
  out["name"] = ascii(record.name);
  out["type"] = type_text(record.type);
  out["ttl"] = record.ttl;
  const auto* opaque = std::get_if<Opaque>(&record.data);
  const bool only_text = opaque != nullptr && !opaque->text.empty();
  if (!only_text) out["wire"] = crypto::hex(encode_rdata(record.data));
  out["text"] = ascii(rdata_text(record.data));
  return out;
}

json::object answer_json(string_view name, RecordType type, const Answer& answer) {
  json::object out;
  out["name"] = ascii(name);
  out["type"] = type_text(type);
  out["outcome"] = kOutcomes[static_cast<std::size_t>(answer.outcome)];
  out["trust"] = kTrusts[static_cast<std::size_t>(answer.trust)];
  out["why"] = ascii(answer.why);
  json::array aliases;
  for (const std::string& alias : answer.aliases) aliases.push_back(json::string(ascii(alias)));
  out["aliases"] = std::move(aliases);
  json::array records;
  for (const Record& record : answer.records) records.push_back(record_json(record));
  out["records"] = std::move(records);
  return out;
}

/// A name with a dot inside a label has a wire form that reads back as another one.
bool can_be_kept(const Record& record) {
  const auto* opaque = std::get_if<Opaque>(&record.data);
  if (opaque != nullptr && !opaque->text.empty()) return true;
  return decode_rdata(record.type, encode_rdata(record.data)).has_value();
}

std::unexpected<Error> wrong(std::string why) {
  return fail(Code::kInvalidArgument, "the recording cannot be read: " + std::move(why));
}

Result<string_view> text_at(const json::object& object, string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_string()) return wrong(fmt::format("\"{}\" is no text", key));
  return string_view(value->get_string());
}

Result<const json::array*> list_at(const json::object& object, string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_array()) return wrong(fmt::format("\"{}\" is no list", key));
  return &value->get_array();
}

Result<std::size_t> choice_at(const json::object& object, string_view key,
                              const std::array<string_view, 4>& names) {
  LR_TRY(const string_view text, text_at(object, key));
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == text) return i;
  }
  return wrong(fmt::format("\"{}\" cannot be \"{}\"", key, text));
}

Result<RecordType> type_at(const json::object& object) {
  LR_TRY(const string_view text, text_at(object, "type"));
  const auto type = record_type_of(text);
  if (!type) return wrong(fmt::format("'{}' is no type of record", text));
  return *type;
}

Result<Record> read_record(const json::value& value) {
  if (!value.is_object()) return wrong("a record is no object");
  const json::object& object = value.get_object();
  Record record{.name = {}, .data = {}};
  LR_TRY(record.name, text_at(object, "name"));
  LR_TRY(record.type, type_at(object));
  const json::value* ttl = object.if_contains("ttl");
  if (ttl == nullptr || !ttl->is_int64() || ttl->get_int64() < 0 ||
      ttl->get_int64() > 0xffffffffLL) {
    return wrong("\"ttl\" of " + record.name + " is no number of seconds");
  }
  record.ttl = static_cast<std::uint32_t>(ttl->get_int64());
  if (!object.contains("wire")) {
    LR_TRY(const string_view text, text_at(object, "text"));
    record.data = Opaque{.wire = {}, .text = std::string(text)};
    return record;
  }
  LR_TRY(const string_view hex, text_at(object, "wire"));
  const auto wire = crypto::unhex(hex);
  if (!wire) return wrong("\"wire\" of " + record.name + " is not hexadecimal");
  auto data = decode_rdata(record.type, *wire);
  if (!data) return wrong(record.name + ": " + data.error().detail());
  record.data = std::move(*data);
  return record;
}

Result<> read_answer(const json::value& value, RecordedAnswers& out) {
  if (!value.is_object()) return wrong("an answer is no object");
  const json::object& object = value.get_object();
  LR_TRY(const string_view name, text_at(object, "name"));
  LR_TRY(const RecordType type, type_at(object));
  Answer answer;
  LR_TRY(const std::size_t outcome, choice_at(object, "outcome", kOutcomes));
  LR_TRY(const std::size_t trust, choice_at(object, "trust", kTrusts));
  answer.outcome = static_cast<Outcome>(outcome);
  answer.trust = static_cast<Trust>(trust);
  LR_TRY(answer.why, text_at(object, "why"));
  LR_TRY(const json::array* aliases, list_at(object, "aliases"));
  for (const json::value& alias : *aliases) {
    if (!alias.is_string()) return wrong("an alias is no text");
    answer.aliases.emplace_back(alias.get_string());
  }
  LR_TRY(const json::array* records, list_at(object, "records"));
  for (const json::value& one : *records) {
    LR_TRY(Record record, read_record(one));
    answer.records.push_back(std::move(record));
  }
  if (answer.outcome == Outcome::kAnswer && answer.records.empty()) {
    return wrong(fmt::format("the answer about {} has no records", name));
  }
  if (!out.emplace(std::pair(canonical_name(name), type), std::move(answer)).second) {
    return wrong(fmt::format("{} is answered twice", name));
  }
  return {};
}

}  // namespace

Answer RecordingResolver::query(std::string_view name, RecordType type) {
  Answer answer = below_.query(name, type);
  for (const Record& record : answer.records) {
    if (can_be_kept(record)) continue;
    answer = Answer{.records = {}, .aliases = {}, .why = "a record has no form that can be kept"};
    break;
  }
  const std::scoped_lock lock(mutex_);
  if (answers_.size() < kRecordingAnswers)
    answers_.insert_or_assign({canonical_name(name), type}, answer);
  return answer;
}

std::string RecordingResolver::recording() const {
  const std::scoped_lock lock(mutex_);
  json::array answers;
  for (const auto& [key, answer] : answers_) {
    answers.push_back(answer_json(key.first, key.second, answer));
  }
  json::object out;
  out["format"] = kFormat;
  out["version"] = kVersion;
  out["answers"] = std::move(answers);
  return text::pretty_json(out);
}

Result<std::unique_ptr<ReplayResolver>> ReplayResolver::parse(std::string_view text) {
  if (text.size() > kRecordingBytes) {
    return fail(Code::kPayloadTooLarge,
                fmt::format("the recording has more than {} bytes", kRecordingBytes));
  }
  const auto document = text::parse_json(text);
  if (!document) return wrong(document.error().detail());
  if (!document->is_object()) return wrong("it is no JSON object");
  const json::object& object = document->get_object();
  LR_TRY(const string_view format, text_at(object, "format"));
  if (format != kFormat) return wrong(fmt::format("its format is not \"{}\"", kFormat));
  const json::value* version = object.if_contains("version");
  if (version == nullptr || !version->is_int64() || version->get_int64() != kVersion) {
    return wrong("its version is not 1; record again with this program");
  }
  LR_TRY(const json::array* answers, list_at(object, "answers"));
  if (answers->size() > kRecordingAnswers) {
    return fail(Code::kPayloadTooLarge,
                fmt::format("the recording has more than {} answers", kRecordingAnswers));
  }
  RecordedAnswers out;
  for (const json::value& answer : *answers) LR_TRY_VOID(read_answer(answer, out));
  return std::unique_ptr<ReplayResolver>(new ReplayResolver(std::move(out)));
}

Answer ReplayResolver::query(std::string_view name, RecordType type) {
  const auto found = answers_.find({canonical_name(name), type});
  if (found != answers_.end()) return found->second;
  Answer answer;
  answer.why = "not in the recording";
  return answer;
}

}  // namespace lr::domain
