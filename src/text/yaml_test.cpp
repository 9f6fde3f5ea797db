#include "text/yaml.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace lr::text {
namespace {

std::string error_of(std::string_view text) {
  auto node = parse_yaml(text, "f.yaml");
  if (node) return "accepted";
  EXPECT_EQ(node.error().code(), Code::kInvalidArgument);
  return node.error().detail();
}

TEST(Yaml, BuildsATreeWithPlaces) {
  auto root = parse_yaml("a: 5\nb: [x, \"5\"]\nc:\n  d: ~\n  'e': |\n    text\n", "f.yaml");
  ASSERT_TRUE(root) << root.error().detail();
  ASSERT_TRUE(root->is_map());
  ASSERT_EQ(root->entries.size(), 3u);
  const YamlNode* a = root->find("a");
  ASSERT_NE(a, nullptr);
  EXPECT_EQ(a->scalar, "5");
  EXPECT_FALSE(a->quoted);
  EXPECT_EQ(a->mark, (Mark{1, 4}));
  const YamlNode* b = root->find("b");
  ASSERT_TRUE(b->is_sequence());
  EXPECT_EQ(b->items[0].mark, (Mark{2, 5}));
  EXPECT_TRUE(b->items[1].quoted);
  EXPECT_EQ(root->entries[1].mark, (Mark{2, 1}));
  const YamlNode* c = root->find("c");
  EXPECT_EQ(c->find("d")->kind, YamlNode::Kind::kNull);
  EXPECT_EQ(c->find("e")->scalar, "text\n");
  EXPECT_EQ(c->entries[1].mark, (Mark{5, 3}));
  EXPECT_EQ(c->find("nothing"), nullptr);
}

TEST(Yaml, EmptyTextIsNull) {
  for (std::string_view text : {"", "\n\n", "# only a comment\n", "---\n"}) {
    auto root = parse_yaml(text, "f.yaml");
    ASSERT_TRUE(root) << text << root.error().detail();
    EXPECT_EQ(root->kind, YamlNode::Kind::kNull);
  }
}

TEST(Yaml, RefusalsNameThePlace) {
  EXPECT_EQ(error_of("a: 1\nb: 2\na: 3\n"), "f.yaml:3:1: \"a\" is here twice (first on line 1)");
  EXPECT_EQ(error_of("x:\n  - {k: 1, k: 2}\n"),
            "f.yaml:2:12: \"k\" is here twice (first on line 2)");
  EXPECT_EQ(error_of("a: 1\n'a': 2\n"), "f.yaml:2:1: \"a\" is here twice (first on line 1)");
  EXPECT_TRUE(error_of("a: &x 1\n").starts_with("f.yaml:1:4: anchors"));
  EXPECT_TRUE(error_of("a: &x [1]\n").starts_with("f.yaml:1:4: anchors"));
  EXPECT_TRUE(error_of("a: &x\n").starts_with("f.yaml:1:4: anchors"));
  EXPECT_TRUE(error_of("a: 1\n<<: {b: 2}\n").starts_with("f.yaml:2:1: merge keys"));
  EXPECT_TRUE(error_of("a: !!str 5\n").starts_with("f.yaml:1:4: tags"));
  EXPECT_TRUE(error_of("a: ! 5\n").starts_with("f.yaml:1:4: tags"));
  EXPECT_TRUE(error_of("a: !x {b: 1}\n").starts_with("f.yaml:1:4: tags"));
  EXPECT_TRUE(error_of("[a]: 1\n").starts_with("f.yaml:1:1: a key must be text"));
  EXPECT_TRUE(error_of("? {a: 1}\n: 1\n").starts_with("f.yaml:1:3: a key must be text"));
  EXPECT_TRUE(error_of("~: 1\n").starts_with("f.yaml:1:1: a key must be text"));
  EXPECT_TRUE(error_of(": 1\n").find("a key must be text") != std::string::npos);
  EXPECT_TRUE(error_of("a: [1\nb: 2").starts_with("f.yaml:"));
  EXPECT_TRUE(error_of("a: b: c\n").starts_with("f.yaml:1:"));
  EXPECT_TRUE(error_of("\tx: 1\n").starts_with("f.yaml:1:"));
  EXPECT_TRUE(error_of("a: 1\n---\nb: 2\n").find("more than one document") != std::string::npos);
}

TEST(Yaml, AliasesAreRefused) {
  EXPECT_NE(error_of("a: *x\n"), "accepted");
  EXPECT_NE(error_of("a: &x 1\nb: *x\n"), "accepted");
}

TEST(Yaml, QuotedSpecialsArePlainText) {
  auto root = parse_yaml("'<<': 1\n\"&a\": '*b'\n", "f.yaml");
  ASSERT_TRUE(root) << root.error().detail();
  EXPECT_EQ(root->find("<<")->scalar, "1");
  EXPECT_EQ(root->find("&a")->scalar, "*b");
}

TEST(Yaml, RefusesBytesThatAreNoText) {
  EXPECT_EQ(error_of("a: 1\nb: \x01"), "f.yaml:2:4: a control character");
  EXPECT_NE(error_of(std::string_view("a: \0", 4)), "accepted");
  EXPECT_NE(error_of("a: \xff"), "accepted");
  EXPECT_NE(error_of("a: \xc0\xaf"), "accepted");
  EXPECT_NE(error_of("\xef\xbb\xbf"
                     "a: 1"),
            "accepted");
  EXPECT_NE(error_of("\xff\xfe"
                     "a"),
            "accepted");
}

TEST(Yaml, SizeAndDepthAreBounded) {
  EXPECT_NE(error_of(std::string(limits::kContractBytes + 1, ' ')), "accepted");
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_EQ(error_of(nested(limits::kContractDepth)), "accepted");
  EXPECT_NE(error_of(nested(limits::kContractDepth + 1)), "accepted");
  EXPECT_NE(error_of(nested(100'000)), "accepted");
  std::string dashes;
  for (int i = 0; i < 100'000; ++i) dashes += "- ";
  EXPECT_NE(error_of(dashes), "accepted");
  std::string indented;
  for (std::size_t i = 0; i < 200; ++i) indented += std::string(i, ' ') + "a:\n";
  EXPECT_NE(error_of(indented), "accepted");
  std::string questions;
  for (int i = 0; i < 50'000; ++i) questions += "? ";
  EXPECT_NE(error_of(questions), "accepted");
}

}  // namespace
}  // namespace lr::text
