#include "secrets/import/rule_import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "secrets/catalogue.h"
#include "secrets/import/go_pattern.h"
#include "secrets/scanner.h"

namespace lr::secrets {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

struct Found final : CandidateSink {
  void found(const Candidate& candidate) override {
    all.push_back(candidate.rule->id + "=" + std::string(candidate.secret));
  }
  std::vector<std::string> all;
};

/// What imported rules find, as "rule=secret".
std::vector<std::string> scan(const ImportedRules& imported, std::string_view text,
                              std::string_view path = "a.txt") {
  const auto catalogue = Catalogue::compile(imported.rules);
  EXPECT_TRUE(catalogue) << catalogue.error().detail();
  if (!catalogue) return {};
  Found sink;
  Scanner scanner(**catalogue, sink);
  Document document;
  document.path = path;
  document.bytes = text;
  scanner.visit(document);
  return sink.all;
}

ImportedRules imported(std::string_view text, const ImportOptions& options = {}) {
  auto result = import_rules(text, "rules.toml", options);
  EXPECT_TRUE(result) << result.error().detail();
  return result ? std::move(*result) : ImportedRules();
}

TEST(GoPattern, KeepsWhatBothKnow) {
  for (const char* pattern : {R"(\bacme_[0-9a-z]{8}\b)", R"((?i)k\z)", R"(a(?-i:B)c)", R"([\]a]+$)",
                              R"([[:alnum:]_]{3})", R"(\Q(?<x>\E)"}) {
    EXPECT_EQ(go_pattern(pattern).value_or("refused"), pattern);
  }
}

TEST(GoPattern, WritesNamedGroupsAndVerbosePatternsTheOldWay) {
  EXPECT_EQ(go_pattern("(?<key>a[(?<]b)").value_or(""), "(?P<key>a[(?<]b)");
  EXPECT_EQ(go_pattern("(?x)  a b # note\n [ #]").value_or(""), "ab[ #]");
  EXPECT_EQ(go_pattern("(?xi)a b").value_or(""), "(?i)ab");
}

TEST(GoPattern, RefusesWhatIsNoRe2OrTooLarge) {
  EXPECT_FALSE(go_pattern("(?=a)"));
  EXPECT_FALSE(go_pattern("(?<!a)b"));
  EXPECT_FALSE(go_pattern("(a)\\1"));
  EXPECT_FALSE(go_pattern("((a{1000}){1000}){1000}"));
  EXPECT_FALSE(go_pattern(std::string(40'000, 'a')));
}

TEST(RuleImport, GitleaksRule) {
  const auto rules = imported(R"toml(
minVersion = "8.25.0"
[[rules]]
id = "acme"
description = "Acme token"
regex = '''(?i)acme[_-]key\s*=\s*"([a-z0-9]{12})"'''
secretGroup = 1
entropy = 2.5
keywords = ["acme"]
tags = ["x"]
)toml");
  ASSERT_EQ(rules.rules.size(), 1U);
  EXPECT_EQ(rules.rules[0].title, "Acme token");
  EXPECT_THAT(scan(rules, "ACME_KEY = \"a1b2c3d4e5f6\""), ElementsAre("acme=a1b2c3d4e5f6"));
  EXPECT_THAT(scan(rules, "ACME_KEY = \"aaaaaaaaaaab\""), IsEmpty());
  ASSERT_EQ(lint(rules).size(), 1U);
  EXPECT_EQ(lint(rules)[0],
            "rules.toml:2:14: minVersion dropped: not compared: this is another program");
}

TEST(RuleImport, EntropyAtTheBoundIsNotEnoughAsInGitleaks) {
  const auto rules = imported("[[rules]]\nid='x'\nregex='''tok_[a-d]{4}'''\nentropy=2.0\n");
  const auto lower = imported("[[rules]]\nid='x'\nregex='''tok_([a-d]{4})'''\nentropy=2.0\n");
  EXPECT_THAT(scan(lower, "tok_abcd"), IsEmpty());  // Exactly 2 bits.
  EXPECT_THAT(scan(rules, "tok_abcd"), ElementsAre("x=tok_abcd"));
}

TEST(RuleImport, AllowlistsWithConditionsAndTargets) {
  const auto rules = imported(R"(
[[rules]]
id = "x"
regex = '''tok_[0-9a-z]{6}'''
[[rules.allowlists]]
condition = "AND"
paths = ['''^test/''']
stopwords = ["demo"]
[[rules.allowlists]]
regexTarget = "line"
regexes = ['''sample''']
)");
  EXPECT_THAT(scan(rules, "tok_demo12", "test/a"), IsEmpty());
  EXPECT_THAT(scan(rules, "tok_demo12", "src/a"), ElementsAre("x=tok_demo12"));
  EXPECT_THAT(scan(rules, "tok_abc123", "test/a"), ElementsAre("x=tok_abc123"));
  EXPECT_THAT(scan(rules, "sample tok_abc123"), IsEmpty());
}

TEST(RuleImport, GlobalAllowlistsReachTheirTargets) {
  const auto rules = imported(R"(
[allowlist]
paths = ['''\.lock$''']
[[allowlists]]
targetRules = ["x"]
stopwords = ["demo"]
[[rules]]
id = "x"
regex = '''tok_[0-9a-z]{6}'''
[[rules]]
id = "y"
regex = '''key_[0-9a-z]{6}'''
)");
  EXPECT_THAT(scan(rules, "tok_demo12 key_demo12"), ElementsAre("y=key_demo12"));
  EXPECT_THAT(scan(rules, "tok_abc123 key_abc123", "a.lock"), IsEmpty());
}

TEST(RuleImport, ExtendsAFileAndChangesItsRules) {
  ImportOptions options;
  options.read = [](std::string_view path) -> Result<std::string> {
    EXPECT_EQ(path, "base.toml");
    return "[[rules]]\nid='x'\ndescription='base'\nregex='''tok_[0-9a-z]{6}'''\n"
           "[[rules]]\nid='gone'\nregex='''key_[0-9a-z]{6}'''\n";
  };
  const auto rules = imported(
      "[extend]\npath='base.toml'\ndisabledRules=['gone']\n[[rules]]\nid='x'\n"
      "[[rules.allowlists]]\nstopwords=['demo']\n",
      options);
  ASSERT_EQ(rules.rules.size(), 1U);
  EXPECT_EQ(rules.rules[0].title, "base");
  EXPECT_THAT(scan(rules, "tok_abc123 tok_demo12 key_abc123"), ElementsAre("x=tok_abc123"));
}

TEST(RuleImport, ExtendingEndsAtDepthTwoAndLoopsDoNotHang) {
  ImportOptions options;
  int reads = 0;
  options.read = [&](std::string_view) -> Result<std::string> {
    ++reads;
    return "[extend]\npath='again.toml'\n[[rules]]\nid='x'\nregex='tok_[a-z]{6}'\n";
  };
  const auto rules = imported("[extend]\npath='again.toml'\n", options);
  EXPECT_EQ(reads, 2);
  EXPECT_EQ(rules.rules.size(), 1U);
  EXPECT_THAT(lint(rules), ::testing::Contains(HasSubstr("at most twice")));
}

TEST(RuleImport, UseDefaultKeepsOurRulesOrTakesTheGivenFile) {
  EXPECT_TRUE(imported("[extend]\nuseDefault=true\n").keep_built_in);
  ImportOptions options;
  options.default_configuration = "[[rules]]\nid='d'\nregex='tok_[a-z]{6}'\n";
  const auto rules = imported("[extend]\nuseDefault=true\n", options);
  EXPECT_FALSE(rules.keep_built_in);
  EXPECT_EQ(rules.rules.size(), 1U);
}

TEST(RuleImport, RequiredRulesMustBeNear) {
  const auto rules = imported(R"(
[[rules]]
id = "x"
regex = '''tok_[0-9a-z]{6}'''
[[rules.required]]
id = "user"
withinLines = 1
[[rules]]
id = "user"
regex = '''user_[a-z]{4}'''
skipReport = true
)");
  EXPECT_THAT(scan(rules, "user_abcd\ntok_abc123"), ElementsAre("x=tok_abc123"));
  EXPECT_THAT(scan(rules, "user_abcd\n\n\n\n\ntok_abc123"), IsEmpty());
}

TEST(RuleImport, AGenericRuleIsSilentWhereAnotherFindsTheSame) {
  const auto rules = imported(
      "[[rules]]\nid='generic-key'\nregex='key=([0-9a-z_]{10})'\n"
      "[[rules]]\nid='acme'\nregex='acme_[0-9a-z]{5}'\n");
  EXPECT_THAT(scan(rules, "key=acme_12345"), ElementsAre("acme=acme_12345"));
  EXPECT_THAT(scan(rules, "key=abcde12345"), ElementsAre("generic-key=abcde12345"));
}

TEST(RuleImport, FixturePathsAreTheBusinessOfTheImportedFile) {
  const auto rules = imported("[[rules]]\nid='x'\nregex='key=(tok_[0-9a-z]{6})'\n");
  EXPECT_THAT(scan(rules, "key=tok_abc123", "tests/fixtures/a.txt"), ElementsAre("x=tok_abc123"));
}

TEST(RuleImport, LintNamesWhatIsLostWithItsPlace) {
  const auto rules = imported(
      "[[rules]]\nid='x'\nregex='(?=a)b'\n[[rules]]\nid='y'\nregex='tok_[a-z]{6}'\ncolour='red'\n"
      "[[rules]]\nid='z'\nregex='key_[a-z]{6}'\n[[rules.required]]\nid='nobody'\n");
  EXPECT_EQ(rules.rules.size(), 1U);
  const auto lines = lint(rules);
  EXPECT_THAT(lines, ::testing::Contains(HasSubstr("rules.toml:3:7: rule x: rule lost")));
  EXPECT_THAT(lines, ::testing::Contains(HasSubstr("rules.toml:7:8: rule y: colour dropped")));
  EXPECT_THAT(lines, ::testing::Contains(HasSubstr("rule z: rule lost: it requires \"nobody\"")));
}

TEST(RuleImport, BetterleaksFiltersThatHaveAPlace) {
  const auto rules = imported(R"toml(
[[rules]]
id = "x"
regex = '''tok_([0-9a-z]{6})'''
filter = '''
  filter.entropy(finding["secret"]) <= 1.5 ||
  containsAny(finding["secret"], ["demo", "te,st"]) ||
  matchesAny(finding["line"], [ r"""^\s*//""", ]) ||
  finding["rule_id"] == "y"
'''
validate = 'http.get("https://example.com")'
)toml");
  EXPECT_THAT(scan(rules, "tok_abc123 tok_aaaaaa tok_demo12"), ElementsAre("x=abc123"));
  EXPECT_THAT(scan(rules, "  // tok_abc123"), IsEmpty());
  EXPECT_THAT(lint(rules),
              ElementsAre(HasSubstr("filter dropped: this expression is not understood: "
                                    "finding[\"rule_id\"] == \"y\""),
                          HasSubstr("validate dropped")));
}

TEST(RuleImport, NoseyparkerAndKingfisherYaml) {
  const auto result = import_rules(R"(rules:
- name: Acme token
  id: acme.1
  pattern: |
    (?x)
    \b
    (acme_[a-z0-9]{6})   # The token.
    \b
  min_entropy: 2.0
  examples:
  - 'acme_abc123'
  validation:
    type: Http
)",
                                   "r.yml");
  ASSERT_TRUE(result) << result.error().detail();
  EXPECT_THAT(scan(*result, "key acme_abc123;"), ElementsAre("acme.1=acme_abc123"));
  EXPECT_THAT(lint(*result), ElementsAre(HasSubstr("r.yml:13:5: rule acme.1: validation dropped")));
}

TEST(RuleImport, TrufflehogDetectorsNeedAllTheirPatterns) {
  const auto result = import_rules(R"(detectors:
- name: acme
  keywords: [acme]
  regex:
    id: 'acmeid_[0-9]{6}'
    secret: 'acmesecret_([a-z0-9]{6})'
  primary_regex_name: secret
  exclude_words: [demo]
  verify:
  - endpoint: https://example.com
)",
                                   "d.yml");
  ASSERT_TRUE(result) << result.error().detail();
  EXPECT_THAT(scan(*result, "acmeid_123456 acmesecret_abc123"), ElementsAre("acme=abc123"));
  EXPECT_THAT(scan(*result, "acmesecret_abc123"), IsEmpty());
  EXPECT_THAT(scan(*result, "acmeid_123456 acmesecret_demo12"), IsEmpty());
  EXPECT_EQ(lint(*result).size(), 1U);
}

TEST(RuleImport, ByteSemanticsOfGoPatterns) {
  const auto rules = imported(
      "[[rules]]\nid='end'\nregex='''tok_[a-z]{6}$'''\n"
      "[[rules]]\nid='line'\nregex='''(?m)key_[a-z]{6}$'''\n"
      "[[rules]]\nid='space'\nregex='''pin_\\s[a-z]{6}'''\n");
  // Without (?m), `$` is the end of the text and nothing else.
  EXPECT_THAT(scan(rules, "tok_abcdef\nx"), IsEmpty());
  EXPECT_THAT(scan(rules, "x tok_abcdef"), ElementsAre("end=tok_abcdef"));
  EXPECT_THAT(scan(rules, "key_abcdef\nx"), ElementsAre("line=key_abcdef"));
  EXPECT_THAT(scan(rules, "pin_\vabcdef"), IsEmpty());
  EXPECT_THAT(scan(rules, "pin_\tabcdef"), ElementsAre("space=pin_\tabcdef"));
  EXPECT_THAT(scan(rules, "\xff\xfe key_abcdef\n\xff"), ElementsAre("line=key_abcdef"));
}

TEST(RuleImport, HostileFilesAreRefused) {
  EXPECT_FALSE(import_rules(std::string(kRuleFileBytes + 1, '#'), "f"));
  EXPECT_FALSE(import_rules("[[rules]\n", "f"));
  EXPECT_FALSE(import_rules("[{\"a\":1}]", "f"));
  EXPECT_FALSE(import_rules(std::string(100'000, '['), "f"));
  EXPECT_FALSE(import_rules("x = " + std::string(100'000, '['), "f"));
  EXPECT_FALSE(import_rules("", "f"));
  EXPECT_FALSE(import_rules("a = 1 \u03a8\n", "f"));  // Undefined in toml++ 3.3.
  EXPECT_TRUE(import_rules("[[rules]] # \u03a8\nid = 'x'\nregex = \"\"\"a\u03a8\"\"\"\"\"\n", "f"));
  const auto broken = import_rules("a = 1\nb = = 2\n", "f.toml");
  ASSERT_FALSE(broken);
  EXPECT_THAT(broken.error().detail(), HasSubstr("f.toml:2:"));
}

TEST(RuleImport, OneRuleThatDoesNotCompileDoesNotCostTheOthers) {
  const std::string text =
      "[[rules]]\nid='x'\nregex='tok_[a-z]{6}'\n[[rules]]\nid = 'bad-one'\nregex='tok_b'\n"
      "[[rules]]\nid = 'bad'\nregex='.*'\n";
  auto rules = imported(text);
  drop_refused(rules, "f", text);
  ASSERT_EQ(rules.rules.size(), 2U);
  EXPECT_EQ(rules.rules[0].id, "x");
  EXPECT_THAT(lint(rules), ElementsAre(StartsWith("f:8:7: rule bad: rule lost: cost over budget")));
}

}  // namespace
}  // namespace lr::secrets
