// Repositories of which a part is missing, and folders that are a part of one.
#include "secrets/git/layout.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "secrets/git/git_source.h"
#include "secrets/git/testing/marker_visitor.h"
#include "secrets/git/testing/sandbox.h"

namespace lr::secrets::git {
namespace {

using testing::MarkerVisitor;
using testing::Sandbox;
namespace fs = std::filesystem;

const std::string kMarker = "mArKeR-19ac";

/// How often the marker is in it.
std::size_t markers_in(const std::string& path) {
  MarkerVisitor visitor(kMarker);
  Coverage coverage;
  auto source = GitSource::open(path);
  EXPECT_TRUE(source);
  if (source) EXPECT_TRUE((*source)->read(visitor, coverage));
  return visitor.places().size();
}

TEST(Layout, AFolderOfACheckoutIsToldWhichOneToGive) {
  Sandbox s;
  s.init("r");
  s.commit("r", "deep/er/a.txt", "one");
  const auto found = find_repository(s.path("r/deep/er"));
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().detail(), s.path("r/deep/er") + " is a part of the repository " +
                                        fs::canonical(s.path("r")).string() + "; give that folder");
  EXPECT_FALSE(find_repository("/"));
}

TEST(Layout, ARepositoryWithoutItsHeadHasItsHistory) {
  Sandbox s;
  s.init("m");
  s.commit("m", "k.txt", kMarker);
  s.init("r");
  s.git("r", {"-c", "protocol.file.allow=always", "submodule", "add", "-q", "../m", "lib"});
  s.commit("r", "k.txt", kMarker + " too");
  s.git(".", {"clone", "-q", "--bare", "r", "b.git"});
  for (const char* lost : {"r/.git/HEAD", "r/.git/modules/lib/HEAD", "b.git/HEAD"}) {
    ASSERT_TRUE(fs::remove(s.path(lost))) << lost;
  }
  EXPECT_EQ(markers_in(s.path("r/.git")), 2u) << "its own and the submodule's";
  EXPECT_EQ(markers_in(s.path("b.git")), 1u);
  fs::remove_all(s.path("r/.git/refs"));
  EXPECT_EQ(markers_in(s.path("r/.git")), 2u);
}

TEST(Layout, WhatSomebodyPutBesideTheObjectsIsAFile) {
  Sandbox s;
  s.init("r");
  s.commit("r", "a.txt", "one");
  s.git("r", {"repack", "-adq"});
  for (const char* name : {"note.txt", "zz/backup.env", "pack/notes", "info/more"}) {
    fs::create_directories(fs::path(s.path(std::string("r/.git/objects/") + name)).parent_path());
    s.write(std::string("r/.git/objects/") + name, kMarker);
  }
  EXPECT_EQ(markers_in(s.path("r")), 4u);
}

}  // namespace
}  // namespace lr::secrets::git
