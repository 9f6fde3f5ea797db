#include "secrets/sources/web.h"

#include <gtest/gtest.h>

#include <map>

#include "crypto/digest.h"
#include "secrets/sources/testing/archives.h"
#include "secrets/sources/testing/recording_visitor.h"
#include "secrets/sources/testing/vlq_writer.h"

namespace lr::secrets {
namespace {

/// A site as a table of URLs; everything else is 404, or the start page when `single_page`.
class TableFetcher final : public Fetcher {
 public:
  Fetched& add(const std::string& url, std::string body, std::string type = "") {
    Fetched answer{.status = 200, .headers = {}, .body = std::move(body)};
    if (!type.empty()) answer.headers.add("Content-Type", std::move(type));
    return answers_.insert_or_assign(url, std::move(answer)).first->second;
  }
  void redirect(const std::string& url, std::string target) {
    Fetched& answer = add(url, "");
    answer.status = 302;
    answer.headers.add("Location", std::move(target));
  }
  Result<Fetched> fetch(const text::Url& url, std::size_t body_max) override {
    asked.push_back(url.str());
    if (url.target.contains("/broken")) return fail(Code::kUnavailable, "connection refused");
    const auto found = answers_.find(url.str());
    Fetched answer;
    answer.status = 404;
    if (found != answers_.end()) answer = found->second;
    if (found == answers_.end() && single_page) answer = answers_.at("https://app/");
    answer.body_cut = answer.body.size() > body_max;
    answer.body.resize(std::min(answer.body.size(), body_max));
    return answer;
  }
  bool was_asked(std::string_view url) const { return std::ranges::count(asked, url) > 0; }

  std::vector<std::string> asked;
  bool single_page = false;

 private:
  std::map<std::string, Fetched> answers_;
};

class WebTest : public testing::Test {
 protected:
  static WebOptions options() {
    return {.start = {*text::parse_url("https://app/")}, .asset_origins = {}};
  }
  Result<> read(WebOptions wanted = options()) {
    source_ = std::make_unique<WebSource>(site_, std::move(wanted));
    return source_->read(visitor_, coverage_);
  }
  std::string gaps() const {
    std::string all;
    for (const Coverage::Gap& gap : coverage_.gaps) {
      all.append(gap.path).append(": ").append(gap.reason).append("\n");
    }
    return all;
  }
  std::string observed() const {
    std::string all;
    for (const Observation& seen : source_->observations()) {
      all.append(observation_name(seen.kind)).append(" ").append(seen.url).append("\n");
    }
    return all;
  }

