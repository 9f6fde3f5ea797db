#include "secrets/sources/archive_visitor.h"

#include <gtest/gtest.h>

#include <vector>

#include "secrets/sources/testing/archives.h"

namespace lr::secrets::sources {
namespace {

/// What arrives, as "object path via bytes".
class Arrivals final : public DocumentVisitor {
 public:
  void visit(const Document& document) override { note("whole", document); }
  void visit_changed(const Document& document, std::span<const Range> /*changed*/) override {
    note("changed", document);
  }
  std::vector<std::string> seen;

 private:
  void note(std::string_view how, const Document& document) {
    std::string line(how);
    line.append(" ").append(document.object).append(" ").append(document.path);
    for (const std::string& step : document.via) line.append(" ").append(step);
    line.append(": ").append(document.bytes);
    seen.push_back(std::move(line));
  }
};

const std::string& sample() {
  static const std::string bytes = zip({{.name = "deploy/.env", .bytes = "KEY=1"}});
  return bytes;
}

Document git_object(std::string_view object, std::string_view path, std::string_view bytes) {
  return {.surface = Surface::kGit, .path = path, .object = object, .bytes = bytes, .via = {}};
}

TEST(ArchiveVisitor, AnObjectThatIsAnArchiveBecomesItsMembers) {
  Arrivals arrivals;
  ArchiveVisitor visitor(arrivals);
  visitor.visit(git_object("4f2a", "", sample()));
  const std::vector<Range> changed = {{0, 4}};
  visitor.visit_changed(git_object("77aa", "b.zip", sample()), changed);
  ASSERT_EQ(arrivals.seen.size(), 2U);
  EXPECT_EQ(arrivals.seen[0], "whole 4f2a  zip:deploy/.env: KEY=1");
  EXPECT_EQ(arrivals.seen[1], "whole 77aa b.zip zip:deploy/.env: KEY=1")
      << "a change inside of compressed bytes says nothing about the members";
  EXPECT_TRUE(visitor.coverage().complete());
}

TEST(ArchiveVisitor, EverythingElseGoesOnAsItIs) {
  Arrivals arrivals;
  ArchiveVisitor visitor(arrivals);
  const std::vector<Range> changed = {{0, 1}};
  visitor.visit(git_object("1", "a", "text"));
  visitor.visit_changed(git_object("2", "a", "next"), changed);
  // Files on disk have been unpacked by their source.
  Document file = git_object("", "t.zip", sample());
  file.surface = Surface::kTree;
  visitor.visit(file);
  EXPECT_EQ(arrivals.seen[0], "whole 1 a: text");
  EXPECT_EQ(arrivals.seen[1], "changed 2 a: next");
  EXPECT_TRUE(arrivals.seen[2].starts_with("whole  t.zip: PK"));
}

TEST(ArchiveVisitor, WhatCannotBeLookedIntoIsAGap) {
  Arrivals arrivals;
  ArchiveVisitor visitor(arrivals);
  visitor.visit(git_object("99ff", "", std::string_view("7z\xBC\xAF\x27\x1C\0\4", 8)));
  EXPECT_FALSE(visitor.coverage().complete());
  ASSERT_EQ(visitor.coverage().gaps.size(), 1U);
  EXPECT_EQ(visitor.coverage().gaps[0].path, "99ff");
}

}  // namespace
}  // namespace lr::secrets::sources
