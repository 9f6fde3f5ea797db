#include "secrets/rule_file.h"

#include <gtest/gtest.h>

#include "secrets/assignment.h"
#include "secrets/pattern.h"
#include "secrets/samples.h"

namespace lr::secrets {
namespace {

constexpr std::string_view kGood = R"(family: acme
provider: Acme
rules:
  - id: acme-key
    title: Acme key
    pattern: ['acme_', '[a-z]{9}']
    positive: ['acme_<lower:9>']
    negative: ['acme_']
)";

std::string refusal(std::string text, std::string_view from, std::string_view to) {
  text.replace(text.find(from), from.size(), to);
  const auto rules = parse_rule_file(text, "rules/acme.yaml");
  return rules ? "accepted" : rules.error().detail();
}

TEST(RuleFile, ReadsRules) {
  const auto rules = parse_rule_file(kGood, "rules/acme.yaml");
  ASSERT_TRUE(rules.has_value()) << rules.error().detail();
  ASSERT_EQ(rules->size(), 1u);
  EXPECT_EQ(rules->front().pattern, "acme_[a-z]{9}");
  EXPECT_EQ(rules->front().family, "acme");
  EXPECT_EQ(rules->front().confidence, Confidence::kMedium);
}

TEST(RuleFile, RefusesWithThePlace) {
  const std::string good(kGood);
  EXPECT_EQ(refusal(good, "title:", "titel:"),
            "rules/acme.yaml:5:5: no such field: titel (is title meant?)");
  EXPECT_EQ(refusal(good, "family: acme", "family: other"),
            "rules/acme.yaml:1:1: family must be the file's name, acme");
  EXPECT_NE(refusal(good, "acme-key", "Acme Key").find(":4:"), std::string::npos);
  EXPECT_NE(refusal(good, "    negative: ['acme_']\n", "").find("negative"), std::string::npos);
  EXPECT_NE(refusal(good, "pattern:", "confidence: sure\n    pattern:").find("one of low"),
            std::string::npos);
}

TEST(Samples, AreTheSameEverywhereAndNeverTheSameTwice) {
  EXPECT_EQ(expand_sample("<hex:20>", "a", 0)->text, expand_sample("<hex:20>", "a", 0)->text);
  EXPECT_NE(expand_sample("<hex:20>", "a", 0)->text, expand_sample("<hex:20>", "a", 1)->text);
  EXPECT_NE(expand_sample("<hex:20>", "a", 0)->text, expand_sample("<hex:20>", "b", 0)->text);
  EXPECT_EQ(expand_sample("path=x/.env\nK=v", "a", 0)->path, "x/.env");
  EXPECT_EQ(expand_sample("<b>not</b> <your-key>", "a", 0)->text, "<b>not</b> <your-key>");
  EXPECT_EQ(expand_sample("<repeat:x:5>|<literal:IA>", "a", 0)->text, "xxxxx|IA");
  EXPECT_EQ(expand_sample("<encode64:ab>", "a", 0)->text, "YWI=");
  EXPECT_FALSE(expand_sample("<hexx:20>", "a", 0).has_value());
  EXPECT_FALSE(expand_sample("<hex:0>", "a", 0).has_value());
}

Width width(std::string_view pattern) { return pattern_width(*parse_pattern(pattern)); }

TEST(Pattern, Widths) {
  EXPECT_EQ(width("a(b|cd){2,3}e?").min, 3u);
  EXPECT_EQ(width("a(b|cd){2,3}e?").max, 8u);
  EXPECT_EQ(width(R"(\bx+$)").max, kUnbounded);
  EXPECT_EQ(width(R"([[:alpha:]\]-]\x41\Q.*\E)").max, 4u);
  EXPECT_FALSE(parse_pattern(R"(\pL)").has_value());
  EXPECT_FALSE(parse_pattern("(a").has_value());
}

TEST(Pattern, AnchorsStandWhereTheySay) {
  const auto prefix = pattern_anchors(*parse_pattern(R"(\b(?:sk|rk)_live_[0-9a-z]{9})"));
  ASSERT_TRUE(prefix.has_value());
  EXPECT_EQ(prefix->literals, (std::vector<Literal>{{"rk_live_", false}, {"sk_live_", false}}));
  EXPECT_EQ(prefix->max_offset, 0u);
  const auto middle = pattern_anchors(*parse_pattern("[a-z]{3,9}(?i:ZAP)x"));
  ASSERT_TRUE(middle.has_value());
  EXPECT_EQ(middle->literals, (std::vector<Literal>{{"zapx", true}}));
  EXPECT_EQ(middle->min_offset, 3u);
  EXPECT_EQ(middle->max_offset, 9u);
  EXPECT_FALSE(pattern_anchors(*parse_pattern("[a-z]{30}")).has_value());
}

std::string value_of(std::string_view text) {
  ByteSet bytes;
  for (char c : std::string_view("abcdefghijklmnopqrstuvwxyz0123456789")) {
    bytes.set(static_cast<std::uint8_t>(c));
  }
  const std::size_t at = text.find("key");
  KnownRun run;
  const auto start = value_start(text, {at, name_end(text, at + 3)});
  const auto found = start ? value_at(text, *start, {bytes, 40, run}) : std::nullopt;
  if (!found) return "none";
  return std::string(text.substr(found->value.begin, found->value.end - found->value.begin)) +
         (found->quoted ? " quoted" : "");
}

TEST(Assignment, InManyLanguages) {
  for (std::string_view text :
       {R"("key": "abc1")", "key => 'abc1',", "x[\"key\"] = \"abc1\";", "<key>abc1</key>",
        "key: string = 'abc1'", "setkey(\"abc1\")", R"(\"key\": \"abc1\")", "key := `abc1`",
        R"(name="key" value="abc1")", "key = SecretString(\"abc1\")", "getenv('key', 'abc1')"}) {
    EXPECT_EQ(value_of(text), "abc1 quoted") << text;
  }
  for (std::string_view text : {"key=abc1", "key: abc1\n", "--key abc1", "export key=abc1;"}) {
    EXPECT_EQ(value_of(text), "abc1") << text;
  }
  for (std::string_view text : {"key == \"abc1\"", "key", "key abc1", "f(key, abc1)",
                                "key = abc1(x)", "key = \"ab c1\"", "key=", "if (key != 'abc1')"}) {
    EXPECT_EQ(value_of(text), "none") << text;
  }
}

}  // namespace
}  // namespace lr::secrets
