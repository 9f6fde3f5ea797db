#include "secrets/scanner.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "secrets/catalogue_impl.h"
#include "secrets/decode/decode.h"
#include "secrets/decode/spot_finder.h"
#include "secrets/filters/filters.h"
#include "secrets/line_index.h"
#include "secrets/matcher.h"
#include "secrets/reported.h"

namespace lr::secrets {
namespace {

/// Of a line: in a bundle, what stands farther away says nothing about a match.
constexpr std::size_t kLineMax = 1024;

/// Rules with a look of their own come before values found by a vendor's name, and those before
/// values found by any name.
int rank(const Rule& rule) {
  // Families that know a shape but no vendor: any other rule says more about the same value.
  static constexpr std::string_view kShapes[] = {"generic", "jwt"};
  if (std::ranges::find(kShapes, rule.family) != std::end(kShapes)) return 0;
  return rule.assigned.empty() ? 2 : 1;
}

bool overlap(const Range& a, const Range& b) { return a.begin < b.end && b.begin < a.end; }

/// What stands around escapes is scanned as it is, too, so that it is known to be reported.
std::vector<Range> with_texts(std::span<const Range> changed, const Spots& spots) {
  std::vector<Range> all(changed.begin(), changed.end());
  for (const auto* texts : {&spots.percent, &spots.escapes, &spots.entities}) {
    all.insert(all.end(), texts->begin(), texts->end());
  }
  std::ranges::sort(all, {}, &Range::begin);
  std::vector<Range> joined;
  for (const Range& range : all) {
    if (!joined.empty() && range.begin <= joined.back().end) {
      joined.back().end = std::max(joined.back().end, range.end);
    } else {
      joined.push_back(range);
    }
  }
  return joined;
}

/// The document's path with the names inside archives and source maps behind it: rules and filters
/// that look at paths mean those, too.
std::string whole_path(const Document& document) {
  static constexpr std::string_view kNames[] = {"zip:", "tar:", "ar:", "source "};
  std::string path(document.path);
  for (const std::string_view step : document.via) {
    for (const std::string_view prefix : kNames) {
      if (step.starts_with(prefix)) path.append("/").append(step.substr(prefix.size()));
    }
  }
  return path;
}

Matcher make_matcher(const Catalogue::Impl& catalogue, PathFits& paths) {
  auto matcher = Matcher::make(catalogue, paths);
  LR_CHECK(matcher.has_value());  // Out of memory is a bug of the machine, not of the input.
  return std::move(*matcher);
}

}  // namespace

struct Scanner::Impl {
  /// Bytes of one layer of a document: its own, or what was decoded out of it.
  struct Layer {
    Layer(const Document& of, std::string_view its_bytes)
        : document(&of), bytes(its_bytes), reported(its_bytes), watch(its_bytes) {}
    const Document* document;
    std::string_view bytes;
    std::vector<std::string> via;
    int depth = 0;
    Range origin;  ///< Where the bytes stand in the document itself; for line and column.
    const Layer* outer = nullptr;
    Range from;                  ///< Where they stand in the outer layer.
    Lines lines;                 ///< Of the encoded form, when it stands in the document itself.
    bool keeps_lines = false;    ///< Line ends of the bytes are line ends of the document.
    bool keeps_columns = false;  ///< And characters of lines are characters of lines.
    mutable Reported reported;   ///< Secrets, as they stand in `bytes`.
    mutable LineWatch watch;
  };

  Impl(const Catalogue& from, CandidateSink& to, ScannerOptions chosen)
      : catalogue(from.impl()),
        sink(to),
        options(chosen),
        now(std::chrono::floor<std::chrono::seconds>(SystemClock().wall())
                .time_since_epoch()
                .count()),
        path_fits(catalogue) {
    for (const Rule& rule : catalogue.rules) ranks.push_back(rank(rule));
  }