  TableFetcher site_;
  sources::RecordingVisitor visitor_;
  Coverage coverage_;
  std::unique_ptr<WebSource> source_;
};

TEST_F(WebTest, PageScriptsAndStyles) {
  site_.add("https://app/", "<script src=/a.js></script><link rel=stylesheet href=s.css>",
            "text/html");
  site_.add("https://app/a.js", "const key=1");
  site_.add("https://app/s.css", "a{}");
  ASSERT_TRUE(read());
  EXPECT_EQ(visitor_.find("https://app/")->surface, Surface::kPage);
  EXPECT_EQ(visitor_.find("https://app/a.js")->surface, Surface::kBundle);
  EXPECT_EQ(visitor_.bytes_of("https://app/a.js"), "const key=1");
  EXPECT_EQ(visitor_.bytes_of("https://app/s.css"), "a{}");
  EXPECT_EQ(visitor_.bytes_of("https://app/", "response headers"), "Content-Type: text/html\n");
  EXPECT_TRUE(coverage_.complete()) << gaps();
}

TEST_F(WebTest, ViteChunksLoadedLazily) {
  site_.add("https://app/", "<script type=module src=/assets/index-1.js></script>", "text/html");
  site_.add("https://app/assets/index-1.js",
            R"(const __vite__mapDeps=(i,m=__vite__mapDeps,d=(m.f||(m.f=["assets/Admin-2.js",)"
            R"("assets/Admin-3.css"])))=>i;import("./Settings-4.js"))");
  site_.add("https://app/assets/Admin-2.js", "admin");
  site_.add("https://app/assets/Admin-3.css", "css");
  site_.add("https://app/assets/Settings-4.js", "settings");
  ASSERT_TRUE(read());
  EXPECT_EQ(visitor_.bytes_of("https://app/assets/Admin-2.js"), "admin");
  EXPECT_EQ(visitor_.bytes_of("https://app/assets/Admin-3.css"), "css");
  EXPECT_EQ(visitor_.bytes_of("https://app/assets/Settings-4.js"), "settings");
  EXPECT_TRUE(coverage_.complete()) << gaps();
}

TEST_F(WebTest, WebpackChunksByRuleAndByIdsInOtherScripts) {
  site_.add("https://app/", "<script src=/static/js/main.js></script><script src=/static/js/rt.js>",
            "text/html");
  site_.add("https://app/static/js/main.js", "n.e(5).then(n.bind(n,5))");
  site_.add("https://app/static/js/rt.js",
            R"(r.u=e=>"static/js/"+({7:"admin"}[e]||e)+"."+({7:"aa"}[e]||"bb")+".js";r.p="/")");
  site_.add("https://app/static/js/admin.aa.js", "by rule");
  site_.add("https://app/static/js/5.bb.js", "by id");
  ASSERT_TRUE(read());
  EXPECT_EQ(visitor_.bytes_of("https://app/static/js/admin.aa.js"), "by rule");
  EXPECT_EQ(visitor_.bytes_of("https://app/static/js/5.bb.js"), "by id");
}

TEST_F(WebTest, NextBuildManifest) {
  site_.add("https://app/",
            R"(<script src="/_next/static/chunks/main-1.js"></script>)"
            R"(<script id="__NEXT_DATA__" type="application/json">{"buildId":"bid"}</script>)",
            "text/html");
  site_.add("https://app/_next/static/chunks/main-1.js", "main");
  site_.add("https://app/_next/static/bid/_buildManifest.js",
            R"(self.__BUILD_MANIFEST={"/admin":["static/chunks/pages/admin-9.js"]})");
  site_.add("https://app/_next/static/chunks/pages/admin-9.js", "admin page");
  ASSERT_TRUE(read());
  EXPECT_EQ(visitor_.bytes_of("https://app/_next/static/chunks/pages/admin-9.js"), "admin page");
}

TEST_F(WebTest, ServiceWorkerAndItsPrecacheList) {
  site_.add("https://app/", "<script>navigator.serviceWorker.register('/worker.js')</script>",
            "text/html");
  site_.add("https://app/worker.js", R"(precache([{url:"/offline.js",revision:"1"}]))");
  site_.add("https://app/offline.js", "offline");
  ASSERT_TRUE(read());
  EXPECT_EQ(visitor_.bytes_of("https://app/offline.js"), "offline");
}

std::string map_of(std::string_view source, std::string_view content) {
  const std::string mappings = sources::write_mappings(
      {{.line = 0, .column = 0, .source = 0, .original_line = 9, .original_column = 2}});
  return R"({"version":3,"sources":[")" + std::string(source) + R"("],"sourcesContent":[")" +
         std::string(content) + R"("],"mappings":")" + mappings + R"("})";
}

TEST_F(WebTest, MapsByCommentHeaderAndProbe) {
  site_.add("https://app/", "<script src=c.js></script><script src=h.js></script><script src=p.js>",
            "text/html");
  site_.add("https://app/c.js", "c\n//# sourceMappingURL=maps/c.js.map");
  site_.add("https://app/maps/c.js.map", map_of("src/c.ts", "const c"));
  site_.add("https://app/h.js", "h").headers.add("SourceMap", "/h.map");
  site_.add("https://app/h.map", map_of("src/h.ts", "const h"));
  site_.add("https://app/p.js", "p");
  site_.add("https://app/p.js.map", map_of("src/p.ts", "const p"));
  ASSERT_TRUE(read());
  const auto* seen = visitor_.find("https://app/maps/c.js.map", "source src/c.ts");
  ASSERT_NE(seen, nullptr);
  EXPECT_EQ(seen->surface, Surface::kSourceMap);
  EXPECT_EQ(visitor_.bytes_of("https://app/h.map", "source src/h.ts"), "const h");
  EXPECT_EQ(visitor_.bytes_of("https://app/p.js.map", "source src/p.ts"), "const p");
  EXPECT_EQ(observed(),
            "public-source-map https://app/maps/c.js.map\npublic-source-map https://app/h.map\n"
            "public-source-map https://app/p.js.map\n");
  EXPECT_EQ(source_->observations()[0].detail, "1 sources, 1 of them with their text");
}

