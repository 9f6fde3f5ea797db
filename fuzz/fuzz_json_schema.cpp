// A schema and an instance, one line each. Compiling and validating must end, must not crash, and
// must agree with themselves: a schema and its double negation give the same verdict.
#include <boost/json/serialize.hpp>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "text/json.h"
#include "text/json_schema.h"

namespace {

using lr::Code;
using lr::text::JsonSchema;
using lr::text::SchemaDialect;
using lr::text::SchemaOptions;
namespace json = lr::text::json;

constexpr std::uint64_t kEnoughRuns = 20'000;
constexpr std::size_t kMaxBytes = 16 * 1024;

/// What was reached. A target that only ever sees refusals tests nothing.
struct Reached {
  std::uint64_t runs = 0, compiled = 0, valid = 0, invalid = 0, refused = 0;
  ~Reached() {
    std::fprintf(stderr,
                 "fuzz_json_schema: %llu runs, %llu compiled, %llu refused, %llu valid, "
                 "%llu invalid\n",
                 count(runs), count(compiled), count(refused), count(valid), count(invalid));
    const bool enough = compiled > 0 && refused > 0 && valid > 0 && invalid > 0;
    if (runs >= kEnoughRuns && !enough) std::abort();
  }
  static unsigned long long count(std::uint64_t n) { return n; }
};

Reached reached;

void require(bool condition) {
  if (!condition) std::abort();
}

bool gave_up(const lr::Result<>& verdict) {
  return !verdict && verdict.error().code() == Code::kResourceExhausted;
}

void try_schema(const json::value& schema, const json::value& instance,
                const SchemaOptions& options) {
  const auto compiled = JsonSchema::compile(schema, options);
  if (!compiled) {
    require(compiled.error().code() == Code::kInvalidArgument);
    ++reached.refused;
    return;
  }
  ++reached.compiled;
  const auto verdict = compiled->validate(instance);
  ++(verdict ? reached.valid : reached.invalid);
  if (gave_up(verdict)) return;
  require(verdict || verdict.error().code() == Code::kUnprocessable);
  // Wrapped once more, a reference to the root and a dialect at the root would mean something else.
  const std::string text = json::serialize(schema);
  if (text.find("ref\"") != std::string::npos || text.find("$schema") != std::string::npos) return;
  const json::value negated{{"not", {{"not", schema}}}};
  const auto twice = JsonSchema::compile(negated, options);
  if (!twice) return;  // For example two anchors of one name, or an "$id" that is now embedded.
  const auto again = twice->validate(instance);
  require(gave_up(again) || again.has_value() == verdict.has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > kMaxBytes) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  ++reached.runs;
  const auto line = input.find('\n');
  const auto schema = lr::text::parse_json(input.substr(0, line));
  if (!schema || line == std::string_view::npos) return 0;
  const auto instance = lr::text::parse_json(input.substr(line + 1));
  if (!instance) return 0;
  for (const SchemaDialect dialect : {SchemaDialect::kDraft202012, SchemaDialect::kDraft7}) {
    const SchemaOptions options{.default_dialect = dialect,
                                .assert_format = true,
                                .allow_unknown_keywords = size % 2 == 0,
                                .documents = {}};
    try_schema(*schema, *instance, options);
  }
  return 0;
}
