#include "domain/records/judge_reverse.h"

#include <fmt/format.h>

#include <algorithm>

#include "domain/mail/spf_macro.h"
#include "domain/records/published.h"
#include "domain/zone.h"

namespace lr::domain {

std::string reverse_name(const text::IpAddress& ip) {
  SpfMacroValues values;
  values.client = ip;
  return values.reverse_name();
}

ReverseDns reverse_dns(Resolver& resolver, const text::IpAddress& ip) {
  ReverseDns out;
  const Answer answer = resolver.query(reverse_name(ip), RecordType::kPtr);
  if (answer.failed()) {
    out.why = fmt::format("{} PTR: {}", reverse_name(ip), answer.why);
    return out;
  }
  for (const HostName& host : answer.all<HostName>()) {
    if (out.names.size() < kPointersMax) out.names.push_back(canonical_name(host.name));
  }
  if (out.names.empty()) {
    out.outcome = ReverseDns::Outcome::kMissing;
    return out;
  }
  out.outcome = ReverseDns::Outcome::kUnconfirmed;
  for (const std::string& name : out.names) {
    const HostAddresses back = addresses_of(resolver, name);
    if (std::ranges::find(back.all, ip) != back.all.end()) {
      out.outcome = ReverseDns::Outcome::kConfirmed;
      out.confirmed = name;
      return out;
    }
    if (back.failed) {
      out.outcome = ReverseDns::Outcome::kUnknown;
      out.why = fmt::format("{}: {}", name, back.why);
    }
  }
  return out;
}

bool is_generic_name(std::string_view name, const text::IpAddress& ip) {
  if (!ip.is_v4()) return false;
  const auto part = [&](std::size_t i) { return fmt::format("{}", ip.bytes[12 + i]); };
  for (const char between : {'-', '.', '_'}) {
    const std::string forward =
        fmt::format("{1}{0}{2}{0}{3}{0}{4}", between, part(0), part(1), part(2), part(3));
    const std::string backward =
        fmt::format("{4}{0}{3}{0}{2}{0}{1}", between, part(0), part(1), part(2), part(3));
    if (name.contains(forward) || name.contains(backward)) return true;
  }
  return false;
}

}  // namespace lr::domain
