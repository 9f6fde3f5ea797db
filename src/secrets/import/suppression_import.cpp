#include "secrets/import/suppression_import.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <optional>
#include <utility>

#include "crypto/sha1.h"
#include "text/json.h"

namespace lr::secrets {
namespace {

namespace json = boost::json;
using Format = ImportedSuppression::Format;

bool is_object_id(std::string_view text) {
  return (text.size() == 40 || text.size() == 64) &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::optional<std::uint32_t> line_number(std::string_view text) {
  std::uint32_t line = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), line);
  if (text.empty() || parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) {
    return std::nullopt;
  }
  return line;
}

/// `[commit:]path:rule:line`; a path may hold colons, a rule and a line may not.
std::optional<ImportedSuppression> parse_fingerprint(std::string_view text) {
  const std::size_t last = text.rfind(':');
  if (last == std::string_view::npos || last == 0) return std::nullopt;
  const auto line = line_number(text.substr(last + 1));
  const std::size_t before = text.rfind(':', last - 1);
  if (!line || before == std::string_view::npos || before == 0) return std::nullopt;
  ImportedSuppression out;
  out.line = *line;
  out.rule = text.substr(before + 1, last - before - 1);
  std::string_view path = text.substr(0, before);
  const std::size_t colon = path.find(':');
  if (colon != std::string_view::npos && is_object_id(path.substr(0, colon))) {
    out.commit = path.substr(0, colon);
    path.remove_prefix(colon + 1);
  }
  out.path = path;
  std::ranges::replace(out.path, '\\', '/');
  return out;
}

std::string text_at(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

std::uint32_t line_at(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_int64()) return 0;
  const std::int64_t line = value->get_int64();
  return line > 0 && line < UINT32_MAX ? static_cast<std::uint32_t>(line) : 0;
}

Result<json::value> parse_file(std::string_view text, std::string_view file_name) {
  if (text.size() > kSuppressionFileBytes) {
    return fail(Code::kPayloadTooLarge, fmt::format("{}: more than 64 MiB", file_name));
  }
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  auto parsed = text::parse_json(text);
  if (!parsed) return std::unexpected(std::move(parsed).error().context(file_name));
  return parsed;
}

std::unexpected<Error> too_many(std::string_view file_name) {
  return fail(Code::kPayloadTooLarge, fmt::format("{}: more than a million entries", file_name));
}

std::unexpected<Error> wrong_form(std::string_view file_name, std::string_view wanted) {
  return fail(Code::kInvalidArgument, fmt::format("{}:1:1: this is no {}", file_name, wanted));
}

bool is_redacted(std::string_view secret) {
  return secret.empty() || secret == "REDACTED" || secret.ends_with("...");
}

/// The same path, or one below the other: a scan may have started in a folder of the repository.
bool same_path(std::string_view entry, std::string_view place) {
  if (entry.starts_with("./")) entry.remove_prefix(2);
  if (place.starts_with("./")) place.remove_prefix(2);
  if (entry == place) return true;
  const auto below = [](std::string_view longer, std::string_view shorter) {
    return longer.size() > shorter.size() && longer.ends_with(shorter) &&
           longer[longer.size() - shorter.size() - 1] == '/';
  };
  return below(entry, place) || below(place, entry);
}

/// Letters and digits in lower case, so that "AWS Access Key" is near "aws-access-key-id".
std::string plain(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c >= 'A' && c <= 'Z') out += static_cast<char>(c + 32);
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out += c;
  }
  return out;
}

bool same_kind(std::string_view entry, const SuppressionQuestion& question) {
  if (entry.empty() || entry == question.rule) return true;
  const std::string theirs = plain(entry);
  const std::string family = plain(question.family);
  if (!family.empty() && theirs.starts_with(family)) return true;
  return theirs.starts_with("generic") || question.family == "generic" ||
         question.family == "imported";
}

}  // namespace

std::string_view format_name(Format format) {
  switch (format) {
    case Format::kGitleaksIgnore:
      return ".gitleaksignore";
    case Format::kGitleaksBaseline:
      return "gitleaks baseline";
    case Format::kDetectSecretsBaseline:
      return "detect-secrets baseline";
  }
  return ".gitleaksignore";
}

