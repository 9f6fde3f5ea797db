#include "secrets/sources/site_links.h"

#include <gtest/gtest.h>

namespace lr::secrets::sources {
namespace {

text::Url url(std::string_view text) {
  auto parsed = text::parse_url(text);
  LR_CHECK(parsed.has_value());
  return std::move(*parsed);
}

std::string resolved(std::string_view base, std::string_view reference) {
  const auto result = resolve_reference(url(base), reference);
  return result ? result->str() : "refused";
}

TEST(ResolveReference, TheExamplesOfTheStandard) {
  // RFC 3986 section 5.4.1, without those whose answer is a fragment or parameters.
  const std::string base = "http://a/b/c/d;p?q";
  EXPECT_EQ(resolved(base, "g"), "http://a/b/c/g");
  EXPECT_EQ(resolved(base, "./g"), "http://a/b/c/g");
  EXPECT_EQ(resolved(base, "g/"), "http://a/b/c/g/");
  EXPECT_EQ(resolved(base, "/g"), "http://a/g");
  EXPECT_EQ(resolved(base, "//g"), "http://g/");
  EXPECT_EQ(resolved(base, "?y"), "http://a/b/c/d;p?y");
  EXPECT_EQ(resolved(base, "g?y"), "http://a/b/c/g?y");
  EXPECT_EQ(resolved(base, "g?y#s"), "http://a/b/c/g?y");
  EXPECT_EQ(resolved(base, ""), "http://a/b/c/d;p?q");
  EXPECT_EQ(resolved(base, "."), "http://a/b/c/");
  EXPECT_EQ(resolved(base, ".."), "http://a/b/");
  EXPECT_EQ(resolved(base, "../g"), "http://a/b/g");
  EXPECT_EQ(resolved(base, "../../g"), "http://a/g");
  EXPECT_EQ(resolved(base, "../../../../g"), "http://a/g");
  EXPECT_EQ(resolved(base, "/./g"), "http://a/g");
  EXPECT_EQ(resolved(base, "./g/."), "http://a/b/c/g/");
  EXPECT_EQ(resolved(base, "g/./h"), "http://a/b/c/g/h");
  EXPECT_EQ(resolved(base, "g/../h"), "http://a/b/c/h");
  EXPECT_EQ(resolved(base, "http://other/x/../y?z"), "http://other/y?z");
  EXPECT_EQ(resolved(base, "https://other//double//y"), "https://other//double//y");
}

TEST(ResolveReference, OtherSchemesAndBadHostsAreRefused) {
  for (const char* reference : {"mailto:a@b", "javascript:x()", "data:text/plain,x", "blob:x",
                                "http://user@host/", "http://", "//"}) {
    EXPECT_EQ(resolved("http://a/", reference), "refused") << reference;
  }
}

TEST(ResolveReference, EscapesWhatBrowsersEscape) {
  EXPECT_EQ(resolved("http://a/", " a b/\xC3\xA9[1].js\n"), "http://a/a%20b/%C3%A9%5B1%5D.js");
}

std::string listed(const PageLinks& links) {
  std::string all;
  for (const PageLink& link : links.links) {
    all.append(link.kind == LinkKind::kPage     ? "page "
               : link.kind == LinkKind::kScript ? "script "
                                                : "asset ");
    all.append(link.reference).append("\n");
  }
  return all;
}

TEST(PageLinks, ScriptsLinksAndPreloads) {
  const PageLinks links = find_page_links(R"(<!doctype html>
    <BASE href="/app/"><script src=main.js async></script>
    <script type="module" crossorigin SRC='mod.js?v=1&amp;w=2'></script>
    <link rel="modulepreload" href="lazy.js"><link href="x.js" rel=preload as=script>
    <link rel="stylesheet" href="a.css"><link rel=manifest href=m.webmanifest>
    <link rel="preload" as="font" href="f.woff2"><link rel="icon" href="i.png">
    <a class=x href="/about">About</a><iframe src="/embed"></iframe>
    <!-- <script src="commented.js"></script> -->
    <style>.a::before{content:"<script src=in-style.js>"}</style>)");
  EXPECT_EQ(listed(links),
            "script main.js\nscript mod.js?v=1&w=2\nscript lazy.js\nscript x.js\nasset a.css\n"
            "asset m.webmanifest\npage /about\npage /embed\n");
  EXPECT_EQ(links.base, "/app/");
}

TEST(PageLinks, InlineScriptsAndNextData) {
  const PageLinks links = find_page_links(
      R"(<script>var a="</scrip>"</script><script id="__NEXT_DATA__" type="application/json">)"
      R"({"props":{"x":[1]},"page":"/","buildId":"b-1_d"}</SCRIPT ><p>)");
  ASSERT_EQ(links.inline_scripts.size(), 2u);
  EXPECT_EQ(links.inline_scripts[0], R"(var a="</scrip>")");
  EXPECT_EQ(links.next_build, "b-1_d");
}

TEST(PageLinks, BrokenPagesEnd) {
  for (const char* html : {"<", "<a", "<a href", "<a href=", "<a href=\"x", "<!--", "<script>",
                           "<script src=x", "< a href=x>", "<a =x href=y", "<<<<", "</"}) {
    find_page_links(html);
  }
  EXPECT_EQ(listed(find_page_links("<a title=\">\" href=\"x\">")), "page x\n");
}

TEST(FileReferences, LiteralsThatNameFiles) {
  const auto found = find_file_references(
      R"(import("./lazy-1.js");import b from'../b.mjs';new Worker(new URL("w.js",import.meta.url));)"
      R"(const d=["assets/a-1.js","assets/a.css"];fetch(`/config.json`);url(font.css);)"
      R"(x="a b.js";y="node.jsx";z="${q}.js";t="Use vue.js today";u="https://cdn.example.com/x.js?v=2")"
      R"(self.__next_f.push([1,"2:[\"static/chunks/app/p-1.js\"]"]))");
  EXPECT_EQ(found, (std::vector<std::string>{"../b.mjs", "./lazy-1.js", "/config.json",
                                             "assets/a-1.js", "assets/a.css", "font.css",
                                             "https://cdn.example.com/x.js?v=2",
                                             "static/chunks/app/p-1.js", "w.js"}));
}

TEST(PublicPaths, BareReferencesAreResolvedByTheirFirstSegment) {
  PublicPaths paths;
  const text::Url runtime = url("https://x/_next/static/chunks/webpack-1.js");
  paths.add(runtime);
  EXPECT_EQ(paths.resolve(runtime, "static/chunks/9.js")->str(),
            "https://x/_next/static/chunks/9.js");
  EXPECT_EQ(paths.resolve(url("https://x/deep/page"), "static/chunks/9.js")->str(),
            "https://x/_next/static/chunks/9.js");
  EXPECT_EQ(paths.resolve(runtime, "./a.js")->str(), "https://x/_next/static/chunks/a.js");
  EXPECT_EQ(paths.resolve(runtime, "b.js")->str(), "https://x/_next/static/chunks/b.js");
  EXPECT_EQ(paths.resolve(runtime, "other/b.js")->str(),
            "https://x/_next/static/chunks/other/b.js");
}

}  // namespace
}  // namespace lr::secrets::sources
