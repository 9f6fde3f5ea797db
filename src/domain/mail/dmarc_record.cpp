#include "domain/mail/dmarc_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "domain/mail/tag_list.h"
#include "domain/zone.h"
#include "text/ascii.h"

namespace lr::domain {
namespace {

using std::string_view;

constexpr auto kPolicyNames = std::to_array<string_view>({"none", "quarantine", "reject"});

bool same(string_view a, string_view b) {
  return std::ranges::equal(a, b, {}, text::to_lower, text::to_lower);
}

std::optional<DmarcPolicy> policy_of(string_view value) {
  const auto found =
      std::ranges::find_if(kPolicyNames, [&](string_view name) { return same(name, value); });
  if (found == kPolicyNames.end()) return std::nullopt;
  return static_cast<DmarcPolicy>(found - kPolicyNames.begin());
}

/// RFC 3986: a scheme, a colon, and then only characters that a URI may have. Commas and
/// exclamation marks are written as %2C and %21 here.
bool is_uri(string_view text) {
  const auto is_alnum = [](char c) {
    return text::is_digit(c) || (text::to_lower(c) >= 'a' && text::to_lower(c) <= 'z');
  };
  const std::size_t colon = std::min(text.find(':'), text.size());
  const string_view scheme = text.substr(0, colon);
  const bool named = !scheme.empty() && is_alnum(scheme.front()) &&
                     !text::is_digit(scheme.front()) && std::ranges::all_of(scheme, [&](char c) {
                       return is_alnum(c) || string_view("+-.").contains(c);
                     });
  return named && colon + 1 < text.size() &&
         std::ranges::all_of(text.substr(colon + 1), [&](char c) {
           return is_alnum(c) || string_view("-._~:/?#[]@$&'()*+;=%").contains(c);
         });
}

/// The obsolete limit of a report's size: "10m".
bool is_size(string_view text) {
  if (!text.empty() && string_view("kmgt").contains(text::to_lower(text.back()))) {
    text.remove_suffix(1);
  }
  return !text.empty() && std::ranges::all_of(text, text::is_digit);
}

/// "mailto:a@b.example!10m" in its parts; nullopt when it is no URI.
std::optional<DmarcReportUri> report_uri(string_view text) {
  DmarcReportUri out;
  if (const std::size_t mark = text.find('!'); mark != string_view::npos) {
    out.limit = text.substr(mark + 1);
    if (!is_size(*out.limit)) return std::nullopt;
    text = text.substr(0, mark);
  }
  if (!is_uri(text)) return std::nullopt;
  const std::size_t colon = text.find(':');
  if (same(text.substr(0, colon), "mailto")) {
    const string_view address = text.substr(colon + 1, text.find('?') - colon - 1);
    const std::size_t at = address.rfind('@');
    if (at == string_view::npos || at == 0 || at + 1 == address.size()) return std::nullopt;
    out.domain = canonical_name(address.substr(at + 1));
  }
  out.uri = text;
  return out;
}

/// dmarc-fo: 0 or 1, d and s, each at most once, with ':' between (RFC 9989 section 4.8).
bool is_failure_options(string_view value) {
  std::string seen;
  while (true) {
    const std::size_t end = std::min(value.find(':'), value.size());
    const string_view one = trim_folding(value.substr(0, end));
    if (one.size() != 1 || !string_view("01ds").contains(text::to_lower(one.front()))) return false;
    if (seen.contains(text::to_lower(one.front()))) return false;
    seen += text::to_lower(one.front());
    if (end == value.size()) return !(seen.contains('0') && seen.contains('1'));
    value.remove_prefix(end + 1);
  }
}

/// Collects the tags of one record. Unlike DKIM's, a broken tag does not spoil the others.
class RecordReader {
 public:
  explicit RecordReader(string_view text) : text_(text) {}

  DmarcRecord read() {
    std::size_t at = 0;
    while (at < text_.size()) {
      const std::size_t end = std::min(text_.find(';', at), text_.size());
      const string_view part = trim_folding(text_.substr(at, end - at));
      if (!part.empty()) tag(part);
      at = end + 1;
    }
    return std::move(record_);
  }