TEST_F(WebTest, FindingsInBundlesAreLocated) {
  site_.add("https://app/", "<script src=c.js></script>", "text/html");
  site_.add("https://app/c.js", "secret()\n//# sourceMappingURL=c.js.map");
  site_.add("https://app/c.js.map", map_of("webpack://app/./src/lib/ai.ts", "x"));
  ASSERT_TRUE(read());
  Place place{};
  place.path = "https://app/c.js";
  place.line = 1;
  place.column = 4;
  Place* places[] = {&place};
  source_->locate(places);
  EXPECT_EQ(place.original, "src/lib/ai.ts:10:3");
}

TEST_F(WebTest, InlineMaps) {
  site_.add("https://app/", "<script src=c.js></script>", "text/html");
  site_.add("https://app/c.js", "c\n//# sourceMappingURL=data:application/json;base64," +
                                    crypto::base64_encode(map_of("src/c.ts", "const c")));
  ASSERT_TRUE(read());
  EXPECT_EQ(visitor_.bytes_of("https://app/c.js", "source src/c.ts"), "const c");
  EXPECT_EQ(observed(), "inline-source-map https://app/c.js\n");
}

TEST_F(WebTest, IndexMapsAndTheirReferences) {
  site_.add("https://app/", "<script src=c.js></script>", "text/html");
  site_.add("https://app/c.js", "c\n//# sourceMappingURL=c.js.map");
  site_.add("https://app/c.js.map",
            R"({"version":3,"sections":[{"offset":{"line":0,"column":0},"map":)" +
                map_of("in.ts", "inside") +
                R"(},{"offset":{"line":5,"column":0},"url":"rest.map"}]})");
  site_.add("https://app/rest.map", map_of("rest.ts", "elsewhere"));
  ASSERT_TRUE(read());
  EXPECT_EQ(visitor_.bytes_of("https://app/c.js.map", "source in.ts"), "inside");
  EXPECT_EQ(visitor_.bytes_of("https://app/rest.map", "source rest.ts"), "elsewhere");
}

TEST_F(WebTest, SinglePageApplicationsAnswerEverything) {
  site_.single_page = true;
  site_.add("https://app/", "<script src=/a.js></script><script src=/gone.js></script>",
            "text/html");
  site_.add("https://app/a.js", R"(import("./guess.js"))", "text/javascript");
  ASSERT_TRUE(read());
  EXPECT_EQ(gaps(), "https://app/gone.js: a page came where a file should be\n");
  EXPECT_EQ(observed(), "");
}

TEST_F(WebTest, OnlyTheSiteAndItsDeclaredOrigins) {
  site_.add("https://app/",
            "<script src=https://cdn/x.js></script><script src=https://ads/y.js></script>"
            "<a href=https://other/></a>",
            "text/html");
  site_.add("https://cdn/x.js", "cdn");
  WebOptions wanted = options();
  wanted.asset_origins = {"https://cdn"};
  ASSERT_TRUE(read(std::move(wanted)));
  EXPECT_EQ(visitor_.bytes_of("https://cdn/x.js"), "cdn");
  EXPECT_FALSE(site_.was_asked("https://ads/y.js"));
  EXPECT_FALSE(site_.was_asked("https://other/"));
  EXPECT_EQ(observed(), "foreign-origin https://ads/y.js\n");
  EXPECT_TRUE(coverage_.complete()) << gaps();
}

TEST_F(WebTest, MissingFilesAreGapsAndGuessesAreNot) {
  site_.add("https://app/", "<script src=/gone.js></script><script>import('./guess.js')</script>",
            "text/html");
  ASSERT_TRUE(read());
  EXPECT_EQ(gaps(), "https://app/gone.js: status 404\n");
}

