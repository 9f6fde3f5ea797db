#include "domain/mail/bimi.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "domain/mail/tag_list.h"
#include "text/ascii.h"

namespace lr::domain {
namespace {

using std::string_view;

/// Elements that the profile leaves out; '<' before and no name character behind.
constexpr auto kForbidden =
    std::to_array<string_view>({"script", "image", "foreignobject", "animate", "animatetransform",
                                "animatemotion", "animatecolor", "set", "video", "audio"});

std::string lower_case(string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), text::to_lower);
  return out;
}

bool has_element(string_view svg, string_view name) {
  const std::string open = fmt::format("<{}", name);
  for (std::size_t at = svg.find(open); at != string_view::npos; at = svg.find(open, at + 1)) {
    const std::size_t behind = at + open.size();
    if (behind >= svg.size() || string_view(" \t\r\n/>").contains(svg[behind])) return true;
  }
  return false;
}

/// The bytes of the root element's tag; "" when there is none.
string_view root_tag(string_view svg) {
  const std::size_t at = svg.find("<svg");
  if (at == string_view::npos) return {};
  return svg.substr(at, svg.find('>', at) - at);
}

bool has_attribute(string_view tag, string_view name, string_view value) {
  for (const char quote : {'"', '\''}) {
    if (tag.contains(fmt::format("{}={}{}{}", name, quote, value, quote))) return true;
  }
  return false;
}

/// href="…" that is no fragment of the same file.
bool has_outside_link(string_view svg) {
  for (std::size_t at = svg.find("href="); at != string_view::npos;
       at = svg.find("href=", at + 1)) {
    const string_view value = svg.substr(at + 5, 2);
    if (value.size() == 2 && value[1] != '#') return true;
  }
  return false;
}

}  // namespace

bool is_bimi_record(std::string_view text) {
  const string_view first = trim_folding(text.substr(0, text.find(';')));
  const std::size_t equals = first.find('=');
  return equals != string_view::npos && trim_folding(first.substr(0, equals)) == "v" &&
         trim_folding(first.substr(equals + 1)) == "BIMI1";
}

Result<BimiRecord> parse_bimi(std::string_view text) {
  if (!is_bimi_record(text)) {
    return fail(Code::kInvalidArgument, "column 1: does not begin with v=BIMI1");
  }
  LR_TRY(const TagList tags, TagList::parse(text));
  const auto logo = tags.value("l");
  if (!logo) {
    return fail(Code::kInvalidArgument, fmt::format("column {}: there is no l=", text.size() + 1));
  }
  return BimiRecord{.logo = std::string(*logo),
                    .evidence = std::string(tags.value("a").value_or(""))};
}

std::vector<std::string> tiny_ps_problems(std::string_view svg) {
  std::vector<std::string> out;
  const std::string lower = lower_case(svg.substr(0, kBimiLogoBytes));
  const string_view root = root_tag(lower);
  if (root.empty()) return {"it is no SVG"};
  if (!has_attribute(root, "baseprofile", "tiny-ps")) {
    out.emplace_back("the root element lacks baseProfile=\"tiny-ps\"");
  }
  if (!has_attribute(root, "version", "1.2")) {
    out.emplace_back("the root element lacks version=\"1.2\"");
  }
  if (!has_element(lower, "title")) out.emplace_back("there is no <title>");
  for (const string_view name : kForbidden) {
    if (has_element(lower, name)) out.push_back(fmt::format("<{}> is not allowed", name));
  }
  if (has_outside_link(lower)) out.emplace_back("it links to something outside of the file");
  return out;
}

}  // namespace lr::domain
