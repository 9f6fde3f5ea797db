#include "cli/arguments.h"

#include <gtest/gtest.h>

namespace lr::cli {
namespace {

constexpr PositionalDef kTarget[] = {{"TARGET", "What to look at.", true}};
constexpr PositionalDef kMany[] = {{"FILE", "Files.", true, true}};
constexpr FlagDef kFlags[] = {{"--profile", "observe|safe|full", "", ""},
                              {"--out", "DIR", "", ""},
                              {"--defects", "all|none|A,B", "", ""},
                              {"--json", "", "", ""}};
constexpr SubverbDef kSubverbs[] = {{"check", "", {}}, {"explain", "", kTarget}};

VerbDef plain_verb() {
  return {.name = "plain",
          .summary = "",
          .description = "",
          .subverbs = {},
          .positionals = kTarget,
          .flags = kFlags,
          .examples = {},
          .run = nullptr};
}

VerbDef many_verb() {
  VerbDef verb = plain_verb();
  verb.positionals = kMany;
  return verb;
}

VerbDef nested_verb() {
  VerbDef verb = plain_verb();
  verb.positionals = {};
  verb.subverbs = kSubverbs;
  return verb;
}

using Words = std::vector<std::string>;

std::string error_of(const VerbDef& verb, const Words& words) {
  const auto parsed = parse_arguments(verb, words);
  if (parsed) return "(no error)";
  EXPECT_EQ(parsed.error().code(), Code::kInvalidArgument);
  EXPECT_EQ(parsed.error().detail().find('\n'), std::string::npos) << "one line";
  return parsed.error().detail();
}

TEST(Arguments, FlagsAndPositionalsInAnyOrder) {
  for (const Words& words : {Words{"t", "--out", "d", "--json"}, Words{"--json", "--out=d", "t"},
                             Words{"--out", "d", "t", "--json"}}) {
    const auto parsed = parse_arguments(plain_verb(), words);
    ASSERT_TRUE(parsed) << parsed.error().detail();
    EXPECT_EQ(parsed->positionals, Words{"t"});
    EXPECT_EQ(parsed->value("--out"), "d");
    EXPECT_TRUE(parsed->has("--json"));
    EXPECT_FALSE(parsed->has("--profile"));
    EXPECT_EQ(parsed->value("--profile", "safe"), "safe");
  }
}

TEST(Arguments, DoubleDashEndsTheFlagsAndDashIsAName) {
  const auto parsed = parse_arguments(many_verb(), Words{"-", "--", "--json"});
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->positionals, (Words{"-", "--json"}));
  EXPECT_FALSE(parsed->has("--json"));
}

TEST(Arguments, ADashMayBeAValue) {
  const auto parsed = parse_arguments(plain_verb(), Words{"t", "--out", "-"});
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->value("--out"), "-");
}

TEST(Arguments, MistakesNameTheCure) {
  EXPECT_EQ(error_of(plain_verb(), {"t", "--profil", "safe"}),
            "unknown flag --profil; did you mean --profile?");
  EXPECT_EQ(error_of(plain_verb(), {"t", "--zzzzzzzz"}),
            "unknown flag --zzzzzzzz; see launchready help plain");
  EXPECT_EQ(error_of(plain_verb(), {"t", "-x"}), "unknown flag -x; see launchready help plain");
  EXPECT_EQ(error_of(plain_verb(), {"t", "--out"}), "--out needs a value: --out DIR");
  EXPECT_EQ(error_of(plain_verb(), {"t", "--out", "--json"}), "--out needs a value: --out DIR");
  EXPECT_EQ(error_of(plain_verb(), {"t", "--out="}), "--out needs a value: --out DIR");
  EXPECT_EQ(error_of(plain_verb(), {"t", "--json=yes"}), "--json takes no value; write it alone");
  EXPECT_EQ(error_of(plain_verb(), {"t", "--json", "--json"}), "--json is given twice; keep one");
  EXPECT_EQ(error_of(plain_verb(), {}), "TARGET is missing: What to look at.");
  EXPECT_EQ(error_of(plain_verb(), {"t", "u"}), "\"u\" is one argument too many; remove it");
}

TEST(Arguments, ClosedChoicesAreChecked) {
  EXPECT_EQ(error_of(plain_verb(), {"t", "--profile", "saf"}),
            "--profile must be one of observe, safe, full, not \"saf\"; did you mean safe?");
  EXPECT_TRUE(parse_arguments(plain_verb(), Words{"t", "--defects", "anything"}));
}

TEST(Arguments, Subverbs) {
  const auto parsed = parse_arguments(nested_verb(), Words{"--json", "explain", "x"});
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->subverb, "explain");
  EXPECT_EQ(parsed->positionals, Words{"x"});
  EXPECT_EQ(error_of(nested_verb(), {}), "say what to do: check, explain");
  EXPECT_EQ(error_of(nested_verb(), {"explan"}), "unknown word \"explan\"; did you mean explain?");
  EXPECT_EQ(error_of(nested_verb(), {"dance"}),
            "unknown word \"dance\"; choose one of check, explain");
  EXPECT_EQ(error_of(nested_verb(), {"explain"}), "TARGET is missing: What to look at.");
  EXPECT_EQ(error_of(nested_verb(), {"check", "x"}), "\"x\" is one argument too many; remove it");
}

TEST(Arguments, Lists) {
  EXPECT_EQ(split_list("a, b,,c"), (Words{"a", "b", "c"}));
  EXPECT_TRUE(split_list("").empty());
}

}  // namespace
}  // namespace lr::cli
