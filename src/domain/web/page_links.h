// What a page, a style sheet or a script loads: the references that mixed content is judged by
// (W3C Mixed Content). A tokenizer, no full parser: it knows comments, raw text, quoting and
// character references, and skips what it does not understand.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lr::domain {

enum class LinkKind : std::uint8_t {
  kScript,      ///< Runs: script, and what a script loads by fetch().
  kStyle,       ///< link rel=stylesheet, @import.
  kFrame,       ///< iframe, object, embed.
  kFont,        ///< url() in @font-face.
  kMedia,       ///< img, audio, video, source, url() in other places.
  kForm,        ///< form action, formaction.
  kBase,        ///< base href: all relative references change.
  kConnection,  ///< new WebSocket(), new EventSource(), fetch().
};

struct Link {
  LinkKind kind = LinkKind::kMedia;
  std::string reference{};  ///< As written, character references decoded.
  std::string element{};    ///< "<img src>", "url()", "new WebSocket()".
  std::size_t at = 0;       ///< Byte offset in the text.
};

struct PageLinks {
  std::vector<Link> links;  ///< At most kLinks.
  /// The page asks browsers to load all of it by https (CSP upgrade-insecure-requests in a meta).
  bool upgrades = false;
  bool cut = false;  ///< There were more than kLinks.

  static constexpr std::size_t kLinks = 5'000;
};

PageLinks links_of_page(std::string_view html);
/// Appends to `out`.
void links_of_style(std::string_view css, std::size_t offset, PageLinks& out);
/// Only literals given to calls that load at once; never URLs in plain strings and comments.
void links_of_script(std::string_view script, std::size_t offset, PageLinks& out);

}  // namespace lr::domain
