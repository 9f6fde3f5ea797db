#include "secrets/catalogue_blob.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <numeric>
#include <utility>

namespace lr::secrets {
namespace {

constexpr std::string_view kMagic = "LRSR0002";

/// Writes numbers and texts one behind the other.
class Writer {
 public:
  template <class Number>
  void number(Number value) {
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    out_.append(bytes, sizeof value);
  }
  void text(std::string_view value) {
    number(static_cast<std::uint32_t>(value.size()));
    out_ += value;
  }
  void texts(const std::vector<std::string>& values) {
    number(static_cast<std::uint32_t>(values.size()));
    for (const std::string& value : values) text(value);
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

/// Reads them back; past the end everything is zero and ok() is false.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  template <class Number>
  Number number() {
    Number value{};
    const std::string_view raw = take(sizeof value);
    if (ok_) std::memcpy(&value, raw.data(), sizeof value);
    return value;
  }
  std::string_view text() { return take(number<std::uint32_t>()); }
  std::vector<std::string> texts() {
    std::vector<std::string> values;
    for (auto count = number<std::uint32_t>(); count > 0 && ok_; --count) {
      values.emplace_back(text());
    }
    return values;
  }
  bool ok() const { return ok_; }

 private:
  std::string_view take(std::size_t size) {
    ok_ = ok_ && size <= bytes_.size();
    if (!ok_) return {};
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }
  std::string_view bytes_;
  bool ok_ = true;
};

void write_allowlist(Writer& out, const Allowlist& list) {
  out.number(static_cast<std::uint8_t>(list.all));
  out.number(static_cast<std::uint8_t>(list.target));
  for (const auto* texts : {&list.patterns, &list.paths, &list.commits, &list.stopwords}) {
    out.texts(*texts);
  }
}

Allowlist read_allowlist(Reader& in) {
  Allowlist list;
  list.all = in.number<std::uint8_t>() != 0;
  list.target = static_cast<Allowlist::Target>(in.number<std::uint8_t>());
  for (auto* texts : {&list.patterns, &list.paths, &list.commits, &list.stopwords}) {
    *texts = in.texts();
  }
  return list;
}

/// An absent distance is written as the largest number.
constexpr std::uint32_t kAbsent = kUnbounded;

void write_companion(Writer& out, const Companion& companion) {
  out.text(companion.rule);
  out.number(companion.within_lines.value_or(kAbsent));
  out.number(companion.within_columns.value_or(kAbsent));
}

Companion read_companion(Reader& in) {
  Companion companion;
  companion.rule = in.text();
  const auto lines = in.number<std::uint32_t>();
  const auto columns = in.number<std::uint32_t>();
  if (lines != kAbsent) companion.within_lines = lines;
  if (columns != kAbsent) companion.within_columns = columns;
  return companion;
}

/// The texts of a rule, in the order in which they are written.
template <class AnyRule>
auto texts_of(AnyRule& rule) {
  return std::array{&rule.id,       &rule.family,  &rule.provider, &rule.title,    &rule.path,
                    &rule.assigned, &rule.pattern, &rule.rotate,   &rule.dashboard};
}

void write_rule(Writer& out, const Rule& rule) {
  for (const std::string* text : texts_of(rule)) out.text(*text);
  for (auto value :
       {static_cast<std::uint8_t>(rule.kind), static_cast<std::uint8_t>(rule.confidence),
        static_cast<std::uint8_t>(rule.proof), static_cast<std::uint8_t>(rule.token_efficiency),
        static_cast<std::uint8_t>(rule.placeholder_filter),
        static_cast<std::uint8_t>(rule.report)}) {
    out.number(value);
  }
  out.number(static_cast<std::int32_t>(rule.secret_group));
  out.number(rule.max_width);
  out.number(rule.entropy);
  out.texts(rule.keywords);
  out.number(static_cast<std::uint32_t>(rule.allowlists.size()));
  for (const Allowlist& list : rule.allowlists) write_allowlist(out, list);
  out.number(static_cast<std::uint32_t>(rule.companions.size()));
  for (const Companion& companion : rule.companions) write_companion(out, companion);
}

Rule read_rule(Reader& in) {
  Rule rule;
  for (std::string* text : texts_of(rule)) *text = in.text();
  rule.kind = static_cast<Kind>(in.number<std::uint8_t>());
  rule.confidence = static_cast<Confidence>(in.number<std::uint8_t>());
  rule.proof = static_cast<Proof>(in.number<std::uint8_t>());
  rule.token_efficiency = in.number<std::uint8_t>() != 0;
  rule.placeholder_filter = in.number<std::uint8_t>() != 0;
  rule.report = in.number<std::uint8_t>() != 0;
  rule.secret_group = in.number<std::int32_t>();
  rule.max_width = in.number<std::uint32_t>();
  rule.entropy = in.number<double>();
  rule.keywords = in.texts();
  for (auto n = in.number<std::uint32_t>(); n > 0 && in.ok(); --n) {
    rule.allowlists.push_back(read_allowlist(in));
  }
  for (auto n = in.number<std::uint32_t>(); n > 0 && in.ok(); --n) {
    rule.companions.push_back(read_companion(in));
  }
  return rule;
}

Result<std::string> serialized(const Catalogue::Impl& impl, std::span<const std::uint32_t> chosen,
                               unsigned long long features) {
  LR_TRY(const Database database, compile_database(impl, chosen, features));
  if (database == nullptr) return std::string();
  char* bytes = nullptr;
  std::size_t size = 0;
  if (hs_serialize_database(database.get(), &bytes, &size) != HS_SUCCESS) {
    return fail(Code::kInternal, "a database cannot be serialized");
  }
  std::string text(bytes, size);
  std::free(bytes);  // hs_serialize_database() allocates with malloc().
  return text;
}

}  // namespace

std::uint64_t plan_digest(const Plan& plan) {
  std::uint64_t digest = 0xCBF29CE484222325u;
  const auto mix = [&](std::uint64_t value) { digest = (digest ^ value) * 0x100000001B3u; };
  for (const Expression& expression : plan.expressions) {
    for (char c : expression.literal) mix(static_cast<std::uint8_t>(c));
    for (char c : expression.pattern) mix(static_cast<std::uint8_t>(c));
    mix(expression.caseless ? 257 : 258);
  }
  for (const std::uint32_t begin : plan.anchor_begins) mix(begin);
  for (const Anchor& anchor : plan.anchors) mix(anchor.rule);
  return digest;
}

Result<std::string> encode_catalogue(std::span<const Rule> rules) {
  const Catalogue::Impl impl({rules.begin(), rules.end()}, FirstStage::kVectorscan);
  std::vector<std::uint32_t> every(impl.plan.expressions.size());
  std::iota(every.begin(), every.end(), 0u);
  Writer out;
  out.text(kMagic);
  out.number(plan_digest(impl.plan));
  out.number(static_cast<std::uint32_t>(rules.size()));
  for (const Rule& rule : rules) write_rule(out, rule);
  const std::vector<Placement> places = place_literals(impl.literals());
  out.number(static_cast<std::uint32_t>(places.size()));
  for (const Placement& place : places) {
    out.number(place.window);
    out.number(place.bucket);
  }
  for (const unsigned long long features : kProcessorTiers) {
    LR_TRY(const std::string all_bytes, serialized(impl, every, features));
    out.text(all_bytes);
    for (std::size_t i = 0; i < impl.wide.size(); ++i) {
      LR_TRY(const std::string wide_bytes, serialized(impl, impl.wide_expressions(i), features));
      out.text(wide_bytes);
    }
  }
  return out.take();
}

Result<DecodedCatalogue> decode_catalogue(std::string_view blob, unsigned long long features) {
  Reader in(blob);
  if (in.text() != kMagic) return fail(Code::kInternal, "the built-in rules are damaged");
  DecodedCatalogue decoded;
  decoded.plan_digest = in.number<std::uint64_t>();
  auto rules = in.number<std::uint32_t>();
  decoded.rules.reserve(std::min<std::size_t>(rules, blob.size()));
  for (; rules > 0 && in.ok(); --rules) {
    decoded.rules.push_back(read_rule(in));
  }
  for (auto n = in.number<std::uint32_t>(); n > 0 && in.ok(); --n) {
    const auto window = in.number<std::uint8_t>();
    decoded.places.push_back({window, in.number<std::uint8_t>()});
  }
  bool chosen = false;
  for (const unsigned long long tier : kProcessorTiers) {
    const std::string_view all = in.text();
    std::array<std::string_view, 2> wide;
    for (std::string_view& one : wide) one = in.text();
    if (chosen || (tier & ~features) != 0) continue;
    decoded.all = all;
    decoded.wide = wide;
    chosen = true;
  }
  if (!in.ok()) return fail(Code::kInternal, "the built-in rules are cut short");
  return decoded;
}

}  // namespace lr::secrets
