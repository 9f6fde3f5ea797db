#include "domain/mail/spf_macro.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <vector>

#include "text/ascii.h"

namespace lr::domain {
namespace {

using std::string_view;

constexpr std::size_t kNameBytes = 253;
constexpr std::size_t kLabelBytes = 63;

/// Section 7.3: dotted quad, or the nibbles of an IPv6 address with dots between.
std::string dotted(const text::IpAddress& address) {
  if (address.is_v4()) return address.str();
  std::string nibbles;
  for (const std::uint8_t byte : address.bytes) {
    fmt::format_to(std::back_inserter(nibbles), "{:X}.{:X}.", byte >> 4, byte & 15);
  }
  nibbles.pop_back();
  return nibbles;
}

std::string value_of(char letter, const SpfMacroValues& values, string_view domain) {
  const string_view sender = values.sender;
  switch (letter) {
    case 's':
      return values.sender;
    case 'l':
      return std::string(sender.substr(0, sender.rfind('@')));
    case 'o':
      return std::string(values.sender_domain());
    case 'd':
      return std::string(domain);
    case 'i':
      return dotted(values.client);
    case 'p':
      return values.validated;
    case 'h':
      return values.helo;
    case 'c':
      return values.client.str();
    case 'r':
      return values.receiver;
    case 't':
      return std::to_string(values.time);
    default:
      return values.client.is_v4() ? "in-addr" : "ip6";
  }
}

std::vector<string_view> split(string_view text, string_view delimiters) {
  std::vector<string_view> parts;
  while (true) {
    const std::size_t end = text.find_first_of(delimiters);
    parts.push_back(text.substr(0, end));
    if (end == string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string transform(const SpfMacroPart& macro, const std::string& value) {
  if (macro.keep == 0 && !macro.reverse && macro.delimiters.empty()) return value;
  std::vector<string_view> parts = split(value, macro.delimiters.empty() ? "." : macro.delimiters);
  if (macro.reverse) std::ranges::reverse(parts);
  std::span<const string_view> kept = parts;
  if (macro.keep != 0 && macro.keep < kept.size()) kept = kept.last(macro.keep);
  return fmt::format("{}", fmt::join(kept, "."));
}

/// RFC 3986: everything but unreserved characters.
std::string url_escape(string_view text) {
  std::string out;
  for (const char c : text) {
    if (text::in_table(text::kUnreservedChars, c)) {
      out += c;
    } else {
      fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

}  // namespace

std::string_view SpfMacroValues::sender_domain() const {
  return string_view(sender).substr(sender.rfind('@') + 1);
}

RecordType SpfMacroValues::address_type() const {
  return client.is_v4() ? RecordType::kA : RecordType::kAaaa;
}

std::string SpfMacroValues::reverse_name() const {
  std::vector<string_view> parts;
  const std::string name = dotted(client);
  parts = split(name, ".");
  std::ranges::reverse(parts);
  return fmt::format("{}.{}", fmt::join(parts, "."), client.is_v4() ? "in-addr.arpa" : "ip6.arpa");
}

std::string expand_spf_macros(const SpfMacroString& parts, const SpfMacroValues& values,
                              std::string_view domain) {
  std::string out;
  for (const SpfMacroPart& part : parts) {
    if (part.letter == 0) {
      out += part.literal;
      continue;
    }
    const std::string value = transform(part, value_of(part.letter, values, domain));
    out += part.url_escape ? url_escape(value) : value;
  }
  return out;
}

std::string fit_domain(std::string name) {
  if (name.ends_with('.')) name.pop_back();
  while (name.size() > kNameBytes) {
    const std::size_t dot = name.find('.');
    if (dot == std::string::npos) break;
    name.erase(0, dot + 1);
  }
  return name;
}

bool is_mail_domain(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.size() > kNameBytes) return false;
  const std::vector<string_view> labels = split(name, ".");
  return labels.size() >= 2 && std::ranges::all_of(labels, [](string_view label) {
           return !label.empty() && label.size() <= kLabelBytes;
         });
}

bool is_same_or_below(std::string_view name, std::string_view domain) {
  if (name.size() < domain.size()) return false;
  const string_view tail = name.substr(name.size() - domain.size());
  const bool same = std::ranges::equal(tail, domain, {}, text::to_lower, text::to_lower);
  return same && (name.size() == domain.size() || name[name.size() - domain.size() - 1] == '.');
}

}  // namespace lr::domain
