#include "domain/web/page_links.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "text/fields.h"

namespace lr::domain {
namespace {

constexpr std::string_view kWhite = " \t\r\n\f";
constexpr std::size_t kAttributes = 200;

bool is_white(char c) { return kWhite.contains(c); }

void add(PageLinks& out, Link link) {
  if (link.reference.empty()) return;
  if (out.links.size() >= PageLinks::kLinks) {
    out.cut = true;
    return;
  }
  out.links.push_back(std::move(link));
}

/// The few character references that URLs are written with.
std::string decode_references(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, char>, 6> kNamed = {{
      {"&amp;", '&'},
      {"&#58;", ':'},
      {"&#x3a;", ':'},
      {"&colon;", ':'},
      {"&#47;", '/'},
      {"&#x2f;", '/'},
  }};
  std::string out;
  while (!text.empty()) {
    const std::string head = text::lower_ascii(text.substr(0, 8));
    const auto named =
        std::ranges::find_if(kNamed, [&](const auto& one) { return head.starts_with(one.first); });
    const bool known = text[0] == '&' && named != kNamed.end();
    out += known ? named->second : text[0];
    text.remove_prefix(known ? named->first.size() : 1);
  }
  return out;
}

struct Tag {
  std::string name;  ///< Lower case; "/script" for an end tag.
  std::map<std::string, std::string> attributes;
  std::string get(const std::string& attribute) const {
    const auto at = attributes.find(attribute);
    return at == attributes.end() ? std::string() : at->second;
  }
};

class Tokenizer {
 public:
  explicit Tokenizer(std::string_view html) : html_(html) {}

  PageLinks read() {
    while ((at_ = html_.find('<', at_)) != std::string_view::npos) step();
    return std::move(out_);
  }

 private:
  void step() {
    const std::size_t begin = at_;
    if (html_.substr(at_).starts_with("<!--")) {
      skip_behind("-->", 4);
    } else if (html_.substr(at_).starts_with("<!") || html_.substr(at_).starts_with("<?")) {
      skip_behind(">", 2);
    } else if (starts_tag()) {
      const Tag tag = read_tag();
      take(tag, begin);
      if (is_raw(tag)) take_raw(tag);
    } else {
      ++at_;
    }
  }

  void skip_behind(std::string_view end, std::size_t from) {
    const std::size_t found = html_.find(end, std::min(at_ + from, html_.size()));
    at_ = found == std::string_view::npos ? html_.size() : found + end.size();
  }

  bool starts_tag() const {
    std::size_t next = at_ + 1;
    if (next < html_.size() && html_[next] == '/') ++next;
    if (next >= html_.size()) return false;
    const char c = static_cast<char>(html_[next] | 0x20);
    return c >= 'a' && c <= 'z';
  }

  void skip_white() {
    while (at_ < html_.size() && (is_white(html_[at_]) || html_[at_] == '/')) ++at_;
  }

  std::string_view until(std::string_view stops) {
    const std::size_t end = std::min(html_.find_first_of(stops, at_), html_.size());
    const std::string_view word = html_.substr(at_, end - at_);
    at_ = end;
    return word;
  }

  std::string_view read_value() {
    const char quote = at_ < html_.size() ? html_[at_] : '>';
    if (quote != '"' && quote != '\'') return until(" \t\r\n\f>");
    ++at_;
    const std::string_view value = until(std::string_view(&quote, 1));
    if (at_ < html_.size()) ++at_;
    return value;
  }

  Tag read_tag() {
    Tag tag;
    ++at_;
    const bool end = html_[at_] == '/';
    if (end) ++at_;
    tag.name = (end ? "/" : "") + text::lower_ascii(until(" \t\r\n\f/>"));
    for (std::size_t count = 0; count < kAttributes; ++count) {
      skip_white();
      if (at_ >= html_.size() || html_[at_] == '>') break;
      read_attribute(tag);
    }
    at_ = std::min(html_.find('>', at_), html_.size());
    if (at_ >= html_.size()) return {};  // Browsers drop a tag that does not end.
    ++at_;
    return tag;
  }

  void read_attribute(Tag& tag) {
    std::size_t begin = at_;
    if (html_[at_] == '=') ++at_;  // WHATWG: an '=' here is the first byte of the name.
    until(" \t\r\n\f/>=");
    const std::string name = text::lower_ascii(html_.substr(begin, at_ - begin));
    while (at_ < html_.size() && is_white(html_[at_])) ++at_;
    std::string value;
    if (at_ < html_.size() && html_[at_] == '=') {
      ++at_;
      while (at_ < html_.size() && is_white(html_[at_])) ++at_;
      value = decode_references(read_value());
    }
    tag.attributes.emplace(name, std::move(value));
  }

  static bool is_raw(const Tag& tag) {
    static constexpr std::string_view kRaw[] = {"script", "style",    "textarea", "title",
                                                "xmp",    "noframes", "noembed"};
    return std::ranges::find(kRaw, tag.name) != std::end(kRaw);
  }

