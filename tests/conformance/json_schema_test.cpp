// The required tests of JSON-Schema-Test-Suite for draft 2020-12 and draft 7, from the folder
// $CONFORMANCE/json-schema. A schema may be refused when it is compiled, by the name of what is
// not supported; a schema that compiles must give the right verdict on every instance.
#include "text/json_schema.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "text/json.h"

namespace lr::text {
namespace {

namespace fs = std::filesystem;

/// Groups whose schemas rely on keywords that do nothing, which is refused unless asked for.
const std::set<std::string, std::less<>> kNeedUnknownKeywords = {
    "draft2020-12/vocabulary: schema that uses custom metaschema with with no validation "
    "vocabulary",
    "draft7/ref: ref overrides any sibling keywords",
    "draft7/ref: $ref prevents a sibling $id from changing the base uri",
};

/// Where Debian's python3-jsonschema keeps the metaschemas, which the suite refers to but does not
/// contain. Without them the four groups that need them are refused by name.
constexpr const char* kMetaschemas = "/usr/lib/python3/dist-packages/jsonschema/schemas";

struct Draft {
  const char* name;
  SchemaDialect dialect;
  int tests;  ///< In the suite this was written against.
  int needing_metaschemas;
};

using Documents = std::map<std::string, json::value, std::less<>>;

struct Tally {
  int passed = 0;
  int wrong = 0;
  std::map<std::string, int> refused;  ///< Tests by what was refused.
  int total() const {
    int sum = passed + wrong;
    for (const auto& [why, count] : refused) sum += count;
    return sum;
  }
};

json::value read_json(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  auto value = parse_json(text.str());
  EXPECT_TRUE(value) << path << ": " << (value ? "" : value.error().detail());
  return value ? *std::move(value) : json::value();
}

std::string text_of(const json::value& value) {
  return {value.get_string().data(), value.get_string().size()};
}

/// The suite serves its remotes from this address.
Documents read_remotes(const fs::path& folder) {
  Documents out;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".json") continue;
    const std::string relative = fs::relative(entry.path(), folder).generic_string();
    out.emplace("http://localhost:1234/" + relative, read_json(entry.path()));
  }
  return out;
}

bool add_metaschemas(const fs::path& folder, Documents& documents) {
  if (!fs::exists(folder / "vocabularies.json")) return false;
  documents.emplace("https://json-schema.org/draft/2020-12/schema",
                    read_json(folder / "draft2020-12.json"));
  documents.emplace("http://json-schema.org/draft-07/schema", read_json(folder / "draft7.json"));
  const json::value vocabularies = read_json(folder / "vocabularies.json");
  for (const auto& [uri, schema] : vocabularies.as_object()) documents.emplace(uri, schema);
  return true;
}

void run_group(const std::string& name, const json::object& group, SchemaOptions& options,
               Tally& tally) {
  options.allow_unknown_keywords = kNeedUnknownKeywords.contains(name);
  const json::array& tests = group.at("tests").as_array();
  const auto schema = JsonSchema::compile(group.at("schema"), options);
  if (!schema) {
    tally.refused[name + " (" + schema.error().detail() + ")"] += static_cast<int>(tests.size());
    return;
  }
  for (const json::value& test : tests) {
    const bool expected = test.at("valid").as_bool();
    const auto verdict = schema->validate(test.at("data"));
    const bool gave_up = !verdict && verdict.error().code() == Code::kResourceExhausted;
    if (!gave_up && verdict.has_value() == expected) {
      ++tally.passed;
      continue;
    }
    ++tally.wrong;
    ADD_FAILURE() << name << ": " << text_of(test.at("description")) << ": expected "
                  << (expected ? "valid" : "invalid") << ", got "
                  << (verdict ? "valid" : verdict.error().detail());
  }
}

Tally run_draft(const Draft& draft, const fs::path& suite, const Documents& documents) {
  SchemaOptions options;
  options.default_dialect = draft.dialect;
  options.documents = documents;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(suite / "tests" / draft.name)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  Tally tally;
  for (const fs::path& file : files) {
    const json::value groups = read_json(file);
    for (const json::value& group : groups.as_array()) {
      const std::string name = fmt::format("{}/{}: {}", draft.name, file.stem().string(),
                                           text_of(group.at("description")));
      run_group(name, group.as_object(), options, tally);
    }
  }
  return tally;
}

TEST(JsonSchemaSuite, EveryCompiledSchemaGivesTheRightVerdict) {
  const char* root = std::getenv("CONFORMANCE");
  const fs::path suite = fs::path(root == nullptr ? "" : root) / "json-schema";
  if (root == nullptr || !fs::exists(suite / "tests")) {
    fmt::print("JSON-Schema-Test-Suite: NOT RUN, set CONFORMANCE to a folder with json-schema\n");
    return;
  }
  Documents documents = read_remotes(suite / "remotes");
  const bool complete = add_metaschemas(kMetaschemas, documents);
  for (const Draft& draft : {Draft{"draft2020-12", SchemaDialect::kDraft202012, 1299, 4},
                             Draft{"draft7", SchemaDialect::kDraft7, 927, 4}}) {
    const Tally tally = run_draft(draft, suite, documents);
    fmt::print("JSON-Schema-Test-Suite {}: {}/{} passed, {} wrong, {} refused at compile\n",
               draft.name, tally.passed, tally.total(), tally.wrong,
               tally.total() - tally.passed - tally.wrong);
    for (const auto& [why, count] : tally.refused) fmt::print("  refused: {} [{}]\n", why, count);
    EXPECT_EQ(tally.wrong, 0);
    // A newer suite has other numbers; its verdicts must be right all the same.
    if (tally.total() == draft.tests) {
      EXPECT_GE(tally.passed, draft.tests - (complete ? 0 : draft.needing_metaschemas));
    }
  }
}

}  // namespace
}  // namespace lr::text