 private:
  void note(string_view part, std::string why) {
    const auto begin = static_cast<std::size_t>(part.data() - text_.data());
    record_.problems.push_back({begin, begin + part.size(), std::move(why)});
  }

  void tag(string_view part) {
    const std::size_t equals = part.find('=');
    if (equals == string_view::npos) return note(part, "is no tag");
    const string_view name = trim_folding(part.substr(0, equals));
    const string_view value = trim_folding(part.substr(equals + 1));
    if (std::ranges::find(seen_, name) != seen_.end()) {
      return note(part, fmt::format("{}= comes twice; the first one counts", name));
    }
    seen_.push_back(name);
    if (name == "p" || name == "sp" || name == "np") {
      policy(part, name, value);
    } else if (name == "rua" || name == "ruf") {
      addresses(part, value, name == "rua" ? record_.aggregate : record_.failure);
    } else {
      flag(part, name, value);
    }
  }

  void policy(string_view part, string_view name, string_view value) {
    auto& slot = name == "p" ? record_.policy : name == "sp" ? record_.subdomains : record_.missing;
    slot = policy_of(value);
    if (slot) return;
    (name == "np" ? record_.invalid_missing : record_.invalid_policy) = true;
    note(part, fmt::format("{}= must be none, quarantine or reject", name));
  }

  void addresses(string_view part, string_view list, std::vector<DmarcReportUri>& out) {
    while (!list.empty()) {
      const std::size_t end = std::min(list.find(','), list.size());
      auto uri = report_uri(trim_folding(list.substr(0, end)));
      if (uri) {
        out.push_back(std::move(*uri));
      } else {
        note(part, fmt::format("'{}' is no address to report to; write mailto:you@example.com",
                               trim_folding(list.substr(0, end))));
      }
      list.remove_prefix(std::min(end + 1, list.size()));
    }
  }

  /// One of `allowed`, one letter each; 0 and a note otherwise.
  char letter(string_view part, string_view value, string_view allowed) {
    if (value.size() == 1 && allowed.contains(text::to_lower(value.front()))) {
      return text::to_lower(value.front());
    }
    note(part, fmt::format("must be one of {}", fmt::join(allowed, ", ")));
    return 0;
  }

  void flag(string_view part, string_view name, string_view value) {
    if (name == "adkim") {
      record_.strict_dkim = letter(part, value, "rs") == 's';
    } else if (name == "aspf") {
      record_.strict_spf = letter(part, value, "rs") == 's';
    } else if (name == "t") {
      record_.testing = letter(part, value, "yn") == 'y';
    } else if (name == "psd") {
      const char kind = letter(part, value, "ynu");
      record_.kind = kind == 'y'   ? DmarcDomainKind::kPublicSuffix
                     : kind == 'n' ? DmarcDomainKind::kOrganization
                                   : DmarcDomainKind::kUnsaid;
    } else if (name == "fo") {
      record_.failure_options = value;
      if (!is_failure_options(value)) {
        note(part, "fo= is made of 0 or 1, d and s, each once, with ':' between");
      }
    } else if (name == "pct") {
      percent(part, value);
    }
  }

  void percent(string_view part, string_view value) {
    int number = -1;
    const auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (problem != std::errc() || end != value.data() + value.size() || number < 0 ||
        number > 100) {
      return note(part, "pct= must be a number from 0 to 100");
    }
    record_.percent = number;
  }

  string_view text_;
  DmarcRecord record_;
  std::vector<string_view> seen_;
};

}  // namespace

std::string_view dmarc_policy_name(DmarcPolicy policy) {
  return kPolicyNames[static_cast<std::size_t>(policy)];
}

bool is_dmarc_record(std::string_view text) {
  const string_view first = trim_folding(text.substr(0, text.find(';')));
  const std::size_t equals = first.find('=');
  return equals != string_view::npos && same(trim_folding(first.substr(0, equals)), "v") &&
         trim_folding(first.substr(equals + 1)) == "DMARC1";
}

Result<DmarcRecord> parse_dmarc(std::string_view text) {
  if (!is_dmarc_record(text)) {
    return fail(Code::kInvalidArgument, "the record does not begin with v=DMARC1");
  }
  return RecordReader(text).read();
}

}  // namespace lr::domain