Result<SuppressionFile> import_gitleaks_ignore(std::string_view text, std::string_view file_name) {
  if (text.size() > kSuppressionFileBytes) {
    return fail(Code::kPayloadTooLarge, fmt::format("{}: more than 64 MiB", file_name));
  }
  SuppressionFile out;
  std::uint32_t number = 0;
  while (!text.empty()) {
    ++number;
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    line = line.substr(0, line.find(" #"));
    while (line.ends_with(' ') || line.ends_with('\r') || line.ends_with('\t')) {
      line.remove_suffix(1);
    }
    if (line.empty() || line.starts_with('#')) continue;
    auto entry = parse_fingerprint(line);
    if (!entry) {
      out.notes.push_back(fmt::format("{}:{}:1: this line is no fingerprint", file_name, number));
      continue;
    }
    if (out.entries.size() == kSuppressionEntries) return too_many(file_name);
    entry->format = Format::kGitleaksIgnore;
    entry->mark = {number, 1};
    out.entries.push_back(std::move(*entry));
  }
  return out;
}

Result<SuppressionFile> import_gitleaks_baseline(std::string_view text,
                                                 std::string_view file_name) {
  LR_TRY(const json::value root, parse_file(text, file_name));
  if (!root.is_array()) return wrong_form(file_name, "gitleaks report (a JSON list)");
  if (root.get_array().size() > kSuppressionEntries) return too_many(file_name);
  SuppressionFile out;
  for (const json::value& item : root.get_array()) {
    const json::object* finding = item.if_object();
    if (finding == nullptr || !finding->contains("RuleID")) {
      return wrong_form(file_name, "gitleaks report: an entry without RuleID");
    }
    ImportedSuppression entry;
    entry.format = Format::kGitleaksBaseline;
    entry.rule = text_at(*finding, "RuleID");
    entry.path = text_at(*finding, "File");
    entry.commit = text_at(*finding, "Commit");
    entry.line = line_at(*finding, "StartLine");
    const std::string secret = text_at(*finding, "Secret");
    if (!is_redacted(secret)) entry.secret_sha1 = secret_sha1_of(secret);
    out.entries.push_back(std::move(entry));
  }
  return out;
}

Result<SuppressionFile> import_detect_secrets_baseline(std::string_view text,
                                                       std::string_view file_name) {
  LR_TRY(const json::value root, parse_file(text, file_name));
  const json::object* object = root.if_object();
  const json::value* results = object == nullptr ? nullptr : object->if_contains("results");
  if (results == nullptr || !results->is_object()) {
    return wrong_form(file_name, "detect-secrets baseline (no \"results\")");
  }
  SuppressionFile out;
  for (const auto& [path, list] : results->get_object()) {
    if (!list.is_array()) return wrong_form(file_name, "detect-secrets baseline");
    for (const json::value& item : list.get_array()) {
      const json::object* finding = item.if_object();
      if (finding == nullptr) return wrong_form(file_name, "detect-secrets baseline");
      if (out.entries.size() == kSuppressionEntries) return too_many(file_name);
      ImportedSuppression entry;
      entry.format = Format::kDetectSecretsBaseline;
      entry.rule = text_at(*finding, "type");
      entry.path = std::string(path);
      entry.line = line_at(*finding, "line_number");
      entry.secret_sha1 = text_at(*finding, "hashed_secret");
      const json::value* real = finding->if_contains("is_secret");
      if (real != nullptr && real->is_bool() && real->get_bool()) {
        out.notes.push_back(
            fmt::format("{}:1:1: {} line {}: audited as a real secret, so it stays "
                        "a finding",
                        file_name, entry.path, entry.line));
        continue;
      }
      out.entries.push_back(std::move(entry));
    }
  }
  return out;
}

Result<SuppressionFile> import_suppressions(std::string_view text, std::string_view file_name) {
  const std::size_t first = text.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  if (first != std::string_view::npos && text[first] == '[') {
    return import_gitleaks_baseline(text, file_name);
  }
  if (first != std::string_view::npos && text[first] == '{') {
    return import_detect_secrets_baseline(text, file_name);
  }
  return import_gitleaks_ignore(text, file_name);
}

std::string secret_sha1_of(std::string_view secret) { return crypto::sha1_hex(secret); }

bool covers(const ImportedSuppression& entry, const SuppressionQuestion& question) {
  const Place& place = *question.place;
  if (!entry.path.empty() && !same_path(entry.path, place.path)) return false;
  if (!entry.secret_sha1.empty()) return entry.secret_sha1 == question.secret_sha1;
  if (!entry.commit.empty() && entry.commit != place.commit && entry.commit != place.object) {
    return false;
  }
  if (entry.line != 0 && entry.line != place.line) return false;
  return same_kind(entry.rule, question);
}

}  // namespace lr::secrets
