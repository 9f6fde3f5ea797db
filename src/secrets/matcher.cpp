#include "secrets/matcher.h"

#include <algorithm>
#include <array>
#include <utility>

#include "secrets/match_order.h"

namespace lr::secrets {
namespace {

/// Small enough that stage two finds the bytes of stage one in the cache.
constexpr std::size_t kChunk = 128 * 1024;
/// Where an expression has no longest match, chunks are as large as Vectorscan allows.
constexpr std::size_t kLargeChunk = 1u << 30;
constexpr std::size_t kGroupsMax = 8;
constexpr std::uint32_t kMissesInARow = 16;
constexpr std::size_t kMissesNear = 64;

/// Sorted, disjoint ranges within `size`, each grown by `by` on both sides.
std::vector<Range> grown(std::span<const Range> ranges, std::size_t by, std::size_t size) {
  std::vector<Range> out;
  for (const Range& range : ranges) {
    const std::size_t begin = range.begin > by ? range.begin - by : 0;
    const std::size_t end = std::min(size, range.end + by);
    if (!out.empty() && begin <= out.back().end) {
      out.back().end = std::max(out.back().end, end);
    } else {
      out.push_back({begin, end});
    }
  }
  return out;
}

struct Windows {
  std::vector<Range> all;
  std::vector<Range> cut;  ///< Those that end in front because they are large enough.
};

/// Each range grown by `by` on both sides, but no farther than over bytes of the set.
Windows grown_within(std::span<const Range> ranges, std::size_t by, const ByteSet& set,
                     std::string_view bytes) {
  Windows windows;
  windows.all = grown(ranges, by, bytes.size());
  if (set.all()) {
    windows.cut = windows.all;
    return windows;
  }
  const auto fits = [&](std::size_t at) { return set[static_cast<std::uint8_t>(bytes[at])]; };
  windows.all.clear();
  for (const Range& range : ranges) {
    const std::size_t least = range.begin > by ? range.begin - by : 0;
    const std::size_t most = std::min(bytes.size(), range.end + by);
    Range window = range;
    while (window.begin > least && fits(window.begin - 1)) --window.begin;
    while (window.end < most && fits(window.end)) ++window.end;
    if (!windows.all.empty() && window.begin <= windows.all.back().end) {
      windows.all.back().end = std::max(windows.all.back().end, window.end);
      continue;
    }
    windows.all.push_back(window);
    if (window.begin == least) windows.cut.push_back(window);
  }
  return windows;
}

bool touches_any(const Range& range, std::span<const Range> ranges) {
  const auto after = std::ranges::lower_bound(ranges, range.begin, {}, &Range::end);
  return after != ranges.end() && after->begin <= range.end;
}

}  // namespace

Matcher::Matcher(const Catalogue::Impl& catalogue, PathFits& paths)
    : catalogue_(&catalogue), paths_(&paths), states_(catalogue.rules.size()) {}

Result<Matcher> Matcher::make(const Catalogue::Impl& catalogue, PathFits& paths) {
  Matcher matcher(catalogue, paths);
  hs_scratch_t* scratch = nullptr;
  for (const Stage* stage : {&catalogue.all, &catalogue.wide[0], &catalogue.wide[1]}) {
    if (stage->database == nullptr) continue;
    if (hs_alloc_scratch(stage->database.get(), &scratch) != HS_SUCCESS) {
      hs_free_scratch(scratch);
      return fail(Code::kResourceExhausted, "no memory for scanning");
    }
  }
  matcher.scratch_.reset(scratch);
  return matcher;
}

void Matcher::begin(std::string_view bytes) {
  bytes_ = bytes;
  hits_.clear();
  matches_.clear();
  name_ = {};
  start_ = {};
  names_.reset(bytes);
  value_runs_.assign(catalogue_->plan.value_sets.size(), KnownRun());
}

Matcher::Pending& Matcher::state(std::uint32_t rule) {
  Pending& pending = states_[rule];
  if (!pending.touched) {
    pending.touched = true;
    touched_.push_back(rule);
  }
  return pending;
}

void Matcher::finish() {
  for (std::uint32_t rule : whole_) add_window(rule, {0, bytes_.size()});
  for (std::uint32_t rule : touched_) {
    if (states_[rule].active) search_pending(rule);
    states_[rule] = {};
  }
  touched_.clear();
  put_in_order(matches_);
}

const std::vector<Match>& Matcher::match(std::string_view bytes, SpotFinder* spots) {
  begin(bytes);
  const Stage& stage = catalogue_->all;
  const bool bounded = stage.overlap <= kMatchMax;
  const std::size_t overlap = bounded ? stage.overlap : kMatchMax;
  const std::size_t step = bounded ? kChunk : kLargeChunk;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    const Range chunk{at, std::min(bytes.size(), at + step)};
    collect_chunk(stage, chunk, std::min(at, overlap));
    for (const Hit& hit : hits_) take_hit(hit);
    hits_.clear();
    each_batch(bytes, chunk, [&](const BlockBatch& batch) {
      take_tokens(batch);
      if (spots != nullptr) spots->take(batch);
    });
  }
  finish();
  return matches_;
}