  /// Text up to the end tag; nothing in it is a tag.
  void take_raw(const Tag& tag) {
    const std::size_t begin = at_;
    std::size_t end = begin;
    while ((end = html_.find("</", end)) != std::string_view::npos) {
      if (text::equals_ignoring_case(html_.substr(end + 2, tag.name.size()), tag.name)) break;
      end += 2;
    }
    at_ = std::min(end, html_.size());
    const std::string_view raw = html_.substr(begin, at_ - begin);
    if (tag.name == "style") links_of_style(raw, begin, out_);
    if (tag.name == "script" && is_javascript(tag.get("type"))) links_of_script(raw, begin, out_);
  }

  /// Data blocks (JSON, templates) load nothing.
  static bool is_javascript(const std::string& type) {
    const std::string lower = text::lower_ascii(type);
    return lower.empty() || lower == "module" || lower.contains("javascript") ||
           lower.contains("ecmascript");
  }

  void take(const Tag& tag, std::size_t at);
  void take_srcset(const Tag& tag, std::size_t at);
  void take_meta(const Tag& tag);

  std::string_view html_;
  std::size_t at_ = 0;
  PageLinks out_;
};

struct ElementRule {
  std::string_view element;
  const char* attribute;
  LinkKind kind;
};

constexpr ElementRule kElements[] = {
    {"script", "src", LinkKind::kScript},      {"iframe", "src", LinkKind::kFrame},
    {"frame", "src", LinkKind::kFrame},        {"embed", "src", LinkKind::kFrame},
    {"object", "data", LinkKind::kFrame},      {"img", "src", LinkKind::kMedia},
    {"audio", "src", LinkKind::kMedia},        {"video", "src", LinkKind::kMedia},
    {"video", "poster", LinkKind::kMedia},     {"source", "src", LinkKind::kMedia},
    {"track", "src", LinkKind::kMedia},        {"form", "action", LinkKind::kForm},
    {"button", "formaction", LinkKind::kForm}, {"input", "formaction", LinkKind::kForm},
    {"base", "href", LinkKind::kBase},
};

bool has_word(std::string_view list, std::string_view word) {
  std::size_t at = 0;
  while ((at = list.find_first_not_of(kWhite, at)) != std::string_view::npos) {
    const std::size_t end = std::min(list.find_first_of(kWhite, at), list.size());
    if (text::equals_ignoring_case(list.substr(at, end - at), word)) return true;
    at = end;
  }
  return false;
}

/// What a <link> loads; most of its relations load nothing.
std::optional<LinkKind> link_kind(const Tag& tag) {
  const std::string rel = tag.get("rel");
  if (has_word(rel, "stylesheet")) return LinkKind::kStyle;
  if (has_word(rel, "modulepreload") || has_word(rel, "manifest")) return LinkKind::kScript;
  if (has_word(rel, "icon") || has_word(rel, "apple-touch-icon")) return LinkKind::kMedia;
  if (!has_word(rel, "preload")) return std::nullopt;
  const std::string as = text::lower_ascii(tag.get("as"));
  const bool media = as == "image" || as == "audio" || as == "video";
  return media ? LinkKind::kMedia : LinkKind::kScript;
}

void Tokenizer::take(const Tag& tag, std::size_t at) {
  for (const ElementRule& rule : kElements) {
    if (tag.name != rule.element) continue;
    add(out_,
        {rule.kind, tag.get(rule.attribute), "<" + tag.name + " " + rule.attribute + ">", at});
  }
  if (tag.name == "input" && text::lower_ascii(tag.get("type")) == "image") {
    add(out_, {LinkKind::kMedia, tag.get("src"), "<input src>", at});
  }
  if (tag.name == "img" || tag.name == "source") take_srcset(tag, at);
  if (tag.name == "link") {
    if (const auto kind = link_kind(tag)) add(out_, {*kind, tag.get("href"), "<link href>", at});
  }
  if (tag.name == "meta") take_meta(tag);
  const std::string style = tag.get("style");
  if (!style.empty()) links_of_style(style, at, out_);
}

void Tokenizer::take_srcset(const Tag& tag, std::size_t at) {
  const std::string set = tag.get("srcset");
  std::size_t begin = 0;
  while ((begin = set.find_first_not_of(" \t\r\n\f,", begin)) != std::string::npos) {
    const std::size_t end = std::min(set.find_first_of(kWhite, begin), set.size());
    std::string url = set.substr(begin, end - begin);
    while (url.ends_with(',')) url.pop_back();
    add(out_, {LinkKind::kMedia, url, "<" + tag.name + " srcset>", at});
    begin = set[end - 1] == ',' ? end : std::min(set.find(',', end), set.size());
  }
}

void Tokenizer::take_meta(const Tag& tag) {
  if (!text::equals_ignoring_case(tag.get("http-equiv"), "content-security-policy")) return;
  const std::string policy = text::lower_ascii(tag.get("content"));
  out_.upgrades = out_.upgrades || policy.contains("upgrade-insecure-requests");
}

}  // namespace

PageLinks links_of_page(std::string_view html) { return Tokenizer(html).read(); }

}  // namespace lr::domain
