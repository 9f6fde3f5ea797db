#include "domain/mail/mta_sts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "domain/mail/spf_macro.h"
#include "domain/mail/tag_list.h"
#include "domain/zone.h"
#include "text/ascii.h"

namespace lr::domain {
namespace {

using std::string_view;

constexpr string_view kVersion = "STSv1";
constexpr std::size_t kIdBytes = 32;
constexpr std::size_t kMxMax = 100;
constexpr auto kModeNames = std::to_array<string_view>({"none", "testing", "enforce"});

std::unexpected<Error> wrong(std::string why) {
  return fail(Code::kInvalidArgument, std::move(why));
}

bool is_alphanumeric(char c) {
  return text::is_digit(c) || (text::to_lower(c) >= 'a' && text::to_lower(c) <= 'z');
}

bool is_pattern(string_view pattern) {
  if (pattern.starts_with("*.")) pattern.remove_prefix(2);
  return is_mail_domain(pattern) && std::ranges::all_of(pattern, [](char c) {
           return is_alphanumeric(c) || c == '-' || c == '.' || c == '_';
         });
}

/// Collects the "key: value" lines; unknown keys are extensions.
class PolicyReader {
 public:
  Result<> line(string_view line) {
    const std::size_t colon = line.find(':');
    if (colon == string_view::npos) return wrong("is no 'key: value'");
    const string_view key = trim_folding(line.substr(0, colon));
    const string_view value = trim_folding(line.substr(colon + 1));
    if (key == "mx") return exchange(value);
    if (key != "version" && key != "mode" && key != "max_age") return {};
    // "If any non-repeated field is duplicated, all entries except the first are ignored".
    if (std::ranges::find(seen_, key) != seen_.end()) return {};
    seen_.push_back(key);
    if (key == "version") {
      return value == kVersion ? Result<>() : wrong("version must be STSv1");
    }
    return key == "mode" ? mode(value) : age(value);
  }

  Result<MtaStsPolicy> end() {
    for (const string_view key : {"version", "mode", "max_age"}) {
      if (std::ranges::find(seen_, key) == seen_.end()) {
        return wrong(fmt::format("there is no {}", key));
      }
    }
    if (policy_.mx.empty() && policy_.mode != MtaStsMode::kNone) return wrong("there is no mx");
    return std::move(policy_);
  }

 private:
  Result<> mode(string_view value) {
    const auto at = std::ranges::find(kModeNames, value);
    if (at == kModeNames.end()) return wrong("mode must be enforce, testing or none");
    policy_.mode = static_cast<MtaStsMode>(at - kModeNames.begin());
    return {};
  }

  Result<> age(string_view value) {
    const char* last = value.data() + value.size();
    const auto [end, problem] = std::from_chars(value.data(), last, policy_.max_age);
    if (value.empty() || problem != std::errc() || end != last ||
        policy_.max_age > kMtaStsMaxAgeMost) {
      return wrong(fmt::format("max_age must be a number from 0 to {}", kMtaStsMaxAgeMost));
    }
    return {};
  }

  Result<> exchange(string_view value) {
    if (!is_pattern(value)) return wrong(fmt::format("'{}' is no host name or *.name", value));
    if (policy_.mx.size() == kMxMax) return wrong("too many mx lines");
    policy_.mx.push_back(canonical_name(value));
    return {};
  }

  MtaStsPolicy policy_;
  std::vector<string_view> seen_;
};

}  // namespace

bool is_mta_sts_record(std::string_view text) {
  const string_view first = trim_folding(text.substr(0, text.find(';')));
  const std::size_t equals = first.find('=');
  return equals != string_view::npos && trim_folding(first.substr(0, equals)) == "v" &&
         trim_folding(first.substr(equals + 1)) == kVersion;
}

Result<MtaStsRecord> parse_mta_sts_record(std::string_view text) {
  if (!is_mta_sts_record(text)) return wrong("column 1: does not begin with v=STSv1");
  LR_TRY(const TagList tags, TagList::parse(text));
  const Tag* id = tags.find("id");
  if (id == nullptr) return wrong(fmt::format("column {}: there is no id=", text.size() + 1));
  if (id->value.empty() || id->value.size() > kIdBytes ||
      !std::ranges::all_of(id->value, is_alphanumeric)) {
    return wrong(fmt::format("column {}: id= must be 1 to 32 letters and digits", id->begin + 1));
  }
  return MtaStsRecord{std::string(id->value)};
}

std::string_view mta_sts_mode_name(MtaStsMode mode) {
  return kModeNames[static_cast<std::size_t>(mode)];
}

Result<MtaStsPolicy> parse_mta_sts_policy(std::string_view text) {
  if (text.size() > kMtaStsPolicyBytes) return wrong("the policy is longer than 64 KiB");
  PolicyReader reader;
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const string_view line = trim_folding(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (line.empty()) continue;
    if (const Result<> read = reader.line(line); !read) {
      return wrong(fmt::format("line {}: {}", number, read.error().detail()));
    }
  }
  return reader.end();
}

std::string mta_sts_policy_text(const MtaStsPolicy& policy) {
  std::string out = fmt::format("version: STSv1\r\nmode: {}\r\n", mta_sts_mode_name(policy.mode));
  for (const std::string& host : policy.mx) out += fmt::format("mx: {}\r\n", host);
  return out + fmt::format("max_age: {}\r\n", policy.max_age);
}

bool mta_sts_covers(const MtaStsPolicy& policy, std::string_view host) {
  const std::string name = canonical_name(host);
  return std::ranges::any_of(policy.mx, [&](const std::string& pattern) {
    if (!pattern.starts_with("*.")) return pattern == name;
    const std::size_t dot = name.find('.');
    return dot != std::string::npos && dot > 0 && name.substr(dot) == pattern.substr(1);
  });
}

}  // namespace lr::domain
