#include "domain/mail/tls_rpt.h"

#include <fmt/format.h>

#include <algorithm>

#include "domain/mail/spf_macro.h"
#include "domain/mail/tag_list.h"
#include "domain/zone.h"

namespace lr::domain {
namespace {

using std::string_view;

constexpr std::size_t kAddressesMax = 50;

std::unexpected<Error> wrong(std::string why) {
  return fail(Code::kInvalidArgument, std::move(why));
}

Result<TlsRptAddress> address_of(string_view uri) {
  TlsRptAddress out{.uri = std::string(uri), .domain = {}};
  if (uri.starts_with("https://") && uri.size() > string_view("https://").size()) return out;
  constexpr string_view kMailto = "mailto:";
  if (uri.starts_with(kMailto)) {
    const string_view mailbox = uri.substr(kMailto.size(), uri.find('?') - kMailto.size());
    const std::size_t at = mailbox.rfind('@');
    if (at != string_view::npos && at > 0 && is_mail_domain(mailbox.substr(at + 1))) {
      out.domain = canonical_name(mailbox.substr(at + 1));
      return out;
    }
  }
  return wrong(fmt::format("'{}' is neither mailto:name@domain nor https://host/path", uri));
}

}  // namespace

bool is_tls_rpt_record(std::string_view text) {
  const string_view first = trim_folding(text.substr(0, text.find(';')));
  const std::size_t equals = first.find('=');
  return equals != string_view::npos && trim_folding(first.substr(0, equals)) == "v" &&
         trim_folding(first.substr(equals + 1)) == "TLSRPTv1";
}

Result<TlsRptRecord> parse_tls_rpt(std::string_view text) {
  if (!is_tls_rpt_record(text)) return wrong("column 1: does not begin with v=TLSRPTv1");
  LR_TRY(const TagList tags, TagList::parse(text));
  const Tag* rua = tags.find("rua");
  if (rua == nullptr) return wrong(fmt::format("column {}: there is no rua=", text.size() + 1));
  TlsRptRecord record;
  string_view list = rua->value;
  while (record.addresses.size() < kAddressesMax) {
    const std::size_t end = std::min(list.find(','), list.size());
    Result<TlsRptAddress> address = address_of(trim_folding(list.substr(0, end)));
    if (!address)
      return wrong(fmt::format("column {}: {}", rua->begin + 1, address.error().detail()));
    record.addresses.push_back(std::move(*address));
    if (end == list.size()) return record;
    list.remove_prefix(end + 1);
  }
  return wrong(fmt::format("column {}: rua= has too many addresses", rua->begin + 1));
}

}  // namespace lr::domain