TEST_F(WebTest, NoAnswerIsAGap) {
  site_.add("https://app/", "<script src=/broken.js></script>", "text/html");
  ASSERT_TRUE(read());
  EXPECT_EQ(gaps(), "https://app/broken.js: no answer: connection refused\n");
}

TEST_F(WebTest, NoStartPageIsAnError) {
  EXPECT_FALSE(read());
  WebOptions wanted = options();
  wanted.start[0].target = "/broken";
  EXPECT_FALSE(read(std::move(wanted)));
}

TEST_F(WebTest, RedirectsStayAtHome) {
  site_.redirect("https://app/", "https://www.app/en/");
  site_.add("https://www.app/en/", "<script src=/r.js></script>", "text/html");
  site_.redirect("https://www.app/r.js", "/real.js");
  site_.add("https://www.app/real.js", "real");
  ASSERT_TRUE(read());
  EXPECT_EQ(visitor_.bytes_of("https://www.app/real.js"), "real");
  EXPECT_TRUE(coverage_.complete()) << gaps();
}

TEST_F(WebTest, RedirectsToStrangersAndLoopsEnd) {
  site_.redirect("https://app/", "https://evil-app/");
  EXPECT_FALSE(read());
  EXPECT_FALSE(site_.was_asked("https://evil-app/"));
  site_.add("https://app/", "<script src=/0.js></script>", "text/html");
  for (int i = 0; i < 20; ++i) {
    site_.redirect("https://app/" + std::to_string(i) + ".js", std::to_string(i + 1) + ".js");
  }
  coverage_ = {};
  ASSERT_TRUE(read());
  EXPECT_EQ(gaps(), "https://app/5.js: redirects too often or to no address\n");
}

TEST_F(WebTest, RequestsAreBoundedAndSaidSo) {
  std::string page;
  for (int i = 0; i < 100; ++i) page += "<script src=/" + std::to_string(i) + ".js></script>";
  site_.add("https://app/", page, "text/html");
  for (int i = 0; i < 100; ++i) site_.add("https://app/" + std::to_string(i) + ".js", "x");
  WebOptions wanted = options();
  wanted.requests = 10;
  ASSERT_TRUE(read(std::move(wanted)));
  EXPECT_EQ(site_.asked.size(), 10u);
  EXPECT_EQ(coverage_.skipped, 1u);
  EXPECT_TRUE(gaps().contains("more requests or bytes than allowed")) << gaps();
}

TEST_F(WebTest, LinkedPagesAreReadUpToTheirBound) {
  std::string page;
  for (int i = 0; i < 9; ++i) page += "<a href=/p" + std::to_string(i) + ">p</a>";
  site_.add("https://app/", page, "text/html");
  for (int i = 0; i < 9; ++i) site_.add("https://app/p" + std::to_string(i), "page", "text/html");
  WebOptions wanted = options();
  wanted.pages = 3;
  ASSERT_TRUE(read(std::move(wanted)));
  EXPECT_TRUE(site_.was_asked("https://app/p2"));
  EXPECT_FALSE(site_.was_asked("https://app/p3"));
}

TEST_F(WebTest, ContentCodingsAndCutBodies) {
  site_.add("https://app/", "<script src=z.js></script><script src=b.js></script>", "text/html");
  site_.add("https://app/z.js", sources::gzip("unpacked")).headers.add("Content-Encoding", "gzip");
  site_.add("https://app/b.js", "?").headers.add("Content-Encoding", "br");
  ASSERT_TRUE(read());
  EXPECT_EQ(visitor_.bytes_of("https://app/z.js"), "unpacked");
  EXPECT_EQ(gaps(), "https://app/b.js: content coding br is not supported\n");
  coverage_ = {};
  site_.add("https://app/", "<script src=long.js></script>", "text/html");
  site_.add("https://app/long.js", std::string(500, 'x'));
  WebOptions wanted = options();
  wanted.body_bytes = 100;
  ASSERT_TRUE(read(std::move(wanted)));
  EXPECT_EQ(gaps(), "https://app/long.js: longer than allowed, its end was not read\n");
}

}  // namespace
}  // namespace lr::secrets
