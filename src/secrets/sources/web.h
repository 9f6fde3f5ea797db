// The front end of a site as a source: what anyone's browser is given. Pages, scripts, lazy
// chunks, style sheets, manifests, service workers and source maps, all through one Fetcher.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "secrets/document.h"
#include "secrets/sources/bundle_origins.h"
#include "secrets/sources/fetcher.h"

namespace lr::secrets {

struct WebOptions {
  std::vector<text::Url> start;            ///< Pages to begin with; their origins are read.
  std::vector<std::string> asset_origins;  ///< Further origins ("https://cdn.example.com").
  bool follow_links = true;                ///< `<a href>` to pages of the same origin.
  bool probe = true;                       ///< Ask for well-known files and for unnamed maps.
  std::size_t pages = 50;
  std::size_t requests = 3'000;
  std::size_t redirects = 5;               ///< In a row.
  std::size_t body_bytes = 128 << 20;      ///< Of one answer, also after inflating.
  std::uint64_t total_bytes = 2ull << 30;  ///< Of all answers.
  std::uint64_t map_bytes = 512ull << 20;  ///< Of maps kept to locate findings.
};

/// What a site shows that is no secret by itself but should be known.
struct Observation {
  enum class Kind : std::uint8_t {
    kPublicSourceMap,  ///< A source map that anyone can fetch.
    kInlineSourceMap,  ///< A source map inside a bundle (`data:` URL).
    kForeignOrigin,    ///< Scripts from an origin that was not declared, hence not read.
  };
  Kind kind = Kind::kPublicSourceMap;
  std::string url;
  std::string detail;  ///< "12 sources, 10 of them with their text"
};
/// "public-source-map", "inline-source-map", "foreign-origin"
std::string_view observation_name(Observation::Kind kind);

class WebSource final : public Source {
 public:
  /// The fetcher outlives the source.
  WebSource(Fetcher& fetcher, WebOptions options);

  /// Error when no start page can be fetched. A file that a page names and that does not come is
  /// a gap; a guess that is not there is none.
  Result<> read(DocumentVisitor& visitor, Coverage& coverage) override;
  /// Sets `original` for places in bundles whose source map was found.
  void locate(std::span<Place*> places) override;

  /// After read(), in the order met.
  std::span<const Observation> observations() const { return observations_; }
  std::size_t requests() const { return requests_; }

 private:
  Fetcher& fetcher_;
  WebOptions options_;
  sources::BundleOrigins origins_;
  std::vector<Observation> observations_;
  std::size_t requests_ = 0;
};

}  // namespace lr::secrets
