#include "secrets/git/testing/marker_visitor.h"

#include <algorithm>

namespace lr::secrets::git::testing {

void MarkerVisitor::found(const Document& document, std::size_t at) {
  Place place;
  place.surface = document.surface;
  place.path = document.path;
  place.object = document.object;
  place.offset = at;
  places_.push_back(std::move(place));
}

void MarkerVisitor::visit(const Document& document) {
  ++documents_;
  for (std::size_t at = document.bytes.find(marker_); at != std::string_view::npos;
       at = document.bytes.find(marker_, at + 1)) {
    found(document, at);
  }
}

void MarkerVisitor::visit_changed(const Document& document, std::span<const Range> changed) {
  ++documents_;
  for (std::size_t at = document.bytes.find(marker_); at != std::string_view::npos;
       at = document.bytes.find(marker_, at + 1)) {
    const std::size_t end = at + marker_.size();
    const bool fresh = std::ranges::any_of(
        changed, [&](const Range& range) { return range.begin < end && range.end > at; });
    if (fresh) found(document, at);
  }
}

std::vector<Place*> MarkerVisitor::place_pointers() {
  std::vector<Place*> pointers;
  for (Place& place : places_) pointers.push_back(&place);
  return pointers;
}

}  // namespace lr::secrets::git::testing
