// Parts of a history, absent and broken objects, hostile layouts.
#include "secrets/git/git_source.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/rng.h"
#include "secrets/git/testing/marker_visitor.h"
#include "secrets/git/testing/sandbox.h"

namespace lr::secrets::git {
namespace {

using testing::MarkerVisitor;
using testing::Sandbox;
namespace fs = std::filesystem;

const std::string kMarker = "mArKeR-19ac";

struct Scan {
  std::vector<Place> places;
  Coverage coverage;
  std::size_t documents = 0;
  std::string error;

  bool gap(std::string_view reason) const {
    return std::ranges::any_of(coverage.gaps, [&](const Coverage::Gap& gap) {
      return gap.reason.find(reason) != std::string::npos;
    });
  }
};

Scan scan(const std::string& path, GitOptions options = {}) {
  Scan result;
  MarkerVisitor visitor(kMarker);
  auto source = GitSource::open(path, std::move(options));
  if (!source) {
    result.error = source.error().detail();
    return result;
  }
  if (auto read = (*source)->read(visitor, result.coverage); !read) {
    result.error = read.error().detail();
  }
  auto pointers = visitor.place_pointers();
  (*source)->locate(pointers);
  if (auto saved = (*source)->save_seen(); !saved) result.error = saved.error().detail();
  result.places = visitor.places();
  result.documents = visitor.documents();
  return result;
}

std::string first_pack(const Sandbox& sandbox, std::string_view suffix) {
  for (const auto& file : fs::directory_iterator(sandbox.path("r/.git/objects/pack"))) {
    if (file.path().string().ends_with(suffix)) return file.path().string();
  }
  return {};
}

TEST(GitSource, AFolderWithoutARepositoryIsAnError) {
  Sandbox sandbox;
  EXPECT_NE(scan(sandbox.root()).error, "");
  EXPECT_NE(scan(sandbox.path("nowhere")).error, "");
}

TEST(GitSource, ProvenanceIsTheFirstCommit) {
  Sandbox s;
  s.init("r");
  s.commit("r", "a.txt", "one");
  const std::string first = s.commit("r", "deep/er/k.txt", kMarker);
  s.commit("r", "b.txt", "two");
  s.git("r", {"mv", "deep/er/k.txt", "moved.txt"});
  s.commit("r", "b.txt", "three");
  s.git("r", {"repack", "-adq"});
  const Scan found = scan(s.path("r"));
  ASSERT_EQ(found.places.size(), 1u) << "one object, one document";
  EXPECT_EQ(found.places[0].commit, first);
  EXPECT_EQ(found.places[0].path, "deep/er/k.txt");
  EXPECT_EQ(found.places[0].author, "Ada <ada@example.test>");
  EXPECT_TRUE(found.places[0].time.starts_with("2023-11-14T")) << found.places[0].time;
  EXPECT_EQ(found.places[0].ref, "refs/heads/main");
}

TEST(GitSource, AnObjectInSeveralPlacesIsSeenOnce) {
  Sandbox s;
  s.init("r");
  s.commit("r", "k.txt", kMarker);
  s.git("r", {"repack", "-q"});
  s.commit("r", "b.txt", "two");
  s.git("r", {"repack", "-aq"});
  fs::copy(s.path("r/.git/objects"), s.path("twin"), fs::copy_options::recursive);
  s.write("r/.git/objects/info/alternates", s.path("twin") + "\n");
  const Scan found = scan(s.path("r"));
  EXPECT_EQ(found.places.size(), 1u);
  EXPECT_TRUE(found.coverage.complete());
  EXPECT_EQ(found.coverage.objects, 6u);
}

TEST(GitSource, BareRepositoriesArePublished) {
  Sandbox s;
  s.init("r");
  s.commit("r", "k.txt", kMarker);
  s.git(".", {"clone", "-q", "--bare", "r", "b.git"});
  const Scan found = scan(s.path("b.git"));
  ASSERT_EQ(found.places.size(), 1u);
  EXPECT_EQ(found.places[0].reachability, "published");
}

TEST(GitSource, ALinkedWorktreeStandsForItsRepository) {
  Sandbox s;
  s.init("r");
  s.commit("r", "k.txt", kMarker);
  s.git("r", {"worktree", "add", "-q", "--detach", "../w"});
  EXPECT_EQ(scan(s.path("w")).places.size(), 1u);
}

TEST(GitSource, AShallowCloneIsIncomplete) {
  Sandbox s;
  s.init("r");
  s.commit("r", "k.txt", kMarker);
  s.commit("r", "k.txt", "clean");
  s.git(".", {"clone", "-q", "--depth=1", "file://" + s.path("r"), "c"});
  const Scan found = scan(s.path("c"));
  EXPECT_TRUE(found.places.empty());
  EXPECT_TRUE(found.gap("shallow clone"));
  EXPECT_EQ(found.coverage.skipped, 1u);
}

TEST(GitSource, AbsentObjectsOfAPartialCloneAreNamed) {
  Sandbox s;
  s.init("r");
  s.commit("r", "src/k.txt", kMarker);
  s.commit("r", "src/k.txt", "clean");
  s.git("r", {"config", "uploadpack.allowFilter", "true"});
  s.git(".", {"clone", "-q", "--filter=blob:none", "file://" + s.path("r"), "c"});
  const Scan found = scan(s.path("c"));
  EXPECT_TRUE(found.places.empty());
  ASSERT_EQ(found.coverage.skipped, 1u);
  EXPECT_EQ(found.coverage.gaps[0].path, "src/k.txt");
  EXPECT_EQ(found.coverage.gaps[0].reason, "missing object (partial clone)");
}

TEST(GitSource, AMissingLargeFileIsNamed) {
  Sandbox s;
  s.init("r");
  s.commit("r", "big.bin",
           "version https://git-lfs.github.com/spec/v1\noid sha256:" + std::string(64, 'b') +
               "\nsize 5\n");
  EXPECT_TRUE(scan(s.path("r")).gap("LFS object is not here"));
}

TEST(GitSource, ASubmoduleThatWasNotFetchedIsNamed) {
  Sandbox s;
  s.init("lib");
  s.commit("lib", "k.txt", kMarker);
  s.init("r");
  s.git("r", {"submodule", "--quiet", "add", "../lib", "lib"});
  s.commit("r", "a.txt", "x");
  s.git(".", {"clone", "-q", "r", "c"});
  const Scan found = scan(s.path("c"));
  EXPECT_TRUE(found.gap("submodule was not fetched"));
  EXPECT_EQ(found.coverage.gaps[0].path, "lib");
}

TEST(GitSource, StagedIsWhatTheIndexHasAndHeadHasNot) {
  Sandbox s;
  s.init("r");
  s.commit("r", "old.txt", "old " + kMarker);
  s.write("r/new.txt", "new " + kMarker);
  s.write("r/unstaged.txt", kMarker);
  s.git("r", {"add", "new.txt"});
  const Scan found = scan(s.path("r"), {.scope = GitOptions::Scope::kStaged});
  ASSERT_EQ(found.places.size(), 1u);
  EXPECT_EQ(found.places[0].path, "new.txt");
  EXPECT_EQ(found.places[0].reachability, "staged");
}

TEST(GitSource, StagedBeforeTheFirstCommit) {
  Sandbox s;
  s.init("r");
  s.write("r/new.txt", kMarker);
  s.git("r", {"add", "new.txt"});
  EXPECT_EQ(scan(s.path("r"), {.scope = GitOptions::Scope::kStaged}).places.size(), 1u);
}

TEST(GitSource, StagedInAnotherIndexAsGitMakesForCommitAll) {
  Sandbox s;
  s.init("r");
  s.commit("r", "a.txt", "x");
  s.write("r/a.txt", kMarker);
  GitOptions options{.scope = GitOptions::Scope::kStaged};
  EXPECT_EQ(scan(s.path("r"), options).places.size(), 0u);
  const std::string before = s.read("r/.git/index");
  s.git("r", {"add", "-A"});
  s.write("index.lock", s.read("r/.git/index"));
  s.write("r/.git/index", before);
  options.index_file = s.path("index.lock");
  EXPECT_EQ(scan(s.path("r"), options).places.size(), 1u);
  options.index_file = s.path("absent");
  EXPECT_NE(scan(s.path("r"), options).error, "");
}

TEST(GitSource, IndexVersion4AndSplitIndexAreRead) {
  for (const char* version : {"2", "3", "4", "split"}) {
    Sandbox s;
    s.init("r");
    s.commit("r", "a/b.txt", "x");
    s.commit("r", "a/c.txt", "x");
    s.write("r/a/new.txt", kMarker);
    const bool split = std::string_view(version) == "split";
    s.git("r", split ? std::vector<std::string>{"update-index", "--split-index"}
                     : std::vector<std::string>{"update-index", "--index-version", version});
    s.git("r", {"add", "a/new.txt"});
    const Scan found = scan(s.path("r"), {.scope = GitOptions::Scope::kStaged});
    ASSERT_EQ(found.places.size(), 1u) << version;
    EXPECT_EQ(found.places[0].path, "a/new.txt") << version;
  }
}

TEST(GitSource, SinceIsWhatCommitsAdded) {
  Sandbox s;
  s.init("r");
  s.commit("r", "old.txt", "old " + kMarker);
  s.git("r", {"tag", "base"});
  s.commit("r", "other.txt", "x");
  const std::string commit = s.commit("r", "src/new.txt", "new " + kMarker);
  s.commit("r", "src/new.txt", "clean");
  for (const std::string& base :
       {std::string("base"), std::string("refs/tags/base"), s.git("r", {"rev-parse", "base"}),
        s.git("r", {"rev-parse", "--short=7", "base"})}) {
    const Scan found = scan(s.path("r"), {.scope = GitOptions::Scope::kSince, .since = base});
    ASSERT_EQ(found.places.size(), 1u) << base << found.error;
    EXPECT_EQ(found.places[0].path, "src/new.txt");
    EXPECT_EQ(found.places[0].commit, commit);
    EXPECT_TRUE(found.coverage.complete());
  }
  EXPECT_NE(scan(s.path("r"), {.scope = GitOptions::Scope::kSince, .since = "no-such"}).error, "");
}

TEST(GitSource, SinceUnderstandsWhereACommitStands) {
  Sandbox s;
  s.init("r");
  const std::string first = s.commit("r", "old.txt", "old " + kMarker);
  s.git("r", {"checkout", "-q", "-b", "side"});
  s.commit("r", "side.txt", "side " + kMarker);
  s.git("r", {"checkout", "-q", "main"});
  s.commit("r", "new.txt", "new " + kMarker);
  s.git("r", {"merge", "-q", "--no-edit", "side"});
  s.git("r", {"clone", "-q", "--branch", "main", s.path("r"), s.path("clone")});
  s.commit("clone", "late.txt", "late " + kMarker);
  const auto paths = [&](const std::string& since) {
    Scan found = scan(s.path("clone"), {.scope = GitOptions::Scope::kSince, .since = since});
    std::set<std::string> out{found.error};
    for (const Place& place : found.places) out.insert(place.path);
    return out;
  };
  using Paths = std::set<std::string>;
  for (const std::string since : {"HEAD~1", "@~", "HEAD^", "HEAD^1", "@{upstream}", "main@{u}",
                                  "HEAD~1^0", "HEAD~1^{commit}", "origin/main"}) {
    EXPECT_EQ(paths(since), (Paths{"", "late.txt"})) << since;
  }
  EXPECT_EQ(paths("@{u}^2"), (Paths{"", "late.txt", "new.txt"}));
  EXPECT_EQ(paths("HEAD~2"), (Paths{"", "late.txt", "side.txt"})) << "the first parents";
  EXPECT_EQ(paths("HEAD^^2~1"), paths(first));
  EXPECT_EQ(paths(first), (Paths{"", "late.txt", "new.txt", "side.txt"}));
}

TEST(GitSource, SinceRefusesWhatNamesNoCommit) {
  Sandbox s;
  s.init("r");
  s.commit("r", "a.txt", "a");
  s.git("r", {"branch", "side"});
  for (const std::string since :
       {"HEAD~1", "HEAD^2", "HEAD~99999999999", "HEAD@{1}", "HEAD^{tree}", "HEAD^{", "HEAD~x",
        ":/a", "~1", "", "@{u}", "side@{upstream}", "HEAD..side", "HEAD:a.txt"}) {
    EXPECT_NE(scan(s.path("r"), {.scope = GitOptions::Scope::kSince, .since = since}).error, "")
        << since;
  }
  s.git("r", {"worktree", "add", "-q", s.path("tree"), "side"});
  s.commit("tree", "late.txt", "late " + kMarker);
  const Scan there = scan(s.path("tree"), {.scope = GitOptions::Scope::kSince, .since = "HEAD~1"});
  EXPECT_EQ(there.places.size(), 1u) << "HEAD of the linked worktree. " << there.error;
}

TEST(GitSource, WhatWasSeenIsNotLookedAtAgain) {
  Sandbox s;
  s.init("r");
  s.commit("r", "a.txt", "old " + kMarker);
  s.git("r", {"repack", "-adq"});
  const GitOptions options{.seen_file = s.path("seen"), .catalogue = "rules 1"};
  EXPECT_EQ(scan(s.path("r"), options).places.size(), 1u);
  EXPECT_EQ(scan(s.path("r"), options).places.size(), 0u);
  s.commit("r", "b.txt", "new " + kMarker);
  s.git("r", {"repack", "-adq"});
  const Scan third = scan(s.path("r"), options);
  EXPECT_EQ(third.places.size(), 1u);
  EXPECT_EQ(third.coverage.objects, 3u) << "a commit, a tree and a blob";
  EXPECT_TRUE(third.coverage.complete());
  const GitOptions others{.seen_file = s.path("seen"), .catalogue = "rules 2"};
  EXPECT_EQ(scan(s.path("r"), others).places.size(), 2u) << "other rules see everything anew";
}

TEST(GitSource, ADamagedListOfSeenObjectsIsIgnored) {
  Sandbox s;
  s.init("r");
  s.commit("r", "a.txt", kMarker);
  const GitOptions options{.seen_file = s.path("seen"), .catalogue = "rules"};
  scan(s.path("r"), options);
  std::string bytes = s.read("seen");
  bytes[bytes.size() / 2] ^= 1;
  s.write("seen", bytes);
  EXPECT_EQ(scan(s.path("r"), options).places.size(), 1u);
}

/// A repository whose one pack has deltas.
void make_packed(Sandbox& s) {
  s.init("r");
  std::string text;
  SeededRng rng(3);
  for (int i = 0; i < 300; ++i) text += rng.hex(8) + "\n";
  for (int i = 0; i < 8; ++i) {
    text.insert(static_cast<std::size_t>(i) * 100, "change " + std::to_string(i) + "\n");
    s.commit("r", "k.txt", text);
  }
  s.git("r", {"repack", "-adfq"});
}

TEST(GitSource, DamagedPacksAreGaps) {
  Sandbox s;
  make_packed(s);
  const std::string path = first_pack(s, ".pack").substr(s.root().size() + 1);
  const std::string pack = s.read(path);
  fs::permissions(s.path(path), fs::perms::owner_all);
  const std::uint64_t objects = scan(s.path("r")).coverage.objects;
  SeededRng rng(11);
  for (int round = 0; round < 300; ++round) {
    std::string damaged = pack;
    damaged[12 + rng.below(pack.size() - 32)] ^= static_cast<char>(1 + rng.below(255));
    s.write(path, damaged);
    const Scan found = scan(s.path("r"));
    EXPECT_LE(found.coverage.objects, objects);
    EXPECT_EQ(found.error, "");
    EXPECT_FALSE(found.coverage.complete()) << "round " << round;
  }
  for (std::size_t size = 0; size < pack.size(); size += 97) {
    s.write(path, pack.substr(0, size));
    EXPECT_FALSE(scan(s.path("r")).coverage.complete()) << size;
  }
}

TEST(GitSource, DamagedIndexesAreGapsOrHarmless) {
  Sandbox s;
  make_packed(s);
  const std::string path = first_pack(s, ".idx").substr(s.root().size() + 1);
  const std::string index = s.read(path);
  fs::permissions(s.path(path), fs::perms::owner_all);
  SeededRng rng(12);
  for (int round = 0; round < 300; ++round) {
    std::string damaged = index;
    damaged[rng.below(index.size())] ^= static_cast<char>(1 + rng.below(255));
    s.write(path, damaged);
    EXPECT_EQ(scan(s.path("r")).error, "");
  }
  s.write(path, index.substr(0, index.size() / 2));
  EXPECT_TRUE(scan(s.path("r")).gap("pack without a usable index"));
}

TEST(GitSource, AnotherCopyOfABrokenObjectIsRead) {
  Sandbox s;
  s.init("r");
  s.commit("r", "k.txt", kMarker + std::string(500, 'x'));
  const std::string blob = s.git("r", {"rev-parse", "HEAD:k.txt"});
  const std::string loose = "r/.git/objects/" + blob.substr(0, 2) + "/" + blob.substr(2);
  const std::string bytes = s.read(loose);
  s.git("r", {"repack", "-adq"});
  const std::string path = first_pack(s, ".pack").substr(s.root().size() + 1);
  std::string pack = s.read(path);
  fs::permissions(s.path(path), fs::perms::owner_all);
  std::fill(pack.begin() + 20, pack.end() - 20, '\x91');
  s.write(path, pack);
  EXPECT_TRUE(scan(s.path("r")).places.empty());
  s.write(loose, bytes);
  const Scan found = scan(s.path("r"));
  EXPECT_EQ(found.places.size(), 1u);
  EXPECT_FALSE(found.coverage.complete());
}

TEST(GitSource, ObjectsOverTheLimitAreNamed) {
  Sandbox s;
  s.init("r");
  s.commit("r", "big.txt", kMarker + std::string(100'000, 'x'));
  for (const bool packed : {false, true}) {
    if (packed) s.git("r", {"repack", "-adq"});
    const Scan found = scan(s.path("r"), {.limits = {.object_bytes_max = 50'000}});
    EXPECT_TRUE(found.places.empty());
    EXPECT_EQ(found.coverage.skipped, 1u);
  }
}

TEST(GitSource, APackThatExpandsTooFarIsCutOff) {
  Sandbox s;
  make_packed(s);
  const Scan found =
      scan(s.path("r"), {.limits = {.pack_bytes_max = 10'000, .pack_expansion_max = 1}});
  EXPECT_TRUE(found.gap("expands to more than"));
}

TEST(GitSource, LoopsOfLinksAndPipesDoNotHang) {
  Sandbox s;
  s.init("r");
  s.commit("r", "k.txt", kMarker);
  fs::create_directory_symlink(s.path("r/.git"), s.path("r/.git/loop"));
  fs::create_directory_symlink("..", s.path("r/.git/hooks/up"));
  fs::create_symlink("self", s.path("r/.git/self"));
  ASSERT_EQ(::mkfifo(s.path("r/.git/pipe").c_str(), 0600), 0);
  s.write("r/.git/refs/heads/a", "ref: refs/heads/b\n");
  s.write("r/.git/refs/heads/b", "ref: refs/heads/a\n");
  const Scan found = scan(s.path("r"));
  EXPECT_EQ(found.places.size(), 1u);
  EXPECT_EQ(found.error, "");
}

TEST(GitSource, AReftableIsNamed) {
  Sandbox s;
  s.init("r");
  s.commit("r", "k.txt", kMarker);
  fs::create_directory(s.path("r/.git/reftable"));
  const Scan found = scan(s.path("r"));
  EXPECT_EQ(found.places.size(), 1u);
  EXPECT_TRUE(found.gap("reftable"));
}

TEST(GitSource, UnknownObjectFormatsAreRefused) {
  Sandbox s;
  s.init("r");
  s.git("r", {"config", "core.repositoryFormatVersion", "1"});
  s.git("r", {"config", "extensions.objectFormat", "sha999"});
  EXPECT_NE(scan(s.path("r")).error.find("sha999"), std::string::npos);
}

TEST(GitSource, AFolderThatCannotBeReadIsAGap) {
  Sandbox s;
  s.init("r");
  s.commit("r", "a.txt", "x");
  s.git("r", {"repack", "-adq"});
  fs::remove_all(s.path("r/.git/objects/aa"));
  fs::create_symlink("aa", s.path("r/.git/objects/aa"));
  EXPECT_FALSE(scan(s.path("r")).coverage.complete());
}

TEST(GitSource, AConfigurationThatCannotBeReadIsAnError) {
  Sandbox s;
  s.init("r");
  fs::remove(s.path("r/.git/config"));
  fs::create_directory(s.path("r/.git/config"));
  EXPECT_NE(scan(s.path("r")).error, "");
}

TEST(GitSource, ALeftOverHeadWithoutItsCommitIsNoGap) {
  Sandbox s;
  s.init("r");
  s.commit("r", "a.txt", "one");
  s.commit("r", "a.txt", "two");
  s.git("r", {"reset", "-q", "--hard", "HEAD~1"});
  s.git("r", {"reflog", "expire", "--expire=now", "--all"});
  s.git("r", {"gc", "-q", "--prune=now"});
  ASSERT_TRUE(fs::exists(s.path("r/.git/ORIG_HEAD")));
  const Scan found = scan(s.path("r"));
  EXPECT_TRUE(found.coverage.complete()) << found.coverage.gaps.front().path;
  EXPECT_EQ(found.coverage.objects, 3u);
}

TEST(GitSource, AnObjectThatIsGoneIsAGap) {
  Sandbox s;
  s.init("r");
  s.commit("r", "src/a.txt", "one");
  const std::string blob = s.git("r", {"rev-parse", "HEAD:src/a.txt"});
  fs::remove(s.path("r/.git/objects/" + blob.substr(0, 2) + "/" + blob.substr(2)));
  const Scan found = scan(s.path("r"));
  ASSERT_EQ(found.coverage.skipped, 1u);
  EXPECT_EQ(found.coverage.gaps[0].path, "src/a.txt");
  EXPECT_EQ(found.coverage.gaps[0].reason, "missing object");
}

}  // namespace
}  // namespace lr::secrets::git
