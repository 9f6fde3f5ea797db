#include "domain/records/published.h"

#include <fmt/format.h>

#include <algorithm>

#include "domain/mail/dmarc.h"
#include "domain/rdata_text.h"
#include "domain/zone.h"
#include "text/ascii.h"

namespace lr::domain {

std::vector<std::string> TxtRecords::those(bool (*is_one)(std::string_view)) const {
  std::vector<std::string> out;
  for (const Text& text : all) {
    std::string joined = text.joined();
    if (is_one(joined)) out.push_back(std::move(joined));
  }
  return out;
}

TxtRecords ask_txt(Resolver& resolver, std::string_view name) {
  Answer answer = resolver.query(name, RecordType::kTxt);
  return {.name = std::string(name),
          .failed = answer.failed(),
          .why = fmt::format("{} TXT: {}", name, answer.why),
          .exists = answer.outcome != Outcome::kNxDomain,
          .all = answer.all<Text>(),
          .aliases = std::move(answer.aliases)};
}

std::string mail_domain(const Subject& subject) {
  return canonical_name(subject.mail.domain.empty() ? subject.domain : subject.mail.domain);
}

QuotedRecord quote_txt(std::string_view name, std::string_view text, std::size_t begin,
                       std::size_t end) {
  return {.name = std::string(name),
          .type = RecordType::kTxt,
          .text = std::string(text),
          .begin = begin,
          .end = end};
}

std::string txt_line(std::string_view name, std::string_view text) {
  return fmt::format("{}. IN TXT {}", name, rdata_text(Text{{std::string(text)}}));
}

std::string with_bytes(std::string_view text, std::size_t begin, std::size_t end,
                       std::string_view by) {
  std::string before(text.substr(0, begin));
  std::string_view behind = text.substr(end);
  if (by.empty() && before.ends_with(' ')) {
    if (behind.starts_with(' ') || behind.empty()) before.pop_back();
  }
  return before.append(by).append(behind);
}

std::optional<bool> accepts_mail(Resolver& resolver, std::string_view domain) {
  const Answer answer = resolver.query(domain, RecordType::kMx);
  if (answer.failed()) return std::nullopt;
  const auto exchanges = answer.all<MailExchange>();
  if (!exchanges.empty()) {
    return std::ranges::any_of(exchanges, [](const MailExchange& mx) { return !mx.host.empty(); });
  }
  const HostAddresses addresses = addresses_of(resolver, domain);
  if (!addresses.all.empty()) return true;
  return addresses.failed ? std::nullopt : std::optional(false);
}

std::optional<bool> is_dmarc_enforced(Resolver& resolver, std::string_view domain) {
  const DmarcDiscovery found =
      discover_dmarc(resolver, domain, DmarcEdition::kRfc9989, RegistrableDomain());
  if (found.outcome == DmarcDiscovery::Outcome::kUnknown) return std::nullopt;
  return found.outcome == DmarcDiscovery::Outcome::kFound && found.effective != DmarcPolicy::kNone;
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), text::to_lower);
  return out;
}

}  // namespace lr::domain
