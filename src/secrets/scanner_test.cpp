#include "secrets/scanner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "crypto/digest.h"
#include "secrets/forms.h"
#include "secrets/rule_file.h"
#include "secrets/samples.h"

namespace lr::secrets {
namespace {

/// What a reader of a report would compare.
using Found = std::tuple<std::string, std::string, std::string, std::uint64_t>;

class Collector final : public CandidateSink {
 public:
  void found(const Candidate& candidate) override {
    std::string via;
    for (const std::string& hop : candidate.place.via) via += hop + ">";
    all.insert({candidate.rule->id, std::string(candidate.secret), via, candidate.place.offset});
    lines.push_back(candidate.place.line);
    columns.push_back(candidate.place.column);
    notes.push_back(candidate.note);
    allowed = allowed || candidate.allowed_inline;
  }
  std::set<Found> all;
  std::vector<std::uint32_t> lines;
  std::vector<std::uint32_t> columns;
  std::vector<std::string> notes;
  bool allowed = false;
};

Rule make_rule(std::string id, std::string pattern) {
  Rule rule;
  rule.id = std::move(id);
  rule.family = "test";
  rule.pattern = std::move(pattern);
  return rule;
}

std::vector<Rule> test_rules() {
  std::vector<Rule> rules;
  rules.push_back(make_rule("acme", R"(\bacme_live_[0-9A-Za-z]{24,40}\b)"));
  rules.push_back(make_rule("tail", R"(\b[0-9a-f]{32}-us[0-9]{1,2}\b)"));
  rules.push_back(make_rule("middle", R"(\b[A-Z]{3,9}\.zap\.[0-9a-z]{20}\b)"));
  rules.push_back(make_rule("wide", R"(-----BEGIN THING-----[\s0-9A-Za-z]*-----END THING-----)"));
  rules.push_back(make_rule("chain", R"(glpat-[0-9A-Za-z_-]{20,40})"));
  Rule assigned = make_rule("assigned", "");
  assigned.assigned = "[0-9a-f]{32}";
  assigned.keywords = {"wombat"};
  rules.push_back(assigned);
  Rule generic = make_rule("generic", "");
  generic.family = "generic";
  generic.assigned = "[0-9A-Za-z_-]{16,64}";
  generic.keywords = {"secret", "token"};
  rules.push_back(generic);
  return rules;
}

const Catalogue& test_catalogue() {
  static const auto catalogue = Catalogue::compile(test_rules());
  return **catalogue;
}

std::string fill(std::string_view text, std::size_t index = 0) {
  return expand_sample(text, "scanner-test", index)->text;
}

Collector scan(std::string_view bytes, std::string_view path = "a.txt",
               const Catalogue& catalogue = test_catalogue()) {
  Collector collector;
  Scanner scanner(catalogue, collector);
  Document document;
  document.path = path;
  document.bytes = bytes;
  scanner.visit(document);
  return collector;
}

std::set<std::string> ids(const Collector& collector) {
  std::set<std::string> all;
  for (const Found& found : collector.all) all.insert(std::get<0>(found));
  return all;
}

TEST(Scanner, FindsWhatItsRulesDescribe) {
  EXPECT_EQ(ids(scan(fill("k = acme_live_<base62:30>"))), std::set<std::string>{"acme"});
  EXPECT_EQ(ids(scan(fill("x <hex:32>-us12"))), std::set<std::string>{"tail"});
  EXPECT_EQ(ids(scan(fill("HOST.zap.<base36:20> ok"))), std::set<std::string>{"middle"});
  EXPECT_EQ(ids(scan(fill("-----BEGIN THING-----\n<base62:900>\n-----END THING-----"))),
            std::set<std::string>{"wide"});
  EXPECT_EQ(ids(scan(fill("WOMBAT_KEY: <hex:32>"))), std::set<std::string>{"assigned"});
  EXPECT_EQ(ids(scan(fill("nothing <base62:24> here acme_live_<base62:9>"))),
            std::set<std::string>{});
}

/// A string literal that holds the text: JSON in JSON when it is done again and again.
std::string in_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

TEST(Scanner, FindsValuesInJsonHoweverOftenItIsQuoted) {
  std::string direct = fill(R"({"secret": "<base62:24>"})");
  std::string by_name = fill(R"({"wombat": {"id": 7, "key" : "<hex:32>"}})");
  for (int depth = 0; depth <= 4; ++depth) {
    EXPECT_EQ(ids(scan(direct)), std::set<std::string>{"generic"}) << direct;
    EXPECT_EQ(ids(scan(by_name)), std::set<std::string>{"assigned"}) << by_name;
    direct = in_string(direct);
    by_name = in_string(by_name);
  }
}

TEST(Scanner, TellsLineColumnAndOffset) {
  const std::string text = fill("one\ntwo\n  acme_live_<base62:24>\n");
  const Collector found = scan(text);
  ASSERT_EQ(found.all.size(), 1u);
  EXPECT_EQ(found.lines, std::vector<std::uint32_t>{3});
  EXPECT_EQ(found.columns, std::vector<std::uint32_t>{3});
  EXPECT_EQ(std::get<3>(*found.all.begin()), 10u);
}

TEST(Scanner, ReadsTheCellsOfTables) {
  const std::string first = fill("<base62:24>", 1);
  const std::string second = fill("<base62:24>", 2);
  const std::string own_look = fill("acme_live_<base62:24>");
  const std::string text = "name,login,secret\na,\"two\nlines\"," + first + "\nb,c," + second +
                           "\nd,e," + own_look + "\n";
  Collector found = scan(text);
  std::ranges::sort(found.lines);
  EXPECT_EQ(found.lines, (std::vector<std::uint32_t>{2, 4, 5}));
  std::ranges::sort(found.columns);
  EXPECT_EQ(found.columns, (std::vector<std::uint32_t>{1, 1, 5}));
  std::set<std::string> secrets;
  for (const auto& [rule, secret, via, offset] : found.all) {
    EXPECT_EQ(via, rule == "generic" ? "table>" : "") << secret;
    secrets.insert(secret);
  }
  EXPECT_EQ(secrets, (std::set<std::string>{first, second, own_look}));
}

TEST(Scanner, AChangedHeaderMakesNewsOfEveryCell) {
  const std::string text = fill("name,secret\na,<base62:24>\nb,<base62:24>\n");
  Document document;
  document.path = "a.csv";
  document.bytes = text;
  Collector collector;
  Scanner scanner(test_catalogue(), collector);
  const Range header{5, 11};
  scanner.visit_changed(document, {&header, 1});
  EXPECT_EQ(collector.all, scan(text, "a.csv").all);
  EXPECT_EQ(collector.all.size(), 2U);
}

TEST(Scanner, ChunksHideNothing) {
  const std::string secret = fill("acme_live_<base62:24>");
  constexpr std::size_t kChunk = 128 * 1024;
  for (std::size_t at = kChunk - 40; at < kChunk + 3; ++at) {
    std::string text(kChunk + 200, ' ');
    text.replace(at, secret.size(), secret);
    const Collector found = scan(text);
    ASSERT_EQ(found.all.size(), 1u) << at;
    EXPECT_EQ(std::get<3>(*found.all.begin()), at);
  }
}

TEST(Scanner, BytesThatAreNoTextHideNothing) {
  const std::string secret = fill("acme_live_<base62:24>");
  EXPECT_EQ(scan("\xFF\xFE\x80" + secret + "\xC3").all.size(), 1u);
  EXPECT_EQ(scan(std::string(3, '\0') + secret + std::string(1, '\0')).all.size(), 1u);
  EXPECT_EQ(scan("\r\n" + secret + "\r\n").all.size(), 1u);
  EXPECT_EQ(scan("").all.size(), 0u);
}

TEST(Scanner, SpecificRulesComeBeforeGenericOnes) {
  EXPECT_EQ(ids(scan(fill("secret = acme_live_<base62:24>"))), std::set<std::string>{"acme"});
  EXPECT_EQ(ids(scan(fill("secret = <base62:24>"))), std::set<std::string>{"generic"});
}

TEST(Scanner, InlineAllowanceIsReportedAsSuch) {
  EXPECT_FALSE(scan(fill("acme_live_<base62:24>")).allowed);
  EXPECT_TRUE(scan(fill("acme_live_<base62:24> # gitleaks:allow")).allowed);
  EXPECT_TRUE(scan(fill("acme_live_<base62:24> // launchready:allow")).allowed);
  EXPECT_FALSE(scan(fill("acme_live_<base62:24>\n# gitleaks:allow")).allowed);
}

TEST(Scanner, DecodesWithProvenance) {
  const std::string secret = fill("acme_live_<base62:24>");
  const std::string text = "a longer text that holds " + secret + " in it";
  const auto via = [](const Collector& found) {
    return found.all.size() == 1 ? std::get<2>(*found.all.begin()) : "not once";
  };
  EXPECT_EQ(via(scan("x=" + crypto::base64_encode(text))), "base64>");
  EXPECT_EQ(via(scan("x=" + crypto::hex(text))), "hex>");
  EXPECT_EQ(via(scan("x=" + crypto::base64_encode(crypto::base64_encode(text)))), "base64>base64>");
  EXPECT_EQ(via(scan("u?k=acme%5Flive%5f" + secret.substr(10))), "percent>");
  EXPECT_EQ(via(scan(R"(k = "\x61cme\u005flive_)" + secret.substr(10) + "\"")), "escapes>");
  EXPECT_EQ(via(scan("acme&#95;live&#x5f;" + secret.substr(10))), "entities>");
  std::string wide = "\xFF\xFE";
  for (char c : "first\nk " + secret) wide += {c, '\0'};
  const Collector found = scan(wide);
  EXPECT_EQ(via(found), "utf-16le>");
  EXPECT_EQ(found.lines, std::vector<std::uint32_t>{2});
  std::string big;
  for (char c : "k " + secret + " ") big += {'\0', c};
  EXPECT_EQ(via(scan(big)), "utf-16be>");
  // Text beside an escape is not reported a second time.
  EXPECT_EQ(via(scan(secret + " \\u0041")), "");
}

/// `text` in lines of `width` behind `indent`.
std::string wrapped(std::string_view text, std::size_t width, std::string_view indent,
                    std::string_view line_end = "\n") {
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += width) {
    out.append(indent).append(text.substr(i, width)).append(line_end);
  }
  return out;
}

