#include "text/json_schema_uri.h"

#include <gtest/gtest.h>

namespace lr::text {
namespace {

TEST(JsonSchemaUri, ResolvesTheExamplesOfRfc3986Section54) {
  const std::pair<const char*, const char*> examples[] = {
      {"g:h", "g:h"},
      {"g", "http://a/b/c/g"},
      {"./g", "http://a/b/c/g"},
      {"g/", "http://a/b/c/g/"},
      {"/g", "http://a/g"},
      {"//g", "http://g"},
      {"?y", "http://a/b/c/d;p?y"},
      {"g?y", "http://a/b/c/g?y"},
      {"", "http://a/b/c/d;p?q"},
      {".", "http://a/b/c/"},
      {"..", "http://a/b/"},
      {"../g", "http://a/b/g"},
      {"../..", "http://a/"},
      {"../../g", "http://a/g"},
      {"../../../g", "http://a/g"},
      {"/./g", "http://a/g"},
      {"/../g", "http://a/g"},
      {"g.", "http://a/b/c/g."},
      {"..g", "http://a/b/c/..g"},
      {"./g/.", "http://a/b/c/g/"},
      {"g/../h", "http://a/b/c/h"},
      {"g#s", "http://a/b/c/g"},
      {"#s", "http://a/b/c/d;p?q"},
  };
  for (const auto& [reference, expected] : examples) {
    EXPECT_EQ(resolve_schema_uri("http://a/b/c/d;p?q", reference), expected) << reference;
  }
}

TEST(JsonSchemaUri, WorksWithoutHttp) {
  EXPECT_EQ(resolve_schema_uri("urn:example:a", "#/b"), "urn:example:a");
  EXPECT_EQ(resolve_schema_uri("", "#/b"), "");
  EXPECT_EQ(resolve_schema_uri("", "urn:uuid:1-2"), "urn:uuid:1-2");
  EXPECT_EQ(resolve_schema_uri("file:///a/b.json", "c.json"), "file:///a/c.json");
  EXPECT_EQ(resolve_schema_uri("http://a", "b"), "http://a/b");
}

TEST(JsonSchemaUri, FragmentsAreDecoded) {
  EXPECT_EQ(schema_uri_fragment("a"), "");
  EXPECT_EQ(schema_uri_fragment("a#"), "");
  EXPECT_EQ(schema_uri_fragment("a#/p%25q~0%22"), "/p%q~0\"");
  EXPECT_EQ(schema_uri_fragment("a#%"), std::nullopt);
  EXPECT_EQ(schema_uri_fragment("a#%4"), std::nullopt);
  EXPECT_EQ(schema_uri_fragment("a#%4g"), std::nullopt);
}

}  // namespace
}  // namespace lr::text
