#include "domain/smtp/received.h"

#include <algorithm>
#include <array>

#include "domain/mail/tag_list.h"
#include "text/ascii.h"

namespace lr::domain {
namespace {

using std::string_view;

constexpr std::size_t kFieldBytes = 4096;

/// One line, single spaces, lower case.
std::string flat(string_view value) {
  std::string out;
  for (const char c : value.substr(0, kFieldBytes)) {
    const bool space = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    if (!space) out += text::to_lower(c);
    if (space && !out.empty() && out.back() != ' ') out += ' ';
  }
  return out;
}

/// The word behind `keyword`, outside of comments.
std::string word_after(string_view text, string_view keyword) {
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '(') ++depth;
    if (text[i] == ')') --depth;
    const bool starts = i == 0 || text[i - 1] == ' ';
    if (depth != 0 || !starts || !text.substr(i).starts_with(keyword)) continue;
    string_view rest = text.substr(i + keyword.size());
    if (!rest.starts_with(' ')) continue;
    rest.remove_prefix(1);
    return std::string(rest.substr(0, rest.find_first_of(" ;(")));
  }
  return {};
}

/// The last "[address]" in front of "by": servers write what they saw behind what they were told.
std::optional<text::IpAddress> address_in(string_view text) {
  std::optional<text::IpAddress> found;
  if (!text.starts_with("from ")) return found;
  text = text.substr(0, text.find(" by "));
  for (std::size_t at = text.find('['); at != string_view::npos; at = text.find('[', at + 1)) {
    string_view inside = text.substr(at + 1, text.find(']', at) - at - 1);
    if (inside.starts_with("ipv6:")) inside.remove_prefix(5);
    if (const auto ip = text::parse_ip(inside)) found = *ip;
  }
  return found;
}

/// As Postfix, Exim, Gmail and Exchange write it.
std::string version_in(string_view text) {
  static constexpr std::array<std::pair<string_view, string_view>, 10> kForms = {
      {{"tlsv1.3", "TLSv1.3"},
       {"tls1_3", "TLSv1.3"},
       {"tls1.3", "TLSv1.3"},
       {"tlsv1.2", "TLSv1.2"},
       {"tls1_2", "TLSv1.2"},
       {"tls1.2", "TLSv1.2"},
       {"tlsv1.1", "TLSv1.1"},
       {"tls1_1", "TLSv1.1"},
       {"tls1.1", "TLSv1.1"},
       {"tlsv1 ", "TLSv1"}}};
  for (const auto& [form, name] : kForms) {
    if (text.contains(form)) return std::string(name);
  }
  return {};
}

}  // namespace

ReceivedField parse_received(std::string_view value) {
  const std::string text = flat(trim_folding(value));
  ReceivedField out;
  out.from = word_after(text, "from");
  out.by = word_after(text, "by");
  out.with = word_after(text, "with");
  out.address = address_in(text);
  out.tls_version = version_in(text);
  // ESMTPS, ESMTPSA, UTF8SMTPS… (RFC 3848).
  const bool named = out.with.contains("smtps") || out.with.contains("lmtps");
  out.tls = named || !out.tls_version.empty();
  return out;
}

std::vector<ReceivedField> received_fields(const Message& message) {
  std::vector<ReceivedField> out;
  for (const HeaderField& field : message.fields()) {
    if (!same_field_name(field.name, "Received") || out.size() == kReceivedFields) continue;
    out.push_back(parse_received(field.value));
  }
  return out;
}

const ReceivedField* entry_hop(const std::vector<ReceivedField>& fields) {
  const ReceivedField* any = nullptr;
  for (const ReceivedField& field : fields) {
    if (!field.address) continue;
    if (!is_private_address(*field.address)) return &field;
    if (any == nullptr) any = &field;
  }
  return any;
}

bool is_private_address(const text::IpAddress& ip) {
  static constexpr std::string_view kPrefixes[] = {
      "10.0.0.0/8", "172.16.0.0/12",  "192.168.0.0/16", "100.64.0.0/10", "fc00::/7",
      "fe80::/10",  "169.254.0.0/16", "127.0.0.0/8",    "::1/128"};
  return std::ranges::any_of(kPrefixes, [&](std::string_view prefix) {
    const auto parsed = text::parse_ip_prefix(prefix);
    return parsed && parsed->contains(ip);
  });
}

}  // namespace lr::domain
