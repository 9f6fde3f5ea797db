#include "secrets/sources/web.h"

#include <utility>

#include "secrets/sources/site_crawl.h"

namespace lr::secrets {

std::string_view observation_name(Observation::Kind kind) {
  switch (kind) {
    case Observation::Kind::kPublicSourceMap:
      return "public-source-map";
    case Observation::Kind::kInlineSourceMap:
      return "inline-source-map";
    case Observation::Kind::kForeignOrigin:
      return "foreign-origin";
  }
  return "";
}

WebSource::WebSource(Fetcher& fetcher, WebOptions options)
    : fetcher_(fetcher), options_(std::move(options)) {}

Result<> WebSource::read(DocumentVisitor& visitor, Coverage& coverage) {
  sources::SiteCrawl crawl({.fetcher = fetcher_, .visitor = visitor, .coverage = coverage},
                           options_);
  auto done = crawl.run();
  origins_ = std::move(crawl.origins());
  observations_ = std::move(crawl.observations());
  requests_ = crawl.requests();
  return done;
}

void WebSource::locate(std::span<Place*> places) {
  for (Place* place : places) origins_.complete(*place);
}

}  // namespace lr::secrets