TEST(Scanner, DecodesBase64OverLinesAsOnePiece) {
  const std::string secret = fill("acme_live_<base62:36>");
  // At every place of the lines, so that it is cut in two at most of them.
  for (const std::size_t width : {60u, 64u, 76u, 120u}) {
    for (std::size_t before = 0; before < 130; ++before) {
      const std::string text =
          std::string(before, 'x') + " " + secret + " " + std::string(120, 'y');
      const std::string lines =
          wrapped(crypto::base64_encode(text), width, "    ", before % 2 == 0 ? "\n" : "\r\n");
      const Collector found = scan("data:\n  key: |\n" + lines + "  other: 1\n");
      ASSERT_EQ(found.all.size(), 1u) << width << " " << before;
      EXPECT_EQ(std::get<1>(*found.all.begin()), secret);
      EXPECT_EQ(std::get<2>(*found.all.begin()), "base64>");
      const std::size_t character = (before + 1) / 3 * 4;
      EXPECT_EQ(found.lines[0], 3 + character / width);
      EXPECT_EQ(found.columns[0], 5 + character % width);
    }
  }
}

TEST(Scanner, LinesThatAreNoPieceAreDecodedEach) {
  const std::string first = crypto::base64_encode(fill("acme_live_<base62:28> first and only", 1));
  const std::string second = crypto::base64_encode(fill("acme_live_<base62:24> x", 2));
  ASSERT_NE(first.size(), second.size());
  EXPECT_EQ(scan(second + "\n" + first + "\n").all.size(), 2u);
  const std::string hex = crypto::hex(fill("a text that holds acme_live_<base62:30> in it"));
  EXPECT_EQ(scan(hex + "\n" + hex + "\n").lines, (std::vector<std::uint32_t>{1, 2}));
}

