#include "secrets/sources/chunk_names.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace lr::secrets::sources {
namespace {

/// All names of all expressions for the ids that stand in them.
std::vector<std::string> names_of(std::string_view script) {
  std::vector<std::string> names;
  for (const ChunkName& rule : ChunkName::find(script)) {
    for (const std::string& id : rule.ids()) {
      if (auto name = rule.name(id)) names.push_back(std::move(*name));
    }
  }
  std::ranges::sort(names);
  return names;
}

using Names = std::vector<std::string>;

TEST(ChunkName, Webpack5WithNamesAndHashes) {
  EXPECT_EQ(
      names_of(
          R"(o.u=e=>"static/js/"+({7:"admin"}[e]||e)+"."+{7:"1a2b",9:"3c4d"}[e]+".chunk.js",o.m=1)"),
      (Names{"static/js/9.3c4d.chunk.js", "static/js/admin.1a2b.chunk.js"}));
}

TEST(ChunkName, OneLookupWithParentheses) {
  EXPECT_EQ(names_of(R"(r.u=(e)=>{return ""+{417:"ab"}[e]+".js"};)"), Names{"ab.js"});
  EXPECT_EQ(names_of(R"(r.u=function(e){return"js/"+e+"."+{1:"x"}[e]+".js"})"), Names{"js/1.x.js"});
}

TEST(ChunkName, ChainOfChoicesAsNextWritesIt) {
  EXPECT_EQ(
      names_of(
          R"(a.u=function(e){return 664===e?"static/chunks/664-f.js":75===e?"static/chunks/75-a.js":"static/chunks/"+e+"."+{9:"n"}[e]+".js"})"),
      (Names{"static/chunks/664-f.js", "static/chunks/75-a.js", "static/chunks/9.n.js"}));
}

TEST(ChunkName, TemplateLiteralsAndQuotedKeys) {
  EXPECT_EQ(names_of("o.u=e=>`js/${{\"a-b\":\"1\"}[e]}.${e}.js`"), Names{"js/1.a-b.js"});
}

TEST(ChunkName, Webpack4) {
  EXPECT_EQ(
      names_of(
          R"(function u(e){return c.p+"static/js/"+({3:"page"}[e]||e)+"."+{3:"77"}[e]+".chunk.js"}var)"),
      Names{"static/js/page.77.chunk.js"});
}

TEST(ChunkName, StyleSheets) {
  EXPECT_EQ(names_of(R"(o.miniCssF=e=>"css/"+{5:"h"}[e]+".css")"), Names{"css/h.css"});
}

TEST(ChunkName, IdsFromElsewhere) {
  const auto rules = ChunkName::find(R"(o.u=e=>e+".bundle.js")");
  ASSERT_EQ(rules.size(), 1u);
  EXPECT_TRUE(rules[0].ids().empty());
  EXPECT_EQ(rules[0].name("417"), "417.bundle.js");
}

TEST(ChunkName, WhatIsNoneIsLeftOut) {
  for (const char* script :
       {"a.u=5", "a.u=e=>f(e)", "a.u=e=>{x()}", "a.u=e=>\"x\"+", "a.u=e=>({1:2", "a.u=e=>`${e",
        "a.u=e=>\"unfinished", "a.p+", "x.p+1", "a.u=e=>{1:\"a\"}", "a.u=e=>e.name+\".js\""}) {
    EXPECT_TRUE(names_of(script).empty()) << script;
  }
}

TEST(ChunkName, HostileDepthEnds) {
  std::string script = "a.u=e=>" + std::string(1'000'000, '(');
  EXPECT_TRUE(names_of(script).empty());
  script = "a.u=e=>";
  for (int i = 0; i < 100'000; ++i) script += "`${";
  EXPECT_TRUE(names_of(script).empty());
}

TEST(LoadedChunkIds, NumbersAndNames) {
  EXPECT_EQ(
      loaded_chunk_ids(R"(n.e(417).then(x),Promise.all([r.e("admin"),r.e(2)]);f.e(x+1);g.e())"),
      (Names{"2", "417", "admin"}));
}

}  // namespace
}  // namespace lr::secrets::sources
