#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/testing/web_stage.h"
#include "domain/web/page_links.h"

namespace lr::domain {

extern const Area area_mixed_content;

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> in_page(std::string_view html) {
  std::vector<std::string> out;
  for (const Link& link : links_of_page(html).links) out.push_back(link.reference);
  return out;
}

std::vector<std::string> in_style(std::string_view css) {
  PageLinks links;
  links_of_style(css, 0, links);
  std::vector<std::string> out;
  for (const Link& link : links.links) out.push_back(link.reference);
  return out;
}

std::vector<std::string> in_script(std::string_view script) {
  PageLinks links;
  links_of_script(script, 0, links);
  std::vector<std::string> out;
  for (const Link& link : links.links) out.push_back(link.reference);
  return out;
}

TEST(LinksOfPage, AreWhatBrowsersLoad) {
  EXPECT_THAT(in_page("<script src='http://a/1.js'></script>"), ElementsAre("http://a/1.js"));
  EXPECT_THAT(in_page("<IMG  SRC = \"http://a/x.png\">"), ElementsAre("http://a/x.png"));
  EXPECT_THAT(in_page("<img src=http://a/x.png/>"), ElementsAre("http://a/x.png/"));
  EXPECT_THAT(in_page("<img srcset='a.png 1x, http://b/c.png 2x'>"),
              ElementsAre("a.png", "http://b/c.png"));
  EXPECT_THAT(in_page("<link rel='preload stylesheet' href=http://a/s.css>"),
              ElementsAre("http://a/s.css"));
  EXPECT_THAT(in_page("<form action='http&#58;&#x2f;/a/?x=1&amp;y'>"),
              ElementsAre("http://a/?x=1&y"));
  EXPECT_THAT(in_page("<p style=\"background: url('http://a/b.png')\">"),
              ElementsAre("http://a/b.png"));
  EXPECT_THAT(in_page("<style>@import 'http://a/s.css';</style>"), ElementsAre("http://a/s.css"));
  EXPECT_THAT(in_page("<script>new WebSocket('ws://a.example/s')</script>"),
              ElementsAre("ws://a.example/s"));
  EXPECT_THAT(in_page("<img alt='>' src='http://a/b'>"), ElementsAre("http://a/b"));
}

TEST(LinksOfPage, AreNothingElse) {
  for (const std::string_view html : {
           "<a href='http://a/'>link</a>",
           "<html xmlns='http://www.w3.org/1999/xhtml'>",
           "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink='http://www.w3.org/1999/xlink'>",
           "<!-- <script src='http://a/1.js'></script> -->",
           "<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0//EN' 'http://www.w3.org/TR/xhtml1.dtd'>",
           "<script>var x = \"<img src='http://a/b.png'>\";</script>",
           "<textarea><img src='http://a/b.png'></textarea>",
           "<link rel=canonical href='http://a/'>",
           "<link rel='profile' href='http://gmpg.org/xfn/11'>",
           "<link rel='dns-prefetch' href='http://a/'>",
           "<meta property='og:image' content='http://a/b.png'>",
           "<script type='application/ld+json'>{\"@context\":\"http://schema.org\"}</script>",
           "<img data-src='http://a/b.png'>",
           "<p title='src=http://a/'>",
           "a < b src='http://a/'",
           "<",
           "</",
           "<img",
           "<img src",
           "<img src='http://a",
           "<!--",
           "<script>",
           "<style>@import",
       }) {
    EXPECT_THAT(in_page(html), IsEmpty()) << html;
  }
}

TEST(LinksOfPage, AreBounded) {
  std::string html;
  for (int i = 0; i < 6000; ++i) html += "<img src=x>";
  const PageLinks links = links_of_page(html);
  EXPECT_EQ(links.links.size(), PageLinks::kLinks);
  EXPECT_TRUE(links.cut);
}

TEST(LinksOfStyle, KnowImportsFontsAndComments) {
  EXPECT_THAT(in_style("a{b:url(http://a/x.png)}"), ElementsAre("http://a/x.png"));
  EXPECT_THAT(in_style("a{b:URL( 'http://a/x.png' )}"), ElementsAre("http://a/x.png"));
  EXPECT_THAT(in_style("/* url(http://a/x.png) */ a{}"), IsEmpty());
  EXPECT_THAT(in_style("@namespace svg url(http://www.w3.org/2000/svg);"), IsEmpty());
  PageLinks links;
  links_of_style("@font-face{src:url(http://a/f)} @import url(http://a/s); p{q:url(http://a/i)}", 0,
                 links);
  ASSERT_EQ(links.links.size(), 3U);
  EXPECT_EQ(links.links[0].kind, LinkKind::kFont);
  EXPECT_EQ(links.links[1].kind, LinkKind::kStyle);
  EXPECT_EQ(links.links[2].kind, LinkKind::kMedia);
}

TEST(LinksOfScript, AreLiteralsOfCallsOnly) {
  EXPECT_THAT(in_script("s=new WebSocket(\"ws://chat.example/s\")"),
              ElementsAre("ws://chat.example/s"));
  EXPECT_THAT(in_script("x;window.fetch( 'http://api.example/v1')"),
              ElementsAre("http://api.example/v1"));
  EXPECT_THAT(in_script("h={Accept:\"*/*\"};fetch('http://api.example/')"),
              ElementsAre("http://api.example/"));
  for (const std::string_view script : {
           "new WebSocket((location.protocol==='https:'?'wss://':'ws://')+location.host)",
           "new WebSocket(`ws://${host}/s`)",
           "new WebSocket('ws://localhost:3000/')",
           "new WebSocket('ws://127.0.0.1/')",
           "// fetch('http://api.example/')",
           "/* fetch('http://api.example/') */",
           "prefetch('http://api.example/')",
           "var ns='http://www.w3.org/2000/svg'",
           "see('ws://chat.example')",
           "fetch(url)",
           "fetch('/v1/x')",
           "fetch(",
           "fetch('",
           "fetch('http://",
       }) {
    EXPECT_THAT(in_script(script), IsEmpty()) << script;
  }
}

struct MixedContent : ::testing::Test {
  WebStage stage;
  Verdicts verdicts(std::string_view page, std::string_view rules = "") {
    stage.add_address("acme.test", "127.0.0.1");
    stage.setup().files["www/index.html"] = page;
    stage.serve_https("acme.test", std::string(rules) +
                                       " root @FOLDER@/www; types { text/html html; text/css css; "
                                       "text/javascript js; }");
    stage.start();
    return stage.inspect(area_mixed_content);
  }
};

TEST_F(MixedContent, ProvesASanePageWithItsFiles) {
  stage.setup().files["www/a.css"] = "a{b:url(/x.png)}";
  stage.setup().files["www/a.js"] = "new WebSocket('wss://acme.test/s'); var a='http://x.example'";
  const Verdicts all = verdicts(
      "<html xmlns='http://www.w3.org/1999/xhtml'><link rel=stylesheet href=a.css>"
      "<script src=/a.js></script><a href='http://elsewhere.example/'>x</a><img src=x.png>");
  EXPECT_THAT(all.silent, IsEmpty());
  EXPECT_EQ(all.failing(), "");
  for (const CheckDef& check : area_mixed_content.checks) EXPECT_EQ(all.of(check.id), "pass");
}

TEST_F(MixedContent, FindsEachKind) {
  const Verdicts all = verdicts(
      "<script src=http://cdn.example/x.js></script><img src=http://cdn.example/x.png>"
      "<form action=http://acme.test/login></form><script>fetch('http://api.example/')</script>"
      "<base href=http://acme.test/>");
  EXPECT_EQ(all.failing(),
            "mixed_content.active mixed_content.media mixed_content.form mixed_content.connection "
            "mixed_content.base");
}

TEST_F(MixedContent, LooksIntoTheFilesOfTheSite) {
  stage.setup().files["www/a.css"] = "@font-face{src:url(http://cdn.example/f.woff2)}";
  stage.setup().files["www/a.js"] = "new WebSocket('ws://chat.example/s')";
  const Verdicts all = verdicts("<link rel=stylesheet href=a.css><script src=/a.js></script>");
  EXPECT_EQ(all.failing(), "mixed_content.active mixed_content.connection");
  const report::Finding* found = all.finding("mixed_content.connection");
  EXPECT_EQ(found->location.url, "https://acme.test/a.js");
  EXPECT_THAT(found->evidence.at(0).response, HasSubstr("ws://chat.example/s"));
}

TEST_F(MixedContent, BrowsersUpgradeWhatThePolicyAsksFor) {
  const Verdicts all = verdicts("<img src=http://cdn.example/x.png>",
                                "add_header Content-Security-Policy 'upgrade-insecure-requests';");
  EXPECT_EQ(all.failing(), "");
}

TEST_F(MixedContent, AnAnswerThatIsNoPageIsNotApplicable) {
  const Verdicts all =
      verdicts("", "location / { default_type application/json; return 200 '{}'; }");
  EXPECT_THAT(all.silent, IsEmpty());
  EXPECT_EQ(all.of("mixed_content.active"), "not_applicable");
}

TEST_F(MixedContent, NeedsTheNetwork) {
  stage.start();
  EXPECT_EQ(stage.inspect(area_mixed_content, false).of("mixed_content.form"), "not_applicable");
}

}  // namespace
}  // namespace lr::domain
