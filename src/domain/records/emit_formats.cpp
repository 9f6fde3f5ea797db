// How an emission is written down for people, name servers, Terraform and DNSControl.
#include <fmt/format.h>

#include <array>

#include "domain/mail/spf_macro.h"
#include "domain/rdata_text.h"
#include "domain/records/emit.h"

namespace lr::domain {
namespace {

using std::string_view;

constexpr auto kNames = std::to_array<string_view>({"records", "zone", "terraform", "dnscontrol"});

std::string line_of(const Record& record) {
  return fmt::format("{}. {} IN {} {}", record.name, record.ttl, record_type_name(record.type),
                     rdata_text(record.data));
}

/// A string of JSON, HCL and JavaScript alike; "${" and "%{" are HCL's.
std::string quoted(string_view text, bool hcl) {
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c));
      continue;
    }
    out += c;
    const bool opens = i + 1 < text.size() && text[i + 1] == '{';
    if (hcl && opens && (c == '$' || c == '%')) out += c;
  }
  return out + '"';
}

/// "" for the domain itself.
std::string below(const Emission& emission, const std::string& name) {
  if (name == emission.domain) return {};
  if (!is_same_or_below(name, emission.domain)) return name + ".";
  return name.substr(0, name.size() - emission.domain.size() - 1);
}

/// What somebody has to decide, before anything is published.
std::string open_lines(const Emission& emission, string_view comment) {
  std::string out;
  for (const std::string& line : emission.open) out += fmt::format("{} open: {}\n", comment, line);
  return out;
}

std::string policy_lines(const Emission& emission, string_view comment) {
  std::string out;
  if (emission.mta_sts_policy.empty()) return out;
  out += fmt::format("{} https://mta-sts.{}/.well-known/mta-sts.txt:\n", comment, emission.domain);
  string_view rest = emission.mta_sts_policy;
  while (!rest.empty()) {
    const std::size_t end = rest.find("\r\n");
    out += fmt::format("{}   {}\n", comment, rest.substr(0, end));
    rest.remove_prefix(end == string_view::npos ? rest.size() : end + 2);
  }
  return out;
}

std::string as_records(const Emission& emission) {
  std::string out = open_lines(emission, "note:");
  for (const auto& [record, why] : emission.remove) {
    out += fmt::format("remove  {}\n        ({})\n", line_of(record), why);
  }
  for (const auto& [record, why] : emission.add) {
    out += fmt::format("add     {}\n        ({})\n", line_of(record), why);
  }
  return out + policy_lines(emission, "note:");
}

std::string as_zone(const Emission& emission) {
  std::string out = open_lines(emission, ";");
  for (const auto& [record, why] : emission.remove) {
    out += fmt::format("; remove ({}): {}\n", why, line_of(record));
  }
  for (const auto& [record, why] : emission.add) {
    out += fmt::format("; {}\n{}\n", why, line_of(record));
  }
  return out + policy_lines(emission, ";");
}

std::string terraform_content(const Record& record) {
  if (const auto* mx = std::get_if<MailExchange>(&record.data)) {
    return fmt::format("  content  = {}\n  priority = {}\n",
                       quoted(mx->host.empty() ? "." : mx->host, true), mx->preference);
  }
  if (const auto* caa = std::get_if<CertificateAuthority>(&record.data)) {
    return fmt::format("  data     = {{ flags = {}, tag = {}, value = {} }}\n", caa->flags,
                       quoted(caa->tag, true), quoted(caa->value, true));
  }
  return fmt::format("  content  = {}\n", quoted(rdata_text(record.data), true));
}

std::string as_terraform(const Emission& emission) {
  std::string out = open_lines(emission, "#") + "variable \"zone_id\" {}\n";
  for (const auto& [record, why] : emission.remove) {
    out += fmt::format("# remove ({}): {}\n", why, line_of(record));
  }
  std::size_t number = 0;
  for (const auto& [record, why] : emission.add) {
    out += fmt::format(
        "\n# {}\nresource \"cloudflare_dns_record\" \"launchready_{}\" {{\n  zone_id  = "
        "var.zone_id\n  name     = {}\n  type     = \"{}\"\n  ttl      = {}\n{}}}\n",
        why, ++number, quoted(record.name, true), record_type_name(record.type), record.ttl,
        terraform_content(record));
  }
  return out + policy_lines(emission, "#");
}

std::string dnscontrol_call(const Emission& emission, const Record& record) {
  const std::string label = below(emission, record.name);
  const std::string name = quoted(label.empty() ? "@" : label, false);
  if (const auto* mx = std::get_if<MailExchange>(&record.data)) {
    return fmt::format("MX({}, {}, {})", name, mx->preference, quoted(mx->host + ".", false));
  }
  if (const auto* caa = std::get_if<CertificateAuthority>(&record.data)) {
    return fmt::format("CAA({}, {}, {})", name, quoted(caa->tag, false), quoted(caa->value, false));
  }
  const auto* text = std::get_if<Text>(&record.data);
  const std::string joined = text == nullptr ? rdata_text(record.data) : text->joined();
  return fmt::format("TXT({}, {}, TTL({}))", name, quoted(joined, false), record.ttl);
}

std::string as_dnscontrol(const Emission& emission) {
  std::string out = open_lines(emission, "//");
  for (const auto& [record, why] : emission.remove) {
    out += fmt::format("// remove ({}): {}\n", why, line_of(record));
  }
  out += fmt::format("D_EXTEND({}", quoted(emission.domain, false));
  for (const auto& [record, why] : emission.add) {
    out += fmt::format(",\n  // {}\n  {}", why, dnscontrol_call(emission, record));
  }
  return out + "\n);\n" + policy_lines(emission, "//");
}

}  // namespace

std::optional<EmitFormat> parse_emit_format(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<EmitFormat>(i);
  }
  return std::nullopt;
}

std::string render_emission(const Emission& emission, EmitFormat format) {
  switch (format) {
    case EmitFormat::kRecords:
      return as_records(emission);
    case EmitFormat::kZone:
      return as_zone(emission);
    case EmitFormat::kTerraform:
      return as_terraform(emission);
    case EmitFormat::kDnscontrol:
      return as_dnscontrol(emission);
  }
  return {};
}

}  // namespace lr::domain
