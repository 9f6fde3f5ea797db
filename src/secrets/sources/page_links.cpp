#include <algorithm>
#include <optional>
#include <utility>

#include "secrets/sources/json_cursor.h"
#include "secrets/sources/site_links.h"
#include "text/fields.h"

namespace lr::secrets::sources {
namespace {

constexpr std::size_t kTags = 200'000;
constexpr std::string_view kSpace = " \t\r\n\f";

bool starts_ignoring_case(std::string_view text, std::string_view prefix) {
  return text::equals_ignoring_case(text.substr(0, prefix.size()), prefix);
}

/// The next "<…" that begins like `tag`, or the end.
std::size_t find_tag(std::string_view text, std::string_view tag, std::size_t from) {
  for (std::size_t at = text.find('<', from); at != std::string_view::npos;
       at = text.find('<', at + 1)) {
    if (starts_ignoring_case(text.substr(at), tag)) return at;
  }
  return text.size();
}

/// The entities that stand in attribute values of links.
std::string decode_entities(std::string_view text) {
  static constexpr std::pair<std::string_view, char> kEntities[] = {
      {"&amp;", '&'},  {"&quot;", '"'}, {"&#39;", '\''}, {"&#x27;", '\''},
      {"&#x2F;", '/'}, {"&lt;", '<'},   {"&gt;", '>'}};
  std::string out;
  while (!text.empty()) {
    const auto entity = std::ranges::find_if(
        kEntities, [&](const auto& known) { return text.starts_with(known.first); });
    const bool found = entity != std::end(kEntities);
    out.push_back(found ? entity->second : text[0]);
    text.remove_prefix(found ? entity->first.size() : 1);
  }
  return out;
}

/// One start tag, its attributes read on demand.
class Tag {
 public:
  Tag(std::string_view name, std::string_view attributes) : name_(name), rest_(attributes) {}
  bool is(std::string_view name) const { return text::equals_ignoring_case(name_, name); }

  std::optional<std::string> attribute(std::string_view wanted) const {
    std::string_view rest = rest_;
    while (true) {
      const std::size_t begin = rest.find_first_not_of(" \t\r\n\f/");
      if (begin == std::string_view::npos) return std::nullopt;
      rest.remove_prefix(begin);
      const std::size_t end = std::min(rest.find_first_of(" \t\r\n\f=/>", 1), rest.size());
      const std::string_view name = rest.substr(0, end);
      rest.remove_prefix(end);
      const std::string_view value = take_value(rest);
      if (text::equals_ignoring_case(name, wanted)) return decode_entities(value);
    }
  }

 private:
  static std::string_view take_value(std::string_view& rest) {
    const std::size_t equals = rest.find_first_not_of(kSpace);
    if (equals == std::string_view::npos || rest[equals] != '=') return {};
    rest.remove_prefix(equals + 1);
    rest.remove_prefix(std::min(rest.find_first_not_of(kSpace), rest.size()));
    if (rest.empty()) return {};
    const bool quoted = rest[0] == '"' || rest[0] == '\'';
    const char quote = rest[0];
    if (quoted) rest.remove_prefix(1);
    const std::size_t end =
        std::min(quoted ? rest.find(quote) : rest.find_first_of(kSpace), rest.size());
    const std::string_view value = rest.substr(0, end);
    rest.remove_prefix(std::min(end + (quoted ? 1 : 0), rest.size()));
    return value;
  }

  std::string_view name_;
  std::string_view rest_;
};

/// Where a start tag ends: a '>' outside quotes.
std::size_t tag_end(std::string_view html, std::size_t at) {
  char quote = '\0';
  for (; at < html.size(); ++at) {
    const char c = html[at];
    if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if (c == '>') {
      return at;
    } else if ((c == '"' || c == '\'') && html[at - 1] == '=') {
      quote = c;
    }
  }
  return html.size();
}

class PageReader {
 public:
  explicit PageReader(std::string_view html) : html_(html) {}

  PageLinks read() {
    std::size_t at = 0;
    for (std::size_t tags = 0; tags < kTags; ++tags) {
      at = html_.find('<', at);
      if (at == std::string_view::npos) break;
      at = step(at);
    }
    return std::move(out_);
  }

 private:
  /// What begins at a '<'; returns where to go on.
  std::size_t step(std::size_t at) {
    if (html_.substr(at).starts_with("<!--")) {
      const std::size_t end = html_.find("-->", at + 4);
      return end == std::string_view::npos ? html_.size() : end + 3;
    }
    const std::size_t name_end = std::min(html_.find_first_of(" \t\r\n\f/>", at + 1), html_.size());
    const std::string_view name = html_.substr(at + 1, name_end - at - 1);
    if (name.empty()) return at + 1;
    const std::size_t end = tag_end(html_, name_end);
    const Tag tag(name, html_.substr(name_end, end - name_end));
    if (tag.is("script") || tag.is("style")) return raw_text(tag, std::min(end + 1, html_.size()));
    link(tag);
    return std::min(end + 1, html_.size());
  }

  std::size_t raw_text(const Tag& tag, std::size_t begin) {
    const bool script = tag.is("script");
    const std::size_t end = find_tag(html_, script ? "</script" : "</style", begin);
    if (!script) return end;
    const std::string_view text = html_.substr(begin, end - begin);
    if (auto source = tag.attribute("src")) {
      add(LinkKind::kScript, std::move(*source));
    } else if (!text.empty()) {
      out_.inline_scripts.push_back(text);
      if (tag.attribute("id") == "__NEXT_DATA__") read_next_data(text);
    }
    return end;
  }

  void read_next_data(std::string_view text) {
    JsonCursor cursor(text);
    cursor.object([&](std::string_view name) {
      if (name == "buildId") out_.next_build = cursor.string().value_or("");
    });
  }

  void link(const Tag& tag) {
    if (tag.is("link")) return link_element(tag);
    if (tag.is("base") && out_.base.empty()) out_.base = tag.attribute("href").value_or("");
    if (tag.is("a")) add(LinkKind::kPage, tag.attribute("href").value_or(""));
    if (tag.is("iframe")) add(LinkKind::kPage, tag.attribute("src").value_or(""));
  }

  void link_element(const Tag& tag) {
    const std::string relation = text::lower_ascii(tag.attribute("rel").value_or(""));
    auto target = tag.attribute("href").value_or("");
    const std::string as = text::lower_ascii(tag.attribute("as").value_or(""));
    if (relation == "modulepreload" || as == "script") return add(LinkKind::kScript, target);
    const bool loaded = relation == "preload" || relation == "prefetch";
    const bool picture = as == "font" || as == "image" || as == "video" || as == "audio";
    if (relation.contains("stylesheet") || relation == "manifest" || (loaded && !picture)) {
      add(LinkKind::kAsset, std::move(target));
    }
  }

  void add(LinkKind kind, std::string reference) {
    if (!reference.empty()) out_.links.push_back({kind, std::move(reference)});
  }

  std::string_view html_;
  PageLinks out_;
};

}  // namespace

PageLinks find_page_links(std::string_view html) { return PageReader(html).read(); }

}  // namespace lr::secrets::sources