const std::vector<Match>& Matcher::match_near(std::string_view bytes,
                                              std::span<const Range> ranges) {
  // A match that touches a range lies within its reach of it; mostly there is none. Whether one
  // stands depends on the matches of its rule that overlap it, so those are looked for too; and
  // when there is one at the very front of a window, what comes before it.
  const std::vector<Range> wanted = grown(ranges, kKeywordReach, bytes.size());
  for (std::size_t rounds = 1;; rounds *= rounds == 1 ? 2 : 4) {
    begin(bytes);
    const std::size_t near = rounds * catalogue_->short_reach;
    const auto near_windows = grown(wanted, near, bytes.size());
    for (const Range& window : near_windows) collect(catalogue_->all, window);
    std::array<Windows, 2> wide_windows;
    for (std::size_t i = 0; i < wide_windows.size(); ++i) {
      const Stage& stage = catalogue_->wide[i];
      wide_windows[i] = grown_within(wanted, rounds * stage.reach, stage.bytes, bytes);
      for (const Range& window : wide_windows[i].all) collect(stage, window);
    }
    std::ranges::sort(hits_);
    hits_.erase(std::unique(hits_.begin(), hits_.end()), hits_.end());
    for (const Hit& hit : hits_) take_hit(hit);
    for (const Range& window : near_windows) {
      each_batch(bytes, window, [&](const BlockBatch& batch) { take_tokens(batch); });
    }
    finish();
    if (matches_.empty()) break;
    if (rounds == 1 && near <= bytes.size()) continue;
    bool cut = begins_in_front(near_windows, catalogue_->short_reach, std::nullopt);
    for (std::size_t i = 0; i < wide_windows.size(); ++i) {
      cut = cut || begins_in_front(wide_windows[i].cut, catalogue_->wide[i].reach, i);
    }
    if (!cut || near > bytes.size()) break;
  }
  for (Match& match : matches_) match.wanted = touches_any(match.all, wanted);
  return matches_;
}

/// Whether a match, of the rules of one of `wide` or of any, begins in the front of a window.
bool Matcher::begins_in_front(std::span<const Range> windows, std::size_t reach,
                              std::optional<std::size_t> wide) const {
  return std::ranges::any_of(windows, [&](const Range& window) {
    if (window.begin == 0) return false;
    return std::ranges::any_of(matches_, [&](const Match& match) {
      return match.all.begin >= window.begin && match.all.begin < window.begin + reach &&
             (!wide || catalogue_->wide_of(match.rule) == wide);
    });
  });
}

void Matcher::collect(const Stage& stage, Range range) {
  for (std::size_t at = range.begin; at < range.end; at += kLargeChunk) {
    const std::size_t overlap = at == range.begin ? 0 : std::min(stage.overlap, kMatchMax);
    collect_chunk(stage, {at, std::min(range.end, at + kLargeChunk)}, overlap);
  }
}

void Matcher::collect_chunk(const Stage& stage, Range chunk, std::size_t overlap) {
  const std::size_t base = chunk.begin - overlap;
  const std::string_view text = bytes_.substr(base, chunk.end - base);
  const std::size_t known = hits_.size();
  if (stage.literals != nullptr) {
    stage.literals->find(text, overlap, hits_);
  } else if (stage.database != nullptr) {
    scan_database(stage.database.get(), text, overlap);
  }
  for (Hit& hit : std::span(hits_).subspan(known)) hit.to += base;
}

void Matcher::scan_database(const hs_database_t* database, std::string_view text,
                            std::size_t after) {
  struct Context {
    std::vector<Hit>* hits;
    std::size_t after;
  } context{&hits_, after};
  const auto on_match = [](unsigned id, unsigned long long, unsigned long long to, unsigned,
                           void* opaque) {
    const auto* c = static_cast<Context*>(opaque);
    if (to > c->after) c->hits->push_back({to, id});
    return 0;
  };
  const hs_error_t result = hs_scan(database, text.data(), static_cast<unsigned>(text.size()), 0,
                                    scratch_.get(), on_match, &context);
  LR_CHECK(result == HS_SUCCESS);
}

