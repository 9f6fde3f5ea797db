#include "secrets/catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

#include "secrets/catalogue_blob.h"
#include "secrets/catalogue_impl.h"
#include "secrets/open_counts.h"
#include "secrets/outline.h"

namespace lr::secrets {
namespace {

/// Memory for one compiled pattern and its automata.
constexpr std::int64_t kPatternMemory = 8 << 20;
/// So many bytes are read twice each time some more of a text is read for the fronts of matches.
constexpr std::uint32_t kStartWidthMax = 2048;

std::unique_ptr<LiteralFinder> finder_of(const Catalogue::Impl& impl,
                                         std::span<const std::uint32_t> chosen) {
  std::vector<PlacedLiteral> literals;
  literals.reserve(chosen.size());
  for (const std::uint32_t index : chosen) {
    const Expression& expression = impl.plan.expressions[index];
    if (impl.plan.anchors_of(index).empty()) continue;  // It is there for Vectorscan's pace.
    literals.push_back({{expression.literal, expression.caseless}, impl.places[index], index});
  }
  return std::make_unique<LiteralFinder>(std::move(literals));
}

Stage make_stage(const Catalogue::Impl& impl, std::span<const std::uint32_t> chosen,
                 Database database) {
  Stage stage;
  if (impl.by_literals && !chosen.empty()) stage.literals = finder_of(impl, chosen);
  stage.database = std::move(database);
  for (std::uint32_t index : chosen) {
    const Expression& expression = impl.plan.expressions[index];
    stage.overlap = std::max(stage.overlap, expression.width);
  }
  return stage;
}

/// Every byte for rules that are found by a word, which may stand outside of the match.
ByteSet bytes_of_wide(const Catalogue::Impl& impl, std::size_t index) {
  const ByteSet any = ~ByteSet();
  ByteSet bytes;
  std::vector<std::uint32_t> rules;
  for (std::uint32_t i : impl.wide_expressions(index)) {
    for (const Anchor& anchor : impl.plan.anchors_of(i)) {
      if (impl.wide_of(anchor.rule) != index) continue;
      const How how = impl.plan.forms[anchor.rule].how;
      if (anchor.keyword || (how != How::kAnchored && how != How::kWindow)) return any;
      rules.push_back(anchor.rule);
    }
  }
  for (const std::uint32_t rule : rules) {
    const auto tree = parse_pattern(impl.rules[rule].pattern);
    bytes |= tree ? pattern_bytes(*tree) : any;
  }
  return bytes;
}

Stage make_wide_stage(const Catalogue::Impl& impl, std::size_t index, Database database) {
  Stage stage = make_stage(impl, impl.wide_expressions(index), std::move(database));
  for (std::uint32_t rule = 0; rule < impl.rules.size(); ++rule) {
    if (impl.wide_of(rule) == index) {
      stage.reach = std::max(stage.reach, impl.plan.forms[rule].reach);
    }
  }
  stage.bytes = bytes_of_wide(impl, index);
  return stage;
}

/// How many groups it has.
Result<int> check_pattern(const Rule& rule, std::string_view what, const std::string& text) {
  const RE2 compiled(text, pattern_options());
  if (compiled.error_code() == RE2::ErrorPatternTooLarge ||
      compiled.ProgramSize() > kPatternProgramMax) {
    return fail(Code::kInvalidArgument,
                fmt::format("rule {}: cost over budget: {} compiles to more than {} instructions; "
                            "use smaller counts",
                            rule.id, what, kPatternProgramMax));
  }
  if (compiled.ok()) return compiled.NumberOfCapturingGroups();
  return fail(Code::kInvalidArgument,
              fmt::format("rule {}: {} is not RE2: {}", rule.id, what, compiled.error()));
}

/// Every rule must be found by something rarer than its pattern.
Result<> check_cost(const Catalogue::Impl& impl) {
  const std::vector<std::uint32_t> costly = rules_without_literal(impl.plan);
  if (costly.empty()) return {};
  return fail(
      Code::kInvalidArgument,
      fmt::format("rule {}: cost over budget: its pattern would be tried at every byte; start it "
                  "with a literal of three characters or more, or give it keywords or a path",
                  impl.rules[costly.front()].id));
}

Result<> check_rule(const Rule& rule) {
  int groups = 0;
  if (!rule.pattern.empty()) {
    LR_TRY(groups, check_pattern(rule, "pattern", rule.pattern));
  }
  if (!rule.assigned.empty()) LR_TRY_VOID(check_pattern(rule, "assigned", rule.assigned));
  if (!rule.path.empty()) LR_TRY_VOID(check_pattern(rule, "path", rule.path));
  for (const Allowlist& list : rule.allowlists) {
    for (const std::string& text : list.patterns) LR_TRY_VOID(check_pattern(rule, "allow", text));
    for (const std::string& text : list.paths) LR_TRY_VOID(check_pattern(rule, "allow", text));
  }
  if (rule.secret_group > groups) {
    return fail(Code::kInvalidArgument,
                fmt::format("rule {}: there is no group {}", rule.id, rule.secret_group));
  }
  return {};
}

RulePatterns patterns_of(const Rule& rule) {
  RulePatterns patterns;
  const std::string& text = rule.assigned.empty() ? rule.pattern : rule.assigned;
  if (!text.empty()) {
    patterns.pattern = std::make_unique<LazyPattern>(text);
    patterns.groups = std::make_unique<GroupPatterns>(*patterns.pattern);
  }
  if (!rule.path.empty()) patterns.path = std::make_unique<LazyPattern>(rule.path);
  for (const Allowlist& list : rule.allowlists) {
    patterns.allowlists.push_back(std::make_unique<AllowlistPatterns>(list));
  }
  return patterns;
}

std::vector<std::uint32_t> every_expression(const Catalogue::Impl& impl) {
  std::vector<std::uint32_t> every(impl.plan.expressions.size());
  std::iota(every.begin(), every.end(), 0u);
  return every;
}

Result<Database> deserialized(const Catalogue::Impl& impl, std::string_view bytes) {
  hs_database_t* database = nullptr;
  if (bytes.empty() || impl.by_literals) return Database();
  if (hs_deserialize_database(bytes.data(), bytes.size(), &database) != HS_SUCCESS) {
    return fail(Code::kInternal, "the built-in rules do not fit this processor or Vectorscan");
  }
  return Database(database);
}

unsigned long long native_features() {
  hs_platform_info platform{};
  return hs_populate_platform(&platform) == HS_SUCCESS ? platform.cpu_features : 0;
}

/// None where all that is looked for is literals, and Vectorscan is not needed.
Result<Database> needed_database(const Catalogue::Impl& impl,
                                 std::span<const std::uint32_t> chosen) {
  if (impl.by_literals) return Database();
  return compile_database(impl, chosen, native_features());
}

std::string vectorscan_text(const Expression& expression) {
  std::string text = expression.pattern;
  for (const char c : expression.literal) {
    text += fmt::format("\\x{:02x}", static_cast<std::uint8_t>(c));
  }
  return text;
}

}  // namespace

RE2::Options pattern_options() {
  RE2::Options options(RE2::Latin1);
  options.set_log_errors(false);
  options.set_max_mem(kPatternMemory);
  return options;
}

const RE2& GroupPatterns::get(std::size_t size) const {
  std::call_once(once_, [&] {
    for (OpenCounts& open : open_counts(whole_->text())) {
      open_.push_back({open.longest, std::make_unique<LazyPattern>(std::move(open.pattern))});
    }
  });
  const auto fitting =
      std::ranges::find_if(open_, [&](const Open& open) { return size <= open.longest; });
  return fitting == open_.end() ? whole_->get() : fitting->pattern->get();
}

const RE2& LazyPattern::get() const {
  std::call_once(once_, [&] { compiled_ = std::make_unique<RE2>(text_, pattern_options()); });
  return *compiled_;
}

AnyPattern::Group::Group(const std::vector<std::string>& texts) : sieve(texts) {
  std::string joined;
  for (const std::string& text : texts) joined += (joined.empty() ? "(?:" : "|(?:") + text + ")";
  auto together = std::make_unique<RE2>(joined, pattern_options());
  if (together->ok()) {
    compiled.push_back(std::move(together));
    return;
  }
  for (const std::string& text : texts) {
    compiled.push_back(std::make_unique<RE2>(text, pattern_options()));
  }
}

bool AnyPattern::Group::found_in(std::string_view text) const {
  if (!sieve.may_match(text)) return false;
  const re2::StringPiece piece(text.data(), text.size());
  return std::ranges::any_of(compiled, [&](const auto& pattern) {
    return pattern->Match(piece, 0, piece.size(), RE2::UNANCHORED, nullptr, 0);
  });
}

/// Those that only match at the front are asked by themselves: RE2 reads no farther for them than
/// they go.
void AnyPattern::compile() const {
  std::vector<std::string> front;
  std::vector<std::string> others;
  for (const std::string& text : texts_) {
    const auto tree = parse_pattern(text);
    const bool at_front = tree && begins_with_assertion(*tree);
    // What the sieve refuses is refused sooner than by reading all of it.
    if ((at_front || Sieve({text}).always()) && small_.take(text)) continue;
    (at_front ? front : others).push_back(text);
  }
  if (!front.empty()) groups_.push_back(std::make_unique<Group>(front));
  if (!others.empty()) groups_.push_back(std::make_unique<Group>(others));
}

bool AnyPattern::found_in(std::string_view text) const {
  if (texts_.empty()) return false;
  std::call_once(once_, [&] { compile(); });
  return small_.found_in(text) ||
         std::ranges::any_of(groups_, [&](const auto& group) { return group->found_in(text); });
}

void AnyPattern::compile_start() const {
  std::string joined;
  std::uint32_t width = 0;
  std::string signs;
  for (const std::string& text : texts_) {
    const auto tree = parse_pattern(text);
    if (!tree) return;
    const std::string its_signs = certain_signs(*tree);
    if (joined.empty()) signs = its_signs;
    std::erase_if(signs, [&](char c) { return !its_signs.contains(c); });
    const std::string relaxed = relaxed_pattern(*tree);
    const auto relaxed_tree = parse_pattern(relaxed);
    if (!relaxed_tree) return;
    width = std::max(width, pattern_width(*relaxed_tree).max);
    joined += (joined.empty() ? "(?:" : "|(?:") + relaxed + ")";
  }
  if (width > kStartWidthMax) return;
  auto pattern = std::make_unique<RE2>(joined, pattern_options());
  if (pattern->ok()) start_.emplace(std::move(pattern), width, std::move(signs));
}

const AnyPattern::Start* AnyPattern::start() const {
  std::call_once(start_once_, [&] { compile_start(); });
  return start_ ? &*start_ : nullptr;
}

Catalogue::Impl::Impl(std::vector<Rule> from, FirstStage first)
    : rules(std::move(from)),
      plan(make_plan(rules)),
      by_literals(
          first == FirstStage::kFastest && LiteralFinder::is_supported() &&
          std::ranges::all_of(plan.expressions, LiteralFinder::takes, &Expression::literal)) {
  for (std::uint32_t i = 0; i < rules.size(); ++i) {
    patterns.push_back(patterns_of(rules[i]));
    by_id.emplace(rules[i].id, i);
    const Form& form = plan.forms[i];
    if (form.how == How::kWindow) {
      patterns[i].edges = std::make_unique<LazyEdges>(rules[i].pattern, form.max_width);
    }
    if (form.how == How::kPath || form.how == How::kWhole) path_rules.push_back(i);
    if (form.how != How::kAnchored && form.how != How::kWindow && form.how != How::kAssigned) {
      continue;  // Stage one does not look for them.
    }
    if (form.reach <= kShortReach) short_reach = std::max(short_reach, form.reach);
  }
}

const RE2::Set& Catalogue::Impl::path_set() const {
  std::call_once(path_set_once, [&] {
    auto set = std::make_unique<RE2::Set>(pattern_options(), RE2::UNANCHORED);
    std::string error;
    for (std::uint32_t rule : path_rules) LR_CHECK(set->Add(rules[rule].path, &error) >= 0);
    LR_CHECK(set->Compile());
    path_set_made = std::move(set);
  });
  return *path_set_made;
}

std::vector<Literal> Catalogue::Impl::literals() const {
  std::vector<Literal> literals;
  for (const Expression& expression : plan.expressions) {
    literals.push_back({expression.literal, expression.caseless});
  }
  return literals;
}

std::optional<std::size_t> Catalogue::Impl::wide_of(std::uint32_t rule) const {
  const std::uint32_t reach = plan.forms[rule].reach;
  if (reach <= kShortReach) return std::nullopt;
  return reach <= kMiddleReach ? 0 : 1;
}

std::vector<std::uint32_t> Catalogue::Impl::wide_expressions(std::size_t index) const {
  std::vector<std::uint32_t> chosen;
  for (std::uint32_t i = 0; i < plan.expressions.size(); ++i) {
    const auto is_of_it = [&](const Anchor& anchor) { return wide_of(anchor.rule) == index; };
    if (std::ranges::any_of(plan.anchors_of(i), is_of_it)) chosen.push_back(i);
  }
  return chosen;
}

Result<Database> compile_database(const Catalogue::Impl& impl,
                                  std::span<const std::uint32_t> chosen,
                                  unsigned long long features) {
  if (chosen.empty()) return Database();
  std::vector<std::string> written;
  std::vector<const char*> texts;
  std::vector<unsigned> flags;
  written.reserve(chosen.size());
  for (std::uint32_t index : chosen) {
    const Expression& expression = impl.plan.expressions[index];
    written.push_back(vectorscan_text(expression));
    texts.push_back(written.back().c_str());
    flags.push_back(expression.caseless ? HS_FLAG_CASELESS : 0);
  }
  hs_platform_info platform{};
  platform.cpu_features = features;
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  if (hs_compile_multi(texts.data(), flags.data(), chosen.data(),
                       static_cast<unsigned>(chosen.size()), HS_MODE_BLOCK, &platform, &database,
                       &error) == HS_SUCCESS) {
    return Database(database);
  }
  std::string why = error->message;
  const int which = error->expression;
  hs_free_compile_error(error);
  std::span<const Anchor> culprit;
  if (which >= 0) culprit = impl.plan.anchors_of(chosen[static_cast<std::size_t>(which)]);
  if (culprit.empty()) {
    return fail(Code::kInvalidArgument, "the rules do not compile: " + why);
  }
  const std::uint32_t rule = culprit.front().rule;
  return fail(Code::kInvalidArgument, fmt::format("rule {}: {}", impl.rules[rule].id, why));
}

Catalogue::Catalogue(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Catalogue::~Catalogue() = default;

Result<std::unique_ptr<Catalogue>> Catalogue::compile(std::vector<Rule> rules, FirstStage first) {
  for (const Rule& rule : rules) LR_TRY_VOID(check_rule(rule));
  return compile_checked(std::move(rules), first);
}

Result<std::unique_ptr<Catalogue>> Catalogue::compile_beside(const Catalogue& known,
                                                             std::vector<Rule> rules) {
  std::set<std::string, std::less<>> replaced;
  for (const Rule& rule : rules) {
    LR_TRY_VOID(check_rule(rule));
    replaced.insert(rule.id);
  }
  for (const Rule& rule : known.rules()) {
    if (!replaced.contains(rule.id)) rules.push_back(rule);
  }
  return compile_checked(std::move(rules), FirstStage::kFastest);
}

Result<std::unique_ptr<Catalogue>> Catalogue::compile_checked(std::vector<Rule> rules,
                                                              FirstStage first) {
  auto impl = std::make_unique<Impl>(std::move(rules), first);
  if (impl->by_id.size() != impl->rules.size()) {
    return fail(Code::kInvalidArgument, "two rules have the same id");
  }
  LR_TRY_VOID(check_cost(*impl));
  impl->places = place_literals(impl->literals());
  const std::vector<std::uint32_t> every = every_expression(*impl);
  LR_TRY(Database all, needed_database(*impl, every));
  impl->all = make_stage(*impl, every, std::move(all));
  for (std::size_t i = 0; i < impl->wide.size(); ++i) {
    const std::vector<std::uint32_t> wide = impl->wide_expressions(i);
    LR_TRY(Database database, needed_database(*impl, wide));
    impl->wide[i] = make_wide_stage(*impl, i, std::move(database));
  }
  return std::unique_ptr<Catalogue>(new Catalogue(std::move(impl)));
}

Result<std::unique_ptr<Catalogue>> Catalogue::from_blob(std::string_view blob, FirstStage first) {
  LR_TRY(DecodedCatalogue decoded, decode_catalogue(blob, native_features()));
  auto impl = std::make_unique<Impl>(std::move(decoded.rules), first);
  if (plan_digest(impl->plan) != decoded.plan_digest) {
    return fail(Code::kInternal, "the built-in rules were compiled by another version");
  }
  impl->places = std::move(decoded.places);
  if (impl->places.size() != impl->plan.expressions.size()) {
    return fail(Code::kInternal, "the built-in rules are damaged");
  }
  LR_TRY(Database all, deserialized(*impl, decoded.all));
  impl->all = make_stage(*impl, every_expression(*impl), std::move(all));
  for (std::size_t i = 0; i < impl->wide.size(); ++i) {
    LR_TRY(Database wide, deserialized(*impl, decoded.wide[i]));
    impl->wide[i] = make_wide_stage(*impl, i, std::move(wide));
  }
  return std::unique_ptr<Catalogue>(new Catalogue(std::move(impl)));
}

std::span<const Rule> Catalogue::rules() const { return impl_->rules; }

const Rule* Catalogue::find(std::string_view id) const {
  const auto found = impl_->by_id.find(id);
  return found == impl_->by_id.end() ? nullptr : &impl_->rules[found->second];
}

}  // namespace lr::secrets
