// Golden files, validity and hostile input for every renderer.
#include "report/render.h"

#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "report/testing/golden.h"
#include "report/testing/sample_report.h"

namespace lr::report {
namespace {

using testing::golden_difference;

TEST(Golden, EveryFormat) {
  const Report sample = testing::sample_report();
  EXPECT_EQ(golden_difference("report/sample.txt", render_terminal(sample, {})), "");
  EXPECT_EQ(golden_difference("report/sample_color.txt", render_terminal(sample, {true, 80})), "");
  EXPECT_EQ(golden_difference("report/sample.json", render_json(sample)), "");
  EXPECT_EQ(golden_difference("report/sample.html", render_html(sample)), "");
  EXPECT_EQ(golden_difference("report/sample.sarif", render_sarif(sample)), "");
  EXPECT_EQ(golden_difference("report/sample.junit.xml", render_junit(sample)), "");
  EXPECT_EQ(golden_difference("report/sample.md", render_markdown(sample)), "");
}

TEST(Golden, Comparison) {
  EXPECT_EQ(golden_difference(
                "report/comparison.txt",
                render_comparison(testing::sample_report(), testing::sample_report_after(), {})),
            "");
}

TEST(Golden, NoContractAndReady) {
  EXPECT_EQ(
      golden_difference("report/stranger.txt", render_terminal(testing::stranger_report(), {})),
      "");
  EXPECT_EQ(golden_difference("report/stranger.json", render_json(testing::stranger_report())), "");
  EXPECT_EQ(golden_difference("report/stranger.sarif", render_sarif(testing::stranger_report())),
            "");
  EXPECT_EQ(golden_difference("report/ready.txt", render_terminal(testing::clean_report(), {})),
            "");
  EXPECT_EQ(golden_difference("report/ready.json", render_json(testing::clean_report())), "");
}

TEST(Terminal, ColorOnlyWhenAsked) {
  EXPECT_EQ(render_terminal(testing::sample_report(), {}).find('\x1b'), std::string::npos);
  EXPECT_NE(render_terminal(testing::sample_report(), {true, 100}).find('\x1b'), std::string::npos);
}

TEST(Hostile, TerminalOutputHoldsNoEscape) {
  const Report hostile = testing::hostile_report();
  for (const std::string& text :
       {render_terminal(hostile, {}), render_comparison(hostile, hostile, {}),
        render_markdown(hostile), render_html(hostile), render_junit(hostile), render_json(hostile),
        render_sarif(hostile)}) {
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
    EXPECT_EQ(text.find('\r'), std::string::npos);
    EXPECT_EQ(text.find('\x07'), std::string::npos);
    EXPECT_EQ(text.find("\xE2\x80\xAE"), std::string::npos) << "right-to-left override";
    EXPECT_EQ(text.find("\xC2\x9B"), std::string::npos) << "C1 control";
    EXPECT_EQ(text.find('\xFF'), std::string::npos) << "invalid UTF-8";
  }
}

TEST(Hostile, TerminalLinesCannotBeForged) {
  const std::string text = render_terminal(testing::hostile_report(), {});
  EXPECT_EQ(text.find("\n::error::"), std::string::npos);
}

/// Every tag of a page, and every attribute name that could run or load something.
std::set<std::string> tags_of(const std::string& html) {
  std::set<std::string> tags;
  for (std::size_t at = html.find('<'); at != std::string::npos; at = html.find('<', at + 1)) {
    std::size_t end = at + 1;
    while (end < html.size() && html[end] != ' ' && html[end] != '>' && html[end] != '\n') ++end;
    tags.insert(html.substr(at + 1, end - at - 1));
  }
  return tags;
}

TEST(Hostile, HtmlHasTheTagsOfAHarmlessPageOnly) {
  std::set<std::string> harmless = tags_of(render_html(testing::sample_report()));
  EXPECT_FALSE(harmless.contains("script"));
  const std::string html = render_html(testing::hostile_report());
  for (const std::string& tag : tags_of(html)) EXPECT_TRUE(harmless.contains(tag)) << tag;
  EXPECT_EQ(html.find("<img"), std::string::npos);
  EXPECT_NE(html.find("&lt;script&gt;"), std::string::npos) << "the evidence must stay readable";
}

TEST(Html, LoadsNothing) {
  const std::string html = render_html(testing::sample_report());
  for (const char* banned : {"<script", "<link", "<img", "<iframe", "@import", "url(", " src="}) {
    EXPECT_EQ(html.find(banned), std::string::npos) << banned;
  }
  EXPECT_NE(html.find("default-src 'none'"), std::string::npos);
  for (std::size_t at = html.find("href=\""); at != std::string::npos;
       at = html.find("href=\"", at + 1)) {
    EXPECT_EQ(html[at + 6], '#') << html.substr(at, 60);
  }
}

TEST(Html, ShowsAllTwentyThreeControls) {
  const std::string html = render_html(testing::sample_report());
  for (int i = 0; i < kControlCount; ++i) {
    EXPECT_NE(html.find(control_id(static_cast<Control>(i))), std::string::npos);
  }
}

TEST(Html, EveryInternalLinkHasATarget) {
  const std::string html = render_html(testing::sample_report());
  for (std::size_t at = html.find("href=\"#"); at != std::string::npos;
       at = html.find("href=\"#", at + 1)) {
    const std::size_t start = at + 7;
    const std::string id = html.substr(start, html.find('"', start) - start);
    EXPECT_NE(html.find("id=\"" + id + "\""), std::string::npos) << id;
  }
}

TEST(Markdown, FitsIntoAComment) {
  Report report = testing::sample_report();
  const Finding base = report.findings.front();
  for (int i = 0; i < 500; ++i) {
    Finding next = base;
    next.check = "authn.form_" + std::to_string(i);
    next.guard = std::string(4'000, 'x');
    report.findings.push_back(next);
  }
  conclude(report);
  EXPECT_LT(render_markdown(report).size(), 65'536U);
}

TEST(Sarif, WithoutAContractOnlyLogicalLocations) {
  const std::string text = render_sarif(testing::stranger_report());
  EXPECT_EQ(text.find("physicalLocation"), std::string::npos);
  EXPECT_NE(text.find("logicalLocations"), std::string::npos);
}

TEST(Sarif, FurtherPlacesAreRelatedLocations) {
  Report report = testing::sample_report();
  EXPECT_EQ(render_sarif(report).find("relatedLocations"), std::string::npos);
  Location place;
  place.file = "src/second place.js";
  place.at = {7, 3};
  report.findings.front().also = {place};
  const std::string text = render_sarif(report);
  const std::size_t at = text.find("relatedLocations");
  ASSERT_NE(at, std::string::npos);
  EXPECT_NE(text.find("src/second%20place.js", at), std::string::npos);
}

TEST(Sarif, PathsAreRelative) {
  Report report = testing::sample_report();
  for (Finding& finding : report.findings) finding.location.file = "/home/ops/launchready.yaml";
  const std::string text = render_sarif(report);
  EXPECT_EQ(text.find("/home/ops"), std::string::npos);
  EXPECT_NE(text.find("launchready.yaml"), std::string::npos);
}

class Files : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "lr-report-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string write(const std::string& name, const std::string& text) {
    const auto path = folder_ / name;
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }
  /// Exit code of a Python program over the files; kUnavailable when Python lacks what it needs.
  static int python(std::string code, std::vector<std::string> files) {
    std::string program = "python3";
    std::string option = "-c";
    std::vector<char*> arguments = {program.data(), option.data(), code.data()};
    for (std::string& file : files) arguments.push_back(file.data());
    arguments.push_back(nullptr);
    pid_t child = 0;
    if (posix_spawnp(&child, "python3", nullptr, nullptr, arguments.data(), environ) != 0) {
      return kUnavailable;
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  static constexpr int kUnavailable = 77;
  std::filesystem::path folder_;
};

TEST_F(Files, JsonFollowsThePublishedSchema) {
  std::vector<std::string> files = {write("schema.json", report_json_schema())};
  int number = 0;
  for (const Report& report :
       {testing::sample_report(), testing::sample_report_after(), testing::clean_report(),
        testing::stranger_report(), testing::hostile_report()}) {
    const std::string text = render_json(report);
    ASSERT_TRUE(boost::json::parse(text).is_object());
    files.push_back(write("report" + std::to_string(++number) + ".json", text));
  }
  const char* code = R"py(
import json, sys
try:
    import jsonschema
except ImportError:
    sys.exit(77)
schema = json.load(open(sys.argv[1]))
jsonschema.Draft202012Validator.check_schema(schema)
for name in sys.argv[2:]:
    jsonschema.validate(json.load(open(name)), schema, cls=jsonschema.Draft202012Validator)
)py";
  const int result = python(code, files);
  EXPECT_TRUE(result == 0 || result == kUnavailable) << result;
  if (result != 0) RecordProperty("schema", "not validated: python3-jsonschema is not installed");
}

TEST_F(Files, JunitIsXml) {
  const std::vector<std::string> files = {write("a.xml", render_junit(testing::sample_report())),
                                          write("b.xml", render_junit(testing::hostile_report()))};
  const char* code = R"py(
import sys, xml.etree.ElementTree as tree
for name in sys.argv[1:]:
    root = tree.parse(name).getroot()
    cases = root.findall(".//testcase")
    assert len(cases) == int(root.get("tests")) == 14
    assert len(root.findall(".//failure")) == int(root.get("failures"))
    assert len(root.findall(".//skipped")) == int(root.get("skipped"))
)py";
  const int result = python(code, files);
  EXPECT_TRUE(result == 0 || result == kUnavailable) << result;
}

TEST(Schema, ThePublishedCopyIsCurrent) {
  EXPECT_EQ(golden_difference("../../docs/formats/report.schema.json", report_json_schema()), "");
}

}  // namespace
}  // namespace lr::report
