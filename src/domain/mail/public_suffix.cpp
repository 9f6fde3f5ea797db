#include "domain/mail/public_suffix.h"

#include <algorithm>
#include <fstream>

#include "domain/idn.h"
#include "domain/zone.h"

namespace lr::domain {
namespace {

using std::string_view;

std::size_t label_count(string_view name) {
  return name.empty() ? 0 : 1 + static_cast<std::size_t>(std::ranges::count(name, '.'));
}

/// The last `count` labels of a name.
string_view last_labels(string_view name, std::size_t count) {
  std::size_t at = name.size();
  for (std::size_t i = 0; i < count && at != string_view::npos; ++i) {
    at = at == 0 ? string_view::npos : name.rfind('.', at - 1);
  }
  return at == string_view::npos ? name : name.substr(at + 1);
}

bool is_ascii(string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

PublicSuffixList PublicSuffixList::parse(std::string_view text) {
  PublicSuffixList list;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    string_view rule = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    rule = rule.substr(0, rule.find_first_of(" \t\r"));
    if (rule.empty() || rule.starts_with("//")) continue;
    auto* into = &list.rules_;
    if (rule.starts_with('!')) {
      into = &list.exceptions_;
      rule.remove_prefix(1);
    } else if (rule.starts_with("*.")) {
      into = &list.wildcards_;
      rule.remove_prefix(2);
    }
    if (is_ascii(rule)) {
      into->insert(canonical_name(rule));
    } else if (auto ascii = to_ascii_name(rule)) {
      into->insert(std::move(*ascii));
    }
  }
  return list;
}

Result<PublicSuffixList> PublicSuffixList::load(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text(kPublicSuffixBytes, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));
  PublicSuffixList list = parse(text);
  if (list.size() == 0) {
    return fail(Code::kNotFound,
                "there is no public suffix list in " + file + "; install the package publicsuffix");
  }
  return list;
}

std::size_t PublicSuffixList::suffix_labels(std::string_view name) const {
  const std::size_t count = label_count(name);
  std::size_t found = 1;  // "If no rules match, the prevailing rule is *".
  for (std::size_t labels = 1; labels <= count; ++labels) {
    const string_view end = last_labels(name, labels);
    if (exceptions_.contains(end)) return labels - 1;
    const bool wild = labels > 1 && wildcards_.contains(last_labels(name, labels - 1));
    if (wild || rules_.contains(end)) found = labels;
  }
  return found;
}

std::string PublicSuffixList::registrable(std::string_view name) const {
  const std::string canonical = canonical_name(name);
  const std::size_t suffix = suffix_labels(canonical);
  if (label_count(canonical) <= suffix) return {};
  return std::string(last_labels(canonical, suffix + 1));
}

}  // namespace lr::domain
