// What the start pages load over plain HTTP although they came by HTTPS.
#include <fmt/format.h>

#include <set>

#include "domain/web/page_links.h"
#include "domain/web/reference.h"
#include "domain/web/visitor.h"

namespace lr::domain {
namespace {

using report::Severity;

constexpr std::size_t kPageBytes = 2 * 1024 * 1024;
constexpr std::size_t kFilesPerPage = 30;  ///< Style sheets and scripts of the site itself.
constexpr std::size_t kFoundPerPage = 20;

constexpr CheckDef kChecks[] = {
    {.id = "mixed_content.active",
     .control = report::Control::kHeaders,
     .title = "A page loads scripts, styles, fonts or frames over plain HTTP",
     .why = "Browsers block them, so that the page is broken; older ones let a stranger on the "
            "way run code in it.",
     .fix = "Load them by https://, or by a path without a host.",
     .worst = Severity::kHigh,
     .reference = "W3C Mixed Content, section 4"},
    {.id = "mixed_content.media",
     .control = report::Control::kHeaders,
     .title = "A page loads images or media over plain HTTP",
     .why = "Browsers try https instead and show a gap when that fails; others reveal what is "
            "looked at.",
     .fix = "Load them by https://, or by a path without a host.",
     .worst = Severity::kMedium,
     .reference = "W3C Mixed Content, section 3.1"},
    {.id = "mixed_content.form",
     .control = report::Control::kHeaders,
     .title = "A form sends what is typed over plain HTTP",
     .why = "Everybody on the way can read it; browsers warn before they send it.",
     .fix = "Let the form's action begin with https://.",
     .worst = Severity::kHigh,
     .reference = "W3C Mixed Content, section 6.1"},
    {.id = "mixed_content.connection",
     .control = report::Control::kHeaders,
     .title = "A script connects over plain HTTP or ws://",
     .why = "Browsers refuse such connections from a page that came by HTTPS: the feature behind "
            "it does not work.",
     .fix = "Connect to https:// or wss://.",
     .worst = Severity::kMedium,
     .reference = "W3C Mixed Content, section 4.4"},
    {.id = "mixed_content.base",
     .control = report::Control::kHeaders,
     .title = "The page's base address is plain HTTP",
     .why = "Every link and file of the page without a host of its own is asked for in the clear.",
     .fix = "Let <base href> begin with https://, or take it away.",
     .worst = Severity::kHigh,
     .reference = "WHATWG HTML, section 4.2.3"},
};

std::string_view check_of(LinkKind kind) {
  switch (kind) {
    case LinkKind::kMedia:
      return "media";
    case LinkKind::kForm:
      return "form";
    case LinkKind::kConnection:
      return "connection";
    case LinkKind::kBase:
      return "base";
    default:
      return "active";
  }
}

bool is_plain(const std::string& reference) {
  const std::string scheme = scheme_of(reference);
  return scheme == "http" || scheme == "ws";
}

/// Upgraded by the browser itself (W3C Upgrade Insecure Requests); the word may stand in the field.
bool upgrades(const Visit& page, const PageLinks& links) {
  if (links.upgrades) return true;
  for (const text::Header& field : page.response.headers) {
    if (text::equals_ignoring_case(field.name, "Content-Security-Policy") &&
        text::lower_ascii(field.value).contains("upgrade-insecure-requests")) {
      return true;
    }
  }
  return false;
}

bool is_encoded(const Visit& visit) {
  const auto coding = visit.header("Content-Encoding");
  return coding && !text::equals_ignoring_case(*coding, "identity");
}

bool has_type(const Visit& visit, std::string_view part) {
  return text::lower_ascii(visit.header("Content-Type").value_or("")).contains(part);
}

/// The judgement of one page and the files that it loads from the same site.
class PageJudge {
 public:
  PageJudge(Inspection& inspection, Visitor& visitor, const Visit& page)
      : inspection_(inspection), visitor_(visitor), page_(page) {}

  void run() {
    const PageLinks links = links_of_page(page_.response.body);
    upgrades_ = upgrades(page_, links);
    complete_ = !links.cut && !page_.response.body_cut;
    take(links, page_.url);
    text::Url base = page_.url;
    for (const Link& link : links.links) {
      if (link.kind != LinkKind::kBase) continue;
      if (auto other = resolve_reference(base, link.reference)) base = std::move(*other);
      break;
    }
    read_files(links, base);
    conclude();
  }

