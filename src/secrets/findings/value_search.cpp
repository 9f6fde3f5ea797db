#include "secrets/findings/value_search.h"

#include <algorithm>
#include <utility>

#include "secrets/findings/browser_variable.h"
#include "secrets/line_index.h"

namespace lr::secrets {

ValueSearch::ValueSearch(const ExactValues& values, std::span<const NamedSecret> secrets,
                         Inventory& inventory, DocumentVisitor& next)
    : values_(values), secrets_(secrets), inventory_(inventory), next_(next) {}

void ValueSearch::visit(const Document& document) {
  seen_.clear();
  if (values_.reach() != 0) {
    matches_.clear();
    values_.find(document.bytes, matches_);
    report(document, 0);
  }
  next_.visit(document);
}

void ValueSearch::visit_changed(const Document& document, std::span<const Range> changed) {
  seen_.clear();
  const std::size_t reach = values_.reach();
  const std::size_t size = document.bytes.size();
  for (std::size_t i = 0; reach != 0 && i < changed.size(); ++i) {
    // A value that touches the change; changes close together are searched as one.
    const std::size_t begin = changed[i].begin > reach ? changed[i].begin - reach : 0;
    std::size_t end = std::min(size, changed[i].end + reach);
    while (i + 1 < changed.size() && changed[i + 1].begin <= end + reach) {
      end = std::min(size, changed[++i].end + reach);
    }
    matches_.clear();
    values_.find(document.bytes.substr(begin, end - begin), matches_);
    report(document, begin);
  }
  next_.visit_changed(document, changed);
}

bool ValueSearch::was_seen(std::uint32_t value, const Range& origin) const {
  return std::ranges::any_of(seen_, [&](const Seen& seen) {
    return seen.value == value && seen.at.begin < origin.end && origin.begin < seen.at.end;
  });
}

void ValueSearch::visit_layer(const DecodedLayer& layer) {
  if (values_.reach() == 0) return;
  matches_.clear();
  values_.find(layer.bytes, matches_);
  if (matches_.empty()) return;
  const Document& document = layer.document;
  LineColumn at = LineIndex(document.bytes).at(layer.origin.begin);
  at.column += at.line == 1 ? document.start.columns : 0;
  for (const ExactMatch& match : matches_) {
    if (was_seen(match.value, layer.origin)) continue;
    seen_.push_back({match.value, layer.origin});
    Place place;
    place.surface = document.surface;
    place.path = document.path;
    place.via.assign(layer.via.begin(), layer.via.end());
    place.line = at.line + document.start.lines;
    place.column = at.column;
    place.offset = match.begin;
    place.object = document.object;
    inventory_.found_value(secrets_[match.value], match.encoding, std::move(place));
  }
}

void ValueSearch::report(const Document& document, std::size_t from) {
  LineIndex lines(document.bytes);
  for (const ExactMatch& match : matches_) {
    const std::size_t begin = from + match.begin;
    const LineColumn at = lines.at(begin);
    Place place;
    place.surface = document.surface;
    place.path = document.path;
    place.via.assign(document.via.begin(), document.via.end());
    place.line = at.line + document.start.lines;
    place.column = at.column + (at.line == 1 ? document.start.columns : 0);
    place.offset = begin + document.start.offset;
    place.object = document.object;
    const std::size_t line = begin - std::min<std::size_t>(begin, at.column - 1);
    std::string variable = browser_variable(document.bytes.substr(line, begin - line));
    if (!variable.empty()) place.via.push_back(std::move(variable));
    seen_.push_back({match.value, {begin, from + match.end}});
    inventory_.found_value(secrets_[match.value], match.encoding, std::move(place));
  }
}

}  // namespace lr::secrets
