// A schema and an instance, one line each. Compiling and validating must end, must not crash, and
// must agree with themselves: a schema and its double negation give the same verdict.
#include <boost/json/serialize.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "fuzz/reach.h"
#include "text/json.h"
#include "text/json_schema.h"

namespace {

using lr::Code;
using lr::text::JsonSchema;
using lr::text::SchemaDialect;
using lr::text::SchemaOptions;
namespace json = lr::text::json;

constexpr std::size_t kMaxBytes = 16 * 1024;

enum class State : std::uint8_t { kCompiled, kRefused, kValid, kInvalid };
lr::fuzz::Reach<4> reach({"schemas compiled", "schemas refused", "instances valid",
                          "instances invalid"});

bool gave_up(const lr::Result<>& verdict) {
  return !verdict && verdict.error().code() == Code::kResourceExhausted;
}

void try_schema(const json::value& schema, const json::value& instance,
                const SchemaOptions& options) {
  const auto compiled = JsonSchema::compile(schema, options);
  if (!compiled) {
    lr::fuzz::require(compiled.error().code() == Code::kInvalidArgument,
                      "a refusal is of the schema");
    reach.mark(State::kRefused);
    return;
  }
  reach.mark(State::kCompiled);
  const auto verdict = compiled->validate(instance);
  reach.mark(verdict ? State::kValid : State::kInvalid);
  if (gave_up(verdict)) return;
  lr::fuzz::require(verdict || verdict.error().code() == Code::kUnprocessable,
                    "a refusal is of the instance");
  // Wrapped once more, a reference to the root and a dialect at the root would mean something else.
  const std::string text = json::serialize(schema);
  if (text.find("ref\"") != std::string::npos || text.find("$schema") != std::string::npos) return;
  const json::value negated{{"not", {{"not", schema}}}};
  const auto twice = JsonSchema::compile(negated, options);
  if (!twice) return;  // For example two anchors of one name, or an "$id" that is now embedded.
  const auto again = twice->validate(instance);
  lr::fuzz::require(gave_up(again) || again.has_value() == verdict.has_value(),
                    "a double negation changes nothing");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > kMaxBytes) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  reach.run();
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