TEST(Scanner, DecodingIsBounded) {
  std::string text = fill("acme_live_<base62:24> and some text");
  for (int i = 0; i < 4; ++i) text = crypto::base64_encode(text);
  EXPECT_EQ(scan(text).all.size(), 0u);
  Collector collector;
  ScannerOptions options;
  options.decode_depth = 4;
  options.decoded_bytes_max = 60;
  Scanner scanner(test_catalogue(), collector, options);
  Document document;
  document.bytes = text;
  scanner.visit(document);
  EXPECT_FALSE(scanner.coverage().complete());
}

TEST(Scanner, PathRulesAndPathConditions) {
  std::vector<Rule> rules;
  Rule path = make_rule("path", "");
  path.path = R"((^|/)\.netrc$)";
  rules.push_back(path);
  Rule both = make_rule("both", "acme_live_[0-9a-z]{24}");
  both.path = R"(\.env$)";
  rules.push_back(both);
  const auto catalogue = Catalogue::compile(rules);
  const std::string text = fill("acme_live_<base36:24>");
  EXPECT_EQ(ids(scan(text, "home/.netrc", **catalogue)), std::set<std::string>{"path"});
  EXPECT_EQ(ids(scan(text, "x/.env", **catalogue)), std::set<std::string>{"both"});
  EXPECT_EQ(ids(scan(text, "x/.envy", **catalogue)), std::set<std::string>{});
}