 private:
  void take(const PageLinks& links, const text::Url& where) {
    for (const Link& link : links.links) {
      if (!is_plain(link.reference)) continue;
      // Browsers upgrade loads, connections and forms; a base is none of them.
      if (upgrades_ && link.kind != LinkKind::kBase) continue;
      const std::string_view check = check_of(link.kind);
      faulty_.insert(check);
      if (!told_.insert(fmt::format("{} {}", check, link.reference)).second) continue;
      if (told_.size() > kFoundPerPage) continue;
      inspection_.found(
          check,
          {.about = where.str(),
           .observed = fmt::format("{} at byte {}: {}", link.element, link.at, link.reference),
           .expected = "a reference that begins with https:// or wss://, or has no scheme",
           .reproduce = fmt::format("curl -sS {}", where.str())});
    }
  }

  void read_files(const PageLinks& links, const text::Url& base) {
    std::set<std::string> seen;
    for (const Link& link : links.links) {
      const bool code = link.kind == LinkKind::kScript || link.kind == LinkKind::kStyle;
      auto url = resolve_reference(base, link.reference);
      if (!code || !url || url->scheme != "https" || !is_ours(url->host)) continue;
      if (!seen.insert(url->str()).second) continue;
      if (seen.size() > kFilesPerPage) {
        complete_ = false;
        return;
      }
      read_file(*url, link.kind);
    }
  }

  bool is_ours(const std::string& host) const {
    return is_within(host, inspection_.subject().domain) || host == page_.url.host;
  }

  void read_file(const text::Url& url, LinkKind kind) {
    const Visit file = visitor_.visit(url, {.body_max = kPageBytes});
    if (!file.answered() || is_encoded(file)) {
      complete_ = false;
      return;
    }
    if (file.response.status != 200) return;
    complete_ = complete_ && !file.response.body_cut;
    PageLinks links;
    if (kind == LinkKind::kStyle) {
      links_of_style(file.response.body, 0, links);
    } else if (!has_type(file, "json") && !has_type(file, "html")) {
      links_of_script(file.response.body, 0, links);
    }
    take(links, url);
  }

  void conclude() {
    for (const std::string_view check : {"active", "media", "form", "connection", "base"}) {
      if (faulty_.contains(check)) continue;
      if (complete_) {
        inspection_.proved(check, page_.url.str());
      } else {
        inspection_.unproved(check, page_.url.str(),
                             "not all of the page and its files could be read");
      }
    }
  }

  Inspection& inspection_;
  Visitor& visitor_;
  const Visit& page_;
  bool upgrades_ = false;
  bool complete_ = true;
  std::set<std::string_view> faulty_;
  std::set<std::string> told_;
};

void judge_host(Inspection& inspection, Visitor& visitor, const std::string& host,
                std::set<std::string>& seen) {
  const Chain chain = visitor.follow(web_url("https", host), {.body_max = kPageBytes});
  const Visit& page = chain.hops.back();
  if (chain.end != Chain::End::kAnswer || !page.answered() || page.url.scheme != "https") {
    return inspection.unproved("active", "https://" + host + "/", "no page came by HTTPS");
  }
  if (!is_within(page.url.host, inspection.subject().domain) && page.url.host != host) return;
  if (!seen.insert(page.url.str()).second) return;
  if (!has_type(page, "html")) return;
  if (is_encoded(page)) {
    return inspection.unproved("active", page.url.str(),
                               "the page comes compressed although that was not asked for");
  }
  PageJudge(inspection, visitor, page).run();
}

void inspect(Inspection& inspection) {
  if (!inspection.network().live) return inspection.rest_not_applicable("needs the network");
  Visitor visitor(inspection);
  std::set<std::string> seen;
  for (const std::string& host : inspection.subject().web_hosts) {
    judge_host(inspection, visitor, host, seen);
  }
  inspection.rest_not_applicable("no HTML page was served by HTTPS");
}

}  // namespace

extern constinit const Area area_mixed_content;
constinit const Area area_mixed_content{
    .name = "mixed_content", .checks = kChecks, .inspect = inspect};

}  // namespace lr::domain
