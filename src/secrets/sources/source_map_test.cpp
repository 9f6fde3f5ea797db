#include "secrets/sources/source_map.h"

#include <gtest/gtest.h>

#include "secrets/sources/bundle_origins.h"
#include "secrets/sources/json_cursor.h"
#include "secrets/sources/testing/vlq_writer.h"
#include "secrets/sources/vlq.h"

namespace lr::secrets::sources {
namespace {

TEST(Vlq, TheExampleOfTheStandard) {
  // "AAgBC,SAAQ": 0 0 16 1, then 9 0 0 8.
  const auto first = find_segment("AAgBC,SAAQ", 0, 8);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->line, 16u);
  EXPECT_EQ(first->column, 1u);
  const auto second = find_segment("AAgBC,SAAQ", 0, 9);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->generated_column, 9u);
  EXPECT_EQ(second->column, 9u);
}

TEST(Vlq, FindsTheLastMappingAtOrBeforeOnItsLine) {
  const std::vector<WrittenMapping> written = {
      {.line = 0, .column = 4, .source = 0, .original_line = 40, .original_column = 2},
      {.line = 0, .column = 90},
      {.line = 2, .column = 0, .source = 1, .original_line = 0, .original_column = 0},
      {.line = 2, .column = 48'000, .source = 0, .original_line = 1'000'000, .original_column = 7}};
  const std::string mappings = write_mappings(written);
  EXPECT_FALSE(find_segment(mappings, 0, 3));
  EXPECT_EQ(find_segment(mappings, 0, 4)->line, 40u);
  EXPECT_EQ(find_segment(mappings, 0, 89)->line, 40u);
  EXPECT_FALSE(find_segment(mappings, 0, 90));
  EXPECT_FALSE(find_segment(mappings, 1, 0));
  EXPECT_EQ(find_segment(mappings, 2, 47'999)->source, 1u);
  EXPECT_EQ(find_segment(mappings, 2, 99'999)->line, 1'000'000u);
  EXPECT_FALSE(find_segment(mappings, 3, 0));
}

TEST(Vlq, WhatIsNoneHasNoAnswer) {
  for (const char* text : {"!", "AAA?", "D", "gggggggggggggggg", "AAAAAA", "AADA", "g"}) {
    EXPECT_FALSE(find_segment(text, 0, 1'000)) << text;
  }
}

TEST(SourceMap, SourcesAndContents) {
  const auto map = parse_source_map(
      R"({"version":3,"file":"x.js","sourceRoot":"root","sources":["a.ts",null,"/abs.ts"],)"
      R"("sourcesContent":["one","two"],"names":[],"mappings":"AAAA"})");
  ASSERT_TRUE(map);
  ASSERT_EQ(map->sections.size(), 1u);
  const auto& sources = map->sections[0].sources;
  ASSERT_EQ(sources.size(), 3u);
  EXPECT_EQ(sources[0].path, "root/a.ts");
  EXPECT_EQ(sources[0].content, "one");
  EXPECT_EQ(sources[1].content, "two");
  EXPECT_EQ(sources[2].path, "/abs.ts");
  EXPECT_FALSE(sources[2].content);
  EXPECT_EQ(map->sources_with_content(), 2u);
}

TEST(SourceMap, SectionsInAnyMemberOrderAndNested) {
  const auto map = parse_source_map(R"({"version":3,"sections":[
    {"offset":{"line":0,"column":10},"map":{"sources":["first"],"mappings":"AAAA"}},
    {"map":{"sections":[{"offset":{"line":0,"column":5},"map":{"sources":["in"],"mappings":"AAAA"}}]},
     "offset":{"line":7,"column":3}},
    {"offset":{"line":9,"column":0},"url":"other.js.map"}]})");
  ASSERT_TRUE(map);
  ASSERT_EQ(map->sections.size(), 2u);
  EXPECT_EQ(map->sections[0].start, (MapPosition{0, 10}));
  EXPECT_EQ(map->sections[1].start, (MapPosition{7, 8}));
  EXPECT_EQ(map->references, std::vector<std::string>{"other.js.map"});
}

TEST(SourceMap, TheRestIsEverythingElse) {
  EXPECT_EQ(
      source_map_rest(R"({"version":3,"x_tool":{"k":["v"]},"mappings":"AAAA","sections":[)"
                      R"({"offset":{"line":1},"map":{"names":["n"],"sourcesContent":["c"]}}]})"),
      "version: 3\nx_tool: {\"k\":[\"v\"]}\noffset: {\"line\":1}\nnames: [\"n\"]\n");
  EXPECT_EQ(source_map_rest("not json"), "");
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += R"({"sections":[)";
  EXPECT_TRUE(source_map_rest(deep).starts_with("sections: ["));
  EXPECT_EQ(source_map_rest(R"({"a":)"), "a: \n");
}

TEST(SourceMap, PositionsInSections) {
  const std::string inner =
      write_mappings({{.line = 0, .column = 2, .source = 0, .original_line = 5},
                      {.line = 1, .column = 2, .source = 0, .original_line = 6}});
  const auto map = parse_source_map(
      R"({"sections":[{"offset":{"line":3,"column":100},"map":{"sources":["s"],"mappings":")" +
      inner + R"("}}]})");
  ASSERT_TRUE(map);
  const OriginalPositions positions(*map);
  EXPECT_FALSE(positions.find({.line = 2, .column = 500}));
  EXPECT_FALSE(positions.find({.line = 3, .column = 101}));
  EXPECT_EQ(positions.find({.line = 3, .column = 102})->position.line, 5u);
  EXPECT_EQ(positions.find({.line = 4, .column = 2})->position.line, 6u);
  EXPECT_FALSE(positions.find({.line = 4, .column = 1}));
}

TEST(SourceMap, HostileTextIsRefused) {
  EXPECT_FALSE(parse_source_map(""));
  EXPECT_FALSE(parse_source_map("<!doctype html>"));
  EXPECT_FALSE(parse_source_map("{}"));
  EXPECT_FALSE(parse_source_map(R"({"version":3,"sources":["a"],"sourcesContent":["x)"));
  std::string deep;
  for (int i = 0; i < 10'000; ++i) deep += R"({"sections":[{"map":)";
  EXPECT_FALSE(parse_source_map(deep));
  EXPECT_TRUE(parse_source_map(")]}'\n{\"sources\":[]}"));
}

TEST(SourceMap, FiftyMegabytes) {
  std::string text = R"({"version":3,"sources":[)";
  for (int i = 0; i < 500; ++i) text += "\"s" + std::to_string(i) + "\",";
  text.back() = ']';
  text += R"(,"sourcesContent":[)";
  const std::string content = "\"" + std::string(100'000, 'x') + "\\n\",";
  for (int i = 0; i < 500; ++i) text += content;
  text.back() = ']';
  text += R"(,"mappings":"AAAA"})";
  const auto map = parse_source_map(text);
  ASSERT_TRUE(map);
  EXPECT_EQ(map->sources_with_content(), 500u);
}

TEST(SourcePath, LosesTheSchemesOfBundlers) {
  EXPECT_EQ(source_path("webpack://app/./src/a.ts"), "src/a.ts");
  EXPECT_EQ(source_path("webpack://@scope/app/./src/a.ts?1a2b"), "src/a.ts");
  EXPECT_EQ(source_path("webpack:///src/a.ts"), "src/a.ts");
  EXPECT_EQ(source_path("webpack://_N_E/../lib/a.ts"), "lib/a.ts");
  EXPECT_EQ(source_path("turbopack://[project]/src/a.ts"), "src/a.ts");
  EXPECT_EQ(source_path("../../src/a.ts"), "src/a.ts");
  EXPECT_EQ(source_path("https://cdn.example.com/a.ts"), "https://cdn.example.com/a.ts");
}

TEST(SourceMappingUrl, TheLastCommentCounts) {
  EXPECT_EQ(source_mapping_url("x()\n//# sourceMappingURL=a.js.map\n"), "a.js.map");
  EXPECT_EQ(source_mapping_url("//@ sourceMappingURL=old.map\nx\n//# sourceMappingURL=new.map"),
            "new.map");
  EXPECT_EQ(source_mapping_url("a{}/*# sourceMappingURL=a.css.map */"), "a.css.map");
  EXPECT_EQ(source_mapping_url("const s='sourceMappingURL='+u"), "");
  EXPECT_EQ(source_mapping_url("sourceMappingURL=x"), "");
}

TEST(BundleOrigins, PlacesInBytesAreColumnsInUtf16) {
  // Two bytes of UTF-8 and four of it, before the column: one and two UTF-16 units.
  const std::string bundle = "\xC3\xA9\xF0\x9F\x98\x80 key\n";
  const std::string mappings = write_mappings(
      {{.line = 0, .column = 0, .source = 0, .original_line = 1},
       {.line = 0, .column = 4, .source = 0, .original_line = 41, .original_column = 6}});
  auto map = parse_source_map(R"({"sources":["src/a.ts"],"mappings":")" + mappings + R"("})");
  ASSERT_TRUE(map);
  BundleOrigins origins;
  origins.add("app.js", bundle, std::move(*map));
  Place place{.path = "app.js",
              .via = {},
              .line = 1,
              .column = 8,
              .original = {},
              .object = {},
              .commit = {},
              .author = {},
              .time = {},
              .ref = {},
              .reachability = {}};
  origins.complete(place);
  EXPECT_EQ(place.original, "src/a.ts:42:7");
  place.original.clear();
  place.via = {"base64"};
  origins.complete(place);
  EXPECT_EQ(place.original, "");
}

TEST(DataUrl, Base64AndPercent) {
  EXPECT_EQ(decode_data_url("data:application/json;charset=utf-8;base64,eyJhIjoxfQ=="),
            R"({"a":1})");
  EXPECT_EQ(decode_data_url("data:application/json,%7B%22a%22:1%7D"), R"({"a":1})");
  EXPECT_FALSE(decode_data_url("data:application/json;base64"));
  EXPECT_FALSE(decode_data_url("a.js.map"));
}

}  // namespace
}  // namespace lr::secrets::sources