TEST(Scanner, CompanionsMustStandNear) {
  std::vector<Rule> rules;
  Rule id = make_rule("id", R"(\bwid_[0-9]{6}\b)");
  id.report = false;
  Rule key = make_rule("key", R"(\bwkey_[0-9a-z]{20}\b)");
  key.companions.push_back({"id", 2, {}});
  rules = {id, key};
  const auto catalogue = Catalogue::compile(rules);
  const std::string near = fill("wid_483920\n\nwkey_<base36:20>");
  const std::string far = fill("wid_483920\n\n\nwkey_<base36:20>");
  EXPECT_EQ(ids(scan(near, "a", **catalogue)), std::set<std::string>{"key"});
  EXPECT_EQ(ids(scan(far, "a", **catalogue)), std::set<std::string>{});
}

TEST(Scanner, TokensWithALookOfTheirOwnAreFoundInTestsToo) {
  const auto confidence = [](std::string_view pattern, std::string_view text) {
    Rule rule = make_rule("own", std::string(pattern));
    rule.provider = "Acme";
    rule.confidence = Confidence::kHigh;
    const auto catalogue = Catalogue::compile({rule});
    return scan(fill(text), "src/tests/login_test.go", **catalogue).all.size();
  };
  // By itself, and with a byte looked at on either side.
  EXPECT_EQ(confidence("\\bacme_[0-9a-z]{24}\\b", "k: acme_<base36:24>"), 1u);
  EXPECT_EQ(confidence("(?:^|[^0-9a-z])(acme_[0-9a-z]{24})(?:[^0-9a-z]|$)", "k: acme_<base36:24> "),
            1u);
  // What has no look but the name beside it may be made for the test.
  EXPECT_EQ(confidence("acme_key=([0-9a-z]{24})", "acme_key=<base36:24>"), 0u);
}

TEST(Scanner, AllowlistsExcept) {
  const std::string text = fill("acme_live_<base62:24>");
  const auto count = [&](Allowlist list, std::string_view path) {
    Rule rule = make_rule("acme", "acme_live_[0-9A-Za-z]{24}");
    rule.allowlists.push_back(std::move(list));
    const auto catalogue = Catalogue::compile({rule});
    return scan(text + " keep", path, **catalogue).all.size();
  };
  Allowlist stop;
  stop.stopwords = {"ACME"};
  EXPECT_EQ(count(stop, "a"), 0u);
  Allowlist line;
  line.target = Allowlist::Target::kLine;
  line.patterns = {"keep$"};
  EXPECT_EQ(count(line, "a"), 0u);
  line.all = true;
  line.paths = {"^b$"};
  EXPECT_EQ(count(line, "a"), 1u);
  EXPECT_EQ(count(line, "b"), 0u);
}

TEST(Catalogue, RefusesByName) {
  const auto why = [](Rule rule) {
    const auto catalogue = Catalogue::compile({std::move(rule)});
    return catalogue ? std::string() : catalogue.error().detail();
  };
  EXPECT_NE(why(make_rule("broken", "a(")).find("broken"), std::string::npos);
  Rule group = make_rule("grouped", "abcd");
  group.secret_group = 2;
  EXPECT_NE(why(group).find("grouped"), std::string::npos);
  EXPECT_NE(why(make_rule("empty", "a*")).find("empty"), std::string::npos);
}