void Matcher::take_hit(const Hit& hit) {
  for (const Anchor& anchor : catalogue_->plan.anchors_of(hit.literal)) {
    if (!paths_->fits(anchor.rule)) continue;
    const std::size_t literal = hit.to - anchor.length;
    switch (catalogue_->plan.forms[anchor.rule].how) {
      case How::kAnchored:
        if (literal >= anchor.min_offset) take_anchored(anchor.rule, literal - anchor.min_offset);
        break;
      case How::kWindow:
        take_window(anchor, literal);
        break;
      case How::kAssigned:
        take_assigned(anchor, literal);
        break;
      case How::kWhole:
      case How::kPath:
        break;
    }
  }
}

/// Where the pattern matches, and its groups. RE2 is asked for the match alone first, which its
/// automaton finds in one pass.
bool Matcher::find_groups(std::uint32_t rule, Range where, RE2::Anchor anchor,
                          std::span<re2::StringPiece> groups) const {
  const RulePatterns& patterns = catalogue_->patterns[rule];
  const RE2& pattern = patterns.pattern->get();
  const auto count = static_cast<int>(groups.size());
  const re2::StringPiece text(bytes_.data(), bytes_.size());
  if (count < 2) {
    return pattern.Match(text, where.begin, where.end, anchor, groups.data(), count);
  }
  if (!pattern.Match(text, where.begin, where.end, anchor, groups.data(), 1)) return false;
  const auto begin = static_cast<std::size_t>(groups[0].data() - bytes_.data());
  const std::size_t end = begin + groups[0].size();
  const RE2& telling = patterns.groups->get(groups[0].size());
  return telling.Match(text, begin, end, RE2::ANCHOR_BOTH, groups.data(), count) ||
         pattern.Match(text, where.begin, where.end, anchor, groups.data(), count);
}

bool Matcher::run_pattern(std::uint32_t rule, Range where, RE2::Anchor anchor, Match& match) const {
  const RE2& pattern = catalogue_->patterns[rule].pattern->get();
  std::array<re2::StringPiece, kGroupsMax> all;
  const int count = std::min<int>(pattern.NumberOfCapturingGroups() + 1, kGroupsMax);
  const std::span groups = std::span(all).first(static_cast<std::size_t>(count));
  if (!find_groups(rule, where, anchor, groups)) return false;
  const auto range = [&](const re2::StringPiece& group) {
    const auto begin = static_cast<std::size_t>(group.data() - bytes_.data());
    return Range{begin, begin + group.size()};
  };
  match.rule = rule;
  match.all = range(groups[0]);
  match.secret = match.all;
  const int wanted = catalogue_->rules[rule].secret_group;
  for (int i = 1; i < count; ++i) {
    const auto& group = groups[static_cast<std::size_t>(i)];
    if (group.empty() || (wanted > 0 && i != wanted)) continue;
    match.secret = range(group);
    break;
  }
  return match.all.begin < match.all.end;
}

void Matcher::take_tokens(const BlockBatch& batch) {
  catalogue_->plan.tokens.find(bytes_, batch, [&](std::uint32_t rule, std::size_t begin) {
    if (paths_->fits(rule)) take_anchored(rule, begin);
  });
}

void Matcher::take_anchored(std::uint32_t rule, std::size_t begin) {
  const Form& form = catalogue_->plan.forms[rule];
  // Bytes that will be searched anyway need no look of their own.
  const bool covered = states_[rule].active && begin < states_[rule].end;
  if (!covered && !may_begin(form.outline, catalogue_->plan.sets, bytes_, begin)) return;
  Pending& pending = state(rule);
  if (begin < pending.free_from) return;
  const std::size_t end = std::min(bytes_.size(), begin + form.max_width);
  // Where literals stand close together and nothing matches, attempts would read the same bytes
  // over and over; one search reads them once and finds the same.
  if (pending.active || pending.misses >= kMissesInARow) {
    pending.misses = begin - pending.last_miss < form.max_width ? pending.misses : 0;
    pending.last_miss = begin;
    return add_window(rule, {begin, end});
  }
  Match match;
  if (!may_hold(form.rare, bytes_, {begin, end}) ||
      !run_pattern(rule, {begin, end}, RE2::ANCHOR_START, match)) {
    pending.misses = begin - pending.last_miss < kMissesNear ? pending.misses + 1 : 0;
    pending.last_miss = begin;
    return;
  }
  pending.misses = 0;
  pending.free_from = match.all.end;
  matches_.push_back(match);
}