  void scan(const Document& document, std::optional<std::span<const Range>> changed);
  void scan_layer(const Layer& layer, std::optional<std::span<const Range>> changed);
  void scan_decoded(const Layer& layer, const Spots& spots);
  void scan_path(const Document& document, bool report_names);
  void report(const Layer& layer, const std::vector<Match>& matches);
  bool outranked(const Layer& layer, const std::vector<Match>& matches, std::size_t index,
                 const LineIndex& lines);
  Subject subject_of(const Layer& layer, const Match& match, const LineIndex& lines);
  bool has_companions(const Layer& layer, const Match& match, const LineIndex& lines) const;
  LineColumn place_of(const Layer& layer, const Match& match, LineIndex& lines);
  void report_one(const Layer& layer, const Match& match, LineIndex& lines);
  Matcher& matcher_at(int depth);
  PathKind kind_of_document() {
    if (!document_kind) document_kind = path_kind(document_path);
    return *document_kind;
  }

  const Catalogue::Impl& catalogue;
  CandidateSink& sink;
  LayerVisitor* layers = nullptr;
  ScannerOptions options;
  std::int64_t now;
  std::vector<int> ranks;             ///< rank() of each rule.
  std::vector<std::size_t> farthest;  ///< How far the matches up to each one reach.
  Coverage coverage;
  std::uint64_t decoded_left = 0;
  LineIndex document_lines{{}};
  std::string document_path;                       ///< Of the document, with the names inside it.
  std::optional<PathKind> document_kind;           ///< Of that path, once it is asked for.
  PathFits path_fits;                              ///< The same.
  std::vector<std::unique_ptr<Matcher>> matchers;  ///< One for each depth of decoding.
};

Matcher& Scanner::Impl::matcher_at(int depth) {
  const auto index = static_cast<std::size_t>(depth);
  while (matchers.size() <= index) {
    matchers.push_back(std::make_unique<Matcher>(make_matcher(catalogue, path_fits)));
  }
  return *matchers[index];
}

void Scanner::Impl::scan(const Document& document, std::optional<std::span<const Range>> changed) {
  ++coverage.documents;
  coverage.bytes += document.bytes.size();
  decoded_left = options.decoded_bytes_max;
  document_lines = LineIndex(document.bytes);
  document_path = whole_path(document);
  document_kind.reset();
  path_fits.begin(document_path);
  if (!catalogue.path_rules.empty()) scan_path(document, !changed);
  Layer layer(document, document.bytes);
  layer.via.assign(document.via.begin(), document.via.end());
  layer.keeps_lines = layer.keeps_columns = true;
  scan_layer(layer, changed);
}

void Scanner::Impl::scan_layer(const Layer& layer, std::optional<std::span<const Range>> changed) {
  Matcher& matcher = matcher_at(layer.depth);
  const bool decode = layer.depth < options.decode_depth;
  if (!changed) {
    SpotFinder spots(layer.bytes);
    report(layer, matcher.match(layer.bytes, decode ? &spots : nullptr));
    if (decode) scan_decoded(layer, spots.finish());
    return;
  }
  const Spots spots = decode ? find_spots_near(layer.bytes, *changed) : Spots();
  const std::vector<Range> wanted = with_texts(*changed, spots);
  report(layer, matcher.match_near(layer.bytes, wanted));
  if (decode) scan_decoded(layer, spots);
}

void Scanner::Impl::scan_decoded(const Layer& layer, const Spots& spots) {
  const auto scan_one = [&](const Decoded& decoded) {
    if (decoded.bytes.size() > decoded_left) {
      coverage.skip(std::string(layer.document->path),
                    "more encoded text than is decoded for one document");
      return;
    }
    decoded_left -= decoded.bytes.size();
    coverage.decoded_bytes += decoded.bytes.size();
    Layer inner(*layer.document, decoded.bytes);
    inner.via = layer.via;
    inner.via.emplace_back(decoded.encoding);
    inner.depth = layer.depth + 1;
    inner.outer = &layer;
    inner.from = decoded.from;
    inner.origin = layer.depth == 0 ? decoded.from : layer.origin;
    if (layer.depth == 0) inner.lines = decoded.lines;
    inner.keeps_columns = layer.keeps_columns && decoded.encoding.starts_with("utf-16");
    inner.keeps_lines = inner.keeps_columns || (layer.depth == 0 && decoded.encoding == "table");
    if (layers != nullptr)
      layers->visit_layer({*inner.document, inner.bytes, inner.via, inner.origin});
    scan_layer(inner, std::nullopt);
  };
  decode_spots(layer.bytes, spots, scan_one);
  // A change in the header makes news of every cell, so that all of them are always looked at.
  if (layer.document->start.offset == 0) decode_table(layer.bytes, scan_one);
}

/// Rules on the path alone, and those that are only looked for in some paths.
void Scanner::Impl::scan_path(const Document& document, bool report_names) {
  std::vector<std::uint32_t> whole;
  std::vector<int> fitting;
  catalogue.path_set().Match(re2::StringPiece(document_path.data(), document_path.size()),
                             &fitting);
  std::ranges::sort(fitting);
  for (const int index : fitting) {
    const std::uint32_t i = catalogue.path_rules[static_cast<std::size_t>(index)];
    if (catalogue.plan.forms[i].how == How::kWhole) {
      whole.push_back(i);
      continue;
    }
    if (!report_names) continue;
    Candidate candidate;
    candidate.rule = &catalogue.rules[i];
    candidate.confidence = candidate.rule->confidence;
    candidate.secret = candidate.match = document_path;
    candidate.place.surface = document.surface;
    candidate.place.path = document.path;
    candidate.place.via = {document.via.begin(), document.via.end()};
    candidate.place.object = document.object;
    if (candidate.confidence >= options.least) sink.found(candidate);
  }
  matcher_at(0).set_whole(std::move(whole));
}

Subject Scanner::Impl::subject_of(const Layer& layer, const Match& match, const LineIndex& lines) {
  const auto text = [&](const Range& range) {
    return layer.bytes.substr(range.begin, range.end - range.begin);
  };
  Subject subject;
  subject.rule = &catalogue.rules[match.rule];
  subject.secret = text(match.secret);
  subject.match = text(match.all);
  subject.line = text(lines.line_around(match.all, kLineMax));
  const std::size_t before = std::min<std::size_t>(match.all.begin, kKeywordReach);
  subject.before = text({match.all.begin - before, match.all.begin});
  subject.path = document_path;
  subject.path_kind = kind_of_document();
  subject.object = layer.document->object;
  subject.quoted = match.quoted;
  subject.watch = &layer.watch;
  return subject;
}

bool Scanner::Impl::outranked(const Layer& layer, const std::vector<Match>& matches,
                              std::size_t index, const LineIndex& lines) {
  const Match& match = matches[index];
  const int own = ranks[match.rule];
  const auto beats = [&](const Match& other) {
    if (ranks[other.rule] <= own) return false;
    if (catalogue.rules[other.rule].assigned.empty()) return overlap(other.all, match.secret);
    // From a vendor's name to its value other values may stand, and the rule may refuse its own.
    return overlap(other.secret, match.secret) &&
           judge(subject_of(layer, other, lines), catalogue.patterns[other.rule], now).keep;
  };
  for (std::size_t i = index + 1; i < matches.size() && matches[i].all.begin < match.secret.end;
       ++i) {
    if (beats(matches[i])) return true;
  }
  for (std::size_t i = index; i-- > 0 && farthest[i] > match.secret.begin;) {
    if (beats(matches[i])) return true;
  }
  return false;
}

void Scanner::Impl::report(const Layer& layer, const std::vector<Match>& matches) {
  if (matches.empty()) return;
  farthest.clear();
  for (const Match& match : matches) {
    farthest.push_back(std::max(match.all.end, farthest.empty() ? 0 : farthest.back()));
  }
  LineIndex lines(layer.bytes);
  for (std::size_t i = 0; i < matches.size(); ++i) {
    const Match& match = matches[i];
    const Rule& rule = catalogue.rules[match.rule];
    if (!match.wanted || !rule.report) continue;
    if (ranks[match.rule] < 2 && outranked(layer, matches, i, lines)) continue;
    report_one(layer, match, lines);
  }
}

bool Scanner::Impl::has_companions(const Layer& layer, const Match& match,
                                   const LineIndex& lines) const {
  const re2::StringPiece text(layer.bytes.data(), layer.bytes.size());
  return std::ranges::all_of(catalogue.rules[match.rule].companions, [&](const Companion& wanted) {
    const auto other = catalogue.by_id.find(wanted.rule);
    if (other == catalogue.by_id.end() || !catalogue.patterns[other->second].pattern) return false;
    Range near{0, layer.bytes.size()};
    if (wanted.within_lines) near = lines.lines_around(match.all, *wanted.within_lines);
    if (wanted.within_columns) {
      const std::size_t columns = *wanted.within_columns;
      near.begin = std::max(near.begin, match.all.begin - std::min(columns, match.all.begin));
      near.end = std::min(near.end, match.all.end + columns);
    }
    return catalogue.patterns[other->second].pattern->get().Match(text, near.begin, near.end,
                                                                  RE2::UNANCHORED, nullptr, 0);
  });
}

void Scanner::Impl::report_one(const Layer& layer, const Match& match, LineIndex& lines) {
  // Text around escapes is seen twice: as it stands and decoded.
  const Layer* outer = layer.outer;
  const std::string_view secret =
      layer.bytes.substr(match.secret.begin, match.secret.end - match.secret.begin);
  if (outer != nullptr && outer->reported.holds_next(secret, layer.from)) return;
  const Subject subject = subject_of(layer, match, lines);
  Verdict verdict = judge(subject, catalogue.patterns[match.rule], now);
  if (!verdict.keep || verdict.confidence < options.least) return;
  if (outer != nullptr && outer->reported.holds(secret, layer.from)) return;
  if (!subject.rule->companions.empty() && !has_companions(layer, match, lines)) {
    return;
  }
  Candidate candidate;
  candidate.rule = subject.rule;
  candidate.secret = subject.secret;
  candidate.match = subject.match;
  candidate.line = subject.line;
  candidate.confidence = verdict.confidence;
  candidate.proved = verdict.proved;
  candidate.allowed_inline = verdict.allowed_inline;
  candidate.note = std::move(verdict.note);
  candidate.place.surface = layer.document->surface;
  candidate.place.path = layer.document->path;
  candidate.place.object = layer.document->object;
  candidate.place.via = layer.via;
  const Document::Start& start = layer.document->start;
  candidate.place.offset = match.secret.begin + (layer.depth == 0 ? start.offset : 0);
  LineColumn at = place_of(layer, match, lines);
  at.column += at.line == 1 ? start.columns : 0;
  at.line += start.lines;
  candidate.place.line = at.line;
  candidate.place.column = at.column;
  layer.reported.add(match.secret);
  sink.found(candidate);
}

LineColumn Scanner::Impl::place_of(const Layer& layer, const Match& match, LineIndex& lines) {
  if (layer.depth == 0) return lines.at(match.secret.begin);
  if (layer.lines.width != 0) {
    const std::size_t character = match.secret.begin / 3 * 4;  // RFC 4648: three bytes are four.
    const std::size_t row = character / layer.lines.width;
    return document_lines.at(layer.origin.begin + row * layer.lines.step +
                             character % layer.lines.width);
  }
  LineColumn at = document_lines.at(layer.origin.begin);
  if (!layer.keeps_lines) return at;
  const LineColumn inside = lines.at(match.secret.begin);
  const std::uint32_t column = layer.keeps_columns ? inside.column : 1;
  return {at.line + inside.line - 1, inside.line > 1 ? column : at.column};
}

Scanner::Scanner(const Catalogue& catalogue, CandidateSink& sink, ScannerOptions options)
    : impl_(std::make_unique<Impl>(catalogue, sink, options)) {}
Scanner::~Scanner() = default;

void Scanner::visit(const Document& document) { impl_->scan(document, std::nullopt); }

void Scanner::visit_changed(const Document& document, std::span<const Range> changed) {
  impl_->scan(document, changed);
}

void Scanner::show_layers(LayerVisitor* visitor) { impl_->layers = visitor; }

const Coverage& Scanner::coverage() const { return impl_->coverage; }

}  // namespace lr::secrets