TEST(Catalogue, RefusesWhatCostsTooMuch) {
  const auto why = [](Rule rule) {
    const auto catalogue = Catalogue::compile({std::move(rule)});
    return catalogue ? std::string() : catalogue.error().detail();
  };
  std::string large;
  for (int i = 0; i < 30; ++i) large += "[a-z]{1,900}[0-9]";
  for (const std::string& pattern :
       {std::string("[0-9a-f]{32}"), std::string("\\b[A-Z]{4}-[0-9]{4}\\b"),
        std::string("(?:abcd|[0-9]{8})[a-z]+"), std::string("\\pL{20}"), "abcd" + large}) {
    const std::string text = why(make_rule("dear", pattern));
    EXPECT_NE(text.find("rule dear: cost over budget"), std::string::npos) << pattern << text;
  }
  EXPECT_EQ(why(make_rule("cheap", "acme[0-9a-f]{32}")), "");
  Rule listed = make_rule("listed", "acme[0-9a-f]{32}");
  listed.allowlists.emplace_back().patterns = {large};
  EXPECT_NE(why(listed).find("cost over budget"), std::string::npos);
}

TEST(Catalogue, KnowsRulesThatNothingNarrowsDown) {
  const auto costly = [](Rule rule) {
    const std::vector<Rule> rules{std::move(rule)};
    return rules_without_literal(make_plan(rules)).size();
  };
  Rule rule = make_rule("bare", "[0-9a-f]{32}");
  EXPECT_EQ(costly(rule), 1u);
  rule.keywords = {"wombat"};
  EXPECT_EQ(costly(rule), 0u);
  rule.keywords.clear();
  rule.path = "[.]key$";
  EXPECT_EQ(costly(rule), 0u);
  EXPECT_EQ(costly(make_rule("good", "wmb_[0-9a-f]{32}")), 0u);
}

TEST(Catalogue, OwnRulesReplaceThoseOfTheirId) {
  const auto known = Catalogue::compile(test_rules());
  const auto beside = Catalogue::compile_beside(**known, {make_rule("acme", "acme_[0-9]{20}")});
  ASSERT_TRUE(beside);
  EXPECT_EQ((*beside)->rules().size(), (*known)->rules().size());
  EXPECT_EQ((*beside)->find("acme")->pattern, "acme_[0-9]{20}");
  EXPECT_FALSE(Catalogue::compile_beside(**known, {make_rule("new", "acme_(")}));
}

TEST(Catalogue, BuiltInIsTheSameAsItsRules) {
  const auto built_in = Catalogue::built_in();
  ASSERT_TRUE(built_in.has_value()) << built_in.error().detail();
  EXPECT_NE((*built_in)->find("private-key"), nullptr);
  EXPECT_EQ((*built_in)->find("nothing"), nullptr);
  EXPECT_EQ(ids(scan(fill("DB_PASSWORD=<base62:16>"), ".env", **built_in)),
            std::set<std::string>{"generic-password"});
}

/// A rule that goes by a vendor's name reaches from the name to its value: what stands between, and
/// what the rule itself refuses, is another rule's.
TEST(Scanner, ARuleByNameSilencesOnlyTheValueThatItKeeps) {
  std::vector<Rule> rules;
  Rule vendor = make_rule("vendor", "");
  vendor.assigned = "[0-9a-f]{32}";
  vendor.keywords = {"wombat"};
  Allowlist never;
  never.patterns = {"^0"};
  vendor.allowlists = {never};
  rules.push_back(vendor);
  Rule generic = make_rule("generic", "");
  generic.family = "generic";
  generic.assigned = "[0-9A-Za-z_-]{16,64}";
  generic.keywords = {"secret", "token"};
  rules.push_back(generic);
  const auto catalogue = Catalogue::compile(rules);
  const std::string own = fill("1<hex:31>");
  const std::string refused = fill("0<hex:31>");
  const std::string between = fill("<base62:30>");
  const std::string text = "wombat:\n  secret: \"" + between + "\"\n  token: " + own + "\n" +
                           std::string(200, ' ') + "\nwombat_token = " + refused + "\n";
  Collector found;
  Scanner scanner(**catalogue, found);
  Document document;
  document.path = "settings.txt";
  document.bytes = text;
  scanner.visit(document);
  std::set<std::pair<std::string, std::string>> seen;
  for (const auto& [id, secret, via, offset] : found.all) seen.insert({id, secret});
  EXPECT_EQ(seen, (std::set<std::pair<std::string, std::string>>{
                      {"generic", between}, {"vendor", own}, {"generic", refused}}));
}

}  // namespace
}  // namespace lr::secrets