void Matcher::take_window(const Anchor& anchor, std::size_t literal) {
  const Form& form = catalogue_->plan.forms[anchor.rule];
  if (anchor.keyword) {
    const std::size_t before = std::min<std::size_t>(literal, form.max_width);
    const std::size_t last = literal + anchor.length + kKeywordReach + form.max_width;
    return add_window(anchor.rule, {literal - before, std::min(bytes_.size(), last)});
  }
  if (literal < anchor.min_offset) return;
  if (literal > 0 && !form.before[static_cast<std::uint8_t>(bytes_[literal - 1])]) return;
  const LiteralPlace place{literal, literal + anchor.length, anchor.min_offset, anchor.max_offset};
  if (anchor.length > 0 &&
      !may_be_held(catalogue_->patterns[anchor.rule].edges->get(), bytes_, place)) {
    return;
  }
  const std::size_t begin = literal > anchor.max_offset ? literal - anchor.max_offset : 0;
  const std::size_t end = std::min(bytes_.size(), literal - anchor.min_offset + form.max_width);
  add_window(anchor.rule, {begin, end});
}

/// Windows that overlap are searched as one, so that no byte is searched twice.
void Matcher::add_window(std::uint32_t rule, Range window) {
  Pending& pending = state(rule);
  if (pending.active && window.begin <= pending.end) {
    pending.begin = std::min(pending.begin, window.begin);
    pending.end = std::max(pending.end, window.end);
    return;
  }
  if (pending.active) search_pending(rule);
  pending.begin = window.begin;
  pending.end = window.end;
  pending.active = true;
}

void Matcher::search_pending(std::uint32_t rule) {
  Pending& pending = states_[rule];
  pending.active = false;
  std::size_t at = std::max(pending.begin, pending.free_from);
  const Form& form = catalogue_->plan.forms[rule];
  if (at >= pending.end || !may_hold(form.rare, bytes_, {at, pending.end}) ||
      !may_hold(form.run, catalogue_->plan.sets, bytes_, {at, pending.end})) {
    return;
  }
  const auto& edges = catalogue_->patterns[rule].edges;
  if (edges && !bytes_.substr(at, pending.end - at).contains(edges->get().word)) return;
  Match match;
  while (at < pending.end && run_pattern(rule, {at, pending.end}, RE2::UNANCHORED, match)) {
    at = pending.free_from = match.all.end;
    matches_.push_back(match);
  }
}

void Matcher::take_assigned(const Anchor& anchor, std::size_t literal) {
  const Form& form = catalogue_->plan.forms[anchor.rule];
  const Range keyword{literal, literal + anchor.length};
  if (literal < state(anchor.rule).free_from) return;
  const ValueShape shape{catalogue_->plan.value_sets[form.value_set], form.max_width,
                         value_runs_[form.value_set]};
  if (literal < name_.begin || keyword.end > name_.end) {
    name_ = {literal, name_end(bytes_, keyword.end)};
  }
  Pending& pending = state(anchor.rule);
  if (pending.name_end != name_.end && name_.end - keyword.end <= kNameTail) {
    pending.name_end = name_.end;
    if (literal != start_.literal || name_.end != start_.name_end) {
      start_ = {literal, name_.end, value_start(bytes_, {literal, name_.end})};
    }
    const auto found =
        start_.value ? value_at(bytes_, *start_.value, shape) : std::optional<Assignment>();
    if (found) take_value(anchor.rule, literal, found->value, found->quoted);
  }
  if (anchor.name_only) return;
  Range within{std::max(keyword.end, pending.context_end), keyword.end + kKeywordReach};
  pending.context_end = std::max(pending.context_end, within.end);
  while (const auto found = next_credential(bytes_, within, shape, names_)) {
    take_value(anchor.rule, literal, found->value, found->quoted);
    within.begin = found->value.end;
    if (within.begin >= within.end) break;
  }
}

bool Matcher::is_value(std::uint32_t rule, std::string_view value) const {
  const auto& runs = catalogue_->plan.forms[rule].value_runs;
  if (runs) return runs_match(*runs, value);
  const re2::StringPiece text(value.data(), value.size());
  const RE2& pattern = catalogue_->patterns[rule].pattern->get();
  return pattern.Match(text, 0, text.size(), RE2::ANCHOR_BOTH, nullptr, 0);
}

void Matcher::take_value(std::uint32_t rule, std::size_t keyword, Range value, bool quoted) {
  const Form& form = catalogue_->plan.forms[rule];
  const std::size_t size = value.end - value.begin;
  if (size < form.min_width || size > form.max_width) return;
  Pending& pending = state(rule);
  if (value.begin < pending.free_from) return;
  if (!is_value(rule, bytes_.substr(value.begin, size))) return;
  pending.free_from = value.end;
  matches_.push_back({{keyword, value.end}, value, rule, quoted, true});
}

}  // namespace lr::secrets
