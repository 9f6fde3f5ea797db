// Where a page, a script or a manifest says that more of a site stands.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "text/url.h"

namespace lr::secrets::sources {

/// The absolute URL that `reference` means in a document at `base` (RFC 3986 section 5.2): dot
/// segments removed, the fragment dropped, spaces and raw non-ASCII bytes escaped as browsers do.
/// Errors: other schemes than http(s), and what text::parse_url refuses.
Result<text::Url> resolve_reference(const text::Url& base, std::string_view reference);

enum class LinkKind : std::uint8_t {
  kPage,    ///< `<a href>`, `<iframe src>`
  kScript,  ///< `<script src>`, modulepreload
  kAsset,   ///< Style sheets, web manifests, preloads of data.
};

struct PageLink {
  LinkKind kind;
  std::string reference;  ///< Entities decoded, not resolved.
};

struct PageLinks {
  std::string base;  ///< `<base href>`, or "".
  std::vector<PageLink> links;
  std::vector<std::string_view> inline_scripts;  ///< Views into the page, JSON islands included.
  std::string next_build;                        ///< buildId of `__NEXT_DATA__`, or "".
};

/// Reads the tags of a page as far as links need it; bounded, never fails.
PageLinks find_page_links(std::string_view html);

/// String literals in a script, style sheet or JSON file that look like another file of the site:
/// imports, preload lists, manifests, workers. Guesses: some will not be there. No duplicates.
std::vector<std::string> find_file_references(std::string_view text);

/// Resolves references that stand without a "./" ("static/chunks/9.js"). Those are relative to a
/// public path that only the bundler knows: it is found in the URLs of files already seen, as what
/// stands before the reference's first segment.
class PublicPaths {
 public:
  void add(const text::Url& script);
  Result<text::Url> resolve(const text::Url& from, std::string_view reference) const;

 private:
  std::vector<text::Url> scripts_;
};

}  // namespace lr::secrets::sources
