#include <fmt/format.h>

#include "report/html_sections.h"
#include "report/palette.h"

namespace lr::report {
namespace {

// Octagon with a cross, circle with a tick, triangle with a question mark, circle with a dash: told
// apart by outline alone.
constexpr std::string_view kIcons =
    R"svg(<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs>
<symbol id="i-fail" viewBox="0 0 24 24"><path fill-rule="evenodd" d="M7.5 1h9L23 7.5v9L16.5
23h-9L1 16.5v-9zM7.4 9.2l2.8 2.8-2.8 2.8 1.8 1.8 2.8-2.8 2.8 2.8 1.8-1.8-2.8-2.8
2.8-2.8-1.8-1.8-2.8 2.8-2.8-2.8z"/></symbol>
<symbol id="i-pass" viewBox="0 0 24 24"><path fill-rule="evenodd" d="M12 1a11 11 0 1 1 0 22 11 11
0 0 1 0-22zM10.4 17.2l7.9-8-1.9-1.9-6 6.100-2.900-2.900-1.900 1.900z"/></symbol>
<symbol id="i-inconclusive" viewBox="0 0 24 24"><path fill-rule="evenodd" d="M12 1.500 23.500
22H.5zM10.800 16h2.300v-1.100c1.900-.5 2.900-1.500 2.900-3 0-1.900-1.600-3.200-4-3.200-1.500
0-2.800.5-3.800 1.500l1.400 1.500c.7-.6 1.400-.9 2.200-.9 1 0 1.600.4 1.600 1.100s-.6 1.200-1.600
1.300l-1 .1zM10.600 17.300h2.700v2.500h-2.700z"/></symbol>
<symbol id="i-not_applicable" viewBox="0 0 24 24"><path fill-rule="evenodd" d="M12 1a11 11 0 1 1
0 22 11 11 0 0 1 0-22zm0 2.200a8.800 8.800 0 1 0 0 17.600 8.800 8.800 0 0 0 0-17.600zM7
10.800h10v2.400H7z"/></symbol>
</defs></svg>
)svg";

bool fits_anchor(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

}  // namespace

std::string_view html_icons() { return kIcons; }

std::string html_icon(Status status) {
  return fmt::format("<svg class=\"icon\" aria-hidden=\"true\"><use href=\"#i-{}\"/></svg>",
                     status_name(status));
}

std::string html_severity(Severity severity) {
  return fmt::format("<span class=\"badge {}\">{}</span>", severity_name(severity),
                     upper(severity_name(severity)));
}

std::string html_anchor(std::string_view prefix, std::string_view id) {
  std::string out(prefix);
  for (char c : id) {
    if (fits_anchor(c)) out += c;
  }
  return out;
}

}  // namespace lr::report
