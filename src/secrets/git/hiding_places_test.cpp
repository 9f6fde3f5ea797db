// Where secrets hide in a repository: each place is made with the real git, and the marker in it is
// found, with the right provenance, or named as a gap.
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>

#include "secrets/git/git_source.h"
#include "secrets/git/testing/marker_visitor.h"
#include "secrets/git/testing/sandbox.h"

namespace lr::secrets::git {
namespace {

using testing::MarkerVisitor;
using testing::Sandbox;
namespace fs = std::filesystem;

const std::string kMarker = "mArKeR-7f3d";

struct Hidden {
  std::string name;
  std::function<void(Sandbox&)> hide;  ///< In a repository "r" that has two commits.
  std::string path;                    ///< Of the place, after locate().
  std::string reachability;            ///< "" for places that are no object.
};

void PrintTo(const Hidden& hidden, std::ostream* out) { *out << hidden.name; }

void hide_in_merge(Sandbox& s) {
  s.git("r", {"switch", "-qc", "side"});
  s.commit("r", "a.txt", "side\n");
  s.git("r", {"switch", "-q", "main"});
  s.commit("r", "a.txt", "main\n");
  s.run_git("r", {"merge", "-q", "side"});
  s.commit("r", "a.txt", "resolved " + kMarker + "\n", "merge");
  s.commit("r", "a.txt", "clean\n");
}

void hide_in_amended(Sandbox& s) {
  s.commit("r", "k.txt", kMarker);
  s.write("r/k.txt", "clean");
  s.git("r", {"commit", "-qa", "--amend", "-m", "amended"});
}

void hide_unreachable(Sandbox& s) {
  hide_in_amended(s);
  s.git("r", {"reflog", "expire", "--expire=now", "--all"});
}

void hide_in_deleted_branch(Sandbox& s) {
  s.git("r", {"switch", "-qc", "gone"});
  s.commit("r", "k.txt", kMarker);
  s.git("r", {"switch", "-q", "main"});
  s.git("r", {"branch", "-qD", "gone"});
}

void hide_in_stash(Sandbox& s) {
  s.write("r/a.txt", kMarker);
  s.git("r", {"stash", "-q"});
}

void hide_in_dropped_stash(Sandbox& s) {
  hide_in_stash(s);
  s.write("r/a.txt", "another");
  s.git("r", {"stash", "-q"});
}

void hide_in_tag_of_blob(Sandbox& s) {
  const std::string blob = s.git("r", {"hash-object", "-w", "--stdin"}, kMarker);
  s.git("r", {"tag", "blobtag", blob});
}

void hide_in_config(Sandbox& s) {
  s.git("r", {"remote", "add", "origin", "https://user:" + kMarker + "@example.test/r.git"});
}

void hide_in_note(Sandbox& s) { s.git("r", {"notes", "add", "-m", kMarker}); }

void hide_in_pull_request(Sandbox& s) {
  const std::string main = s.git("r", {"rev-parse", "HEAD"});
  s.git("r", {"switch", "-q", "--detach"});
  const std::string commit = s.commit("r", "k.txt", kMarker);
  s.git("r", {"switch", "-q", "main"});
  s.git("r", {"update-ref", "refs/pull/7/head", commit});
  fs::remove(s.path("r/.git/logs/HEAD"));
}

void hide_in_remote_branch(Sandbox& s) {
  hide_in_pull_request(s);
  s.git("r", {"update-ref", "refs/remotes/origin/topic", "refs/pull/7/head"});
  s.git("r", {"update-ref", "-d", "refs/pull/7/head"});
}

void hide_in_linked_worktree(Sandbox& s) {
  s.git("r", {"worktree", "add", "-q", "--detach", "../w"});
  s.write("w/k.txt", kMarker);
  s.git("w", {"add", "k.txt"});
}

void hide_in_submodule(Sandbox& s) {
  s.init("lib");
  s.commit("lib", "k.txt", kMarker);
  s.commit("lib", "k.txt", "clean");
  s.git("r", {"submodule", "--quiet", "add", "../lib", "third/lib"});
}

void hide_in_embedded_submodule(Sandbox& s) {
  s.init("r/third/lib");
  s.commit("r/third/lib", "k.txt", kMarker);
  s.git("r", {"add", "third/lib"});
}

void hide_in_alternate(Sandbox& s) {
  s.init("shared");
  s.commit("shared", "k.txt", kMarker);
  s.write("r/.git/objects/info/alternates", s.path("shared/.git/objects") + "\n");
}

void hide_in_large_file(Sandbox& s) {
  const std::string digest(64, 'a');
  s.commit("r", "big.bin",
           "version https://git-lfs.github.com/spec/v1\noid sha256:" + digest + "\nsize 11\n");
  s.write("r/.git/lfs/objects/aa/aa/" + digest, kMarker);
}

void hide_in_clone_reflog(Sandbox& s) {
  s.git("r", {"update-ref", "-m", "clone: from https://u:" + kMarker + "@example.test/",
              "--create-reflog", "refs/heads/other", "HEAD"});
}

const std::vector<Hidden>& places() {
  static const std::vector<Hidden> all{
      {"MergeResolution", hide_in_merge, "a.txt", "local"},
      {"AmendedCommit", hide_in_amended, "k.txt", "reflog"},
      {"UnreachableCommit", hide_unreachable, "k.txt", "unreachable"},
      {"DeletedBranch", hide_in_deleted_branch, "k.txt", "reflog"},
      {"Stash", hide_in_stash, "a.txt", "local"},
      {"OlderStash", hide_in_dropped_stash, "a.txt", "reflog"},
      {"Staged",
       [](Sandbox& s) {
         s.write("r/new/k.txt", kMarker);
         s.git("r", {"add", "new/k.txt"});
       },
       "new/k.txt", "staged"},
      {"StagedOnceAndReplaced",
       [](Sandbox& s) {
         s.write("r/k.txt", kMarker);
         s.git("r", {"add", "k.txt"});
         s.write("r/k.txt", "clean");
         s.git("r", {"add", "k.txt"});
       },
       "object without a name", "unreachable"},
      {"TaggedBlob", hide_in_tag_of_blob, "object without a name", "local"},
      {"TagMessage", [](Sandbox& s) { s.git("r", {"tag", "-a", "v1", "-m", kMarker}); },
       "tag message", "local"},
      {"CommitMessage", [](Sandbox& s) { s.commit("r", "a.txt", "x", "say " + kMarker); },
       "commit message", "local"},
      {"AuthorName",
       [](Sandbox& s) {
         s.git("r",
               {"commit", "-q", "--allow-empty", "--author", kMarker + " <a@b.test>", "-m", "x"});
       },
       "commit author", "local"},
      {"Note", hide_in_note, "", "local"},
      {"PullRequest", hide_in_pull_request, "k.txt", "published"},
      {"RemoteBranch", hide_in_remote_branch, "k.txt", "published"},
      {"FileName", [](Sandbox& s) { s.commit("r", "src/" + kMarker + ".txt", "x"); }, "file names",
       "local"},
      {"FolderName", [](Sandbox& s) { s.commit("r", kMarker + "/deep/x.txt", "x"); }, "file names",
       "local"},
      {"StagedFileName",
       [](Sandbox& s) {
         s.write("r/" + kMarker, "x");
         s.git("r", {"add", "-A"});
       },
       "index file names", ""},
      {"BranchName", [](Sandbox& s) { s.git("r", {"branch", "topic/" + kMarker}); }, "ref names",
       ""},
      {"Configuration", hide_in_config, ".git/config", ""},
      {"Hook", [](Sandbox& s) { s.write("r/.git/hooks/pre-push", "curl " + kMarker); },
       ".git/hooks/pre-push", ""},
      {"ReflogMessage", hide_in_clone_reflog, ".git/logs/refs/heads/other", ""},
      {"Alternate", hide_in_alternate, "k.txt", "unreachable"},
      {"LinkedWorktreeIndex", hide_in_linked_worktree, "k.txt", "staged"},
      {"Submodule", hide_in_submodule, "third/lib/k.txt", "published"},
      {"EmbeddedSubmodule", hide_in_embedded_submodule, "third/lib/k.txt", "local"},
      {"LargeFile", hide_in_large_file, "big.bin", "local"},
  };
  return all;
}

struct Layouted {
  std::string name;
  std::string format;
  bool packed = false;
};

using Case = std::tuple<Hidden, Layouted>;

class HidingPlaces : public ::testing::TestWithParam<Case> {};

INSTANTIATE_TEST_SUITE_P(Git, HidingPlaces,
                         ::testing::Combine(::testing::ValuesIn(places()),
                                            ::testing::Values(Layouted{"Loose", "sha1", false},
                                                              Layouted{"Packed", "sha1", true},
                                                              Layouted{"Sha256", "sha256", true})),
                         [](const auto& info) {
                           return std::get<0>(info.param).name + std::get<1>(info.param).name;
                         });

TEST_P(HidingPlaces, AreFound) {
  const auto& [hidden, layout] = GetParam();
  Sandbox sandbox;
  sandbox.set_object_format(layout.format);
  sandbox.init("r");
  sandbox.commit("r", "a.txt", "one\n");
  sandbox.commit("r", "a.txt", "two\n");
  hidden.hide(sandbox);
  if (layout.packed) {
    sandbox.git("r", {"pack-refs", "--all"});
    sandbox.git("r", {"repack", "-dq", "--cruft"});
  }
  auto source = GitSource::open(sandbox.path("r"));
  ASSERT_TRUE(source.has_value()) << source.error().detail();
  MarkerVisitor visitor(kMarker);
  Coverage coverage;
  ASSERT_TRUE((*source)->read(visitor, coverage).has_value());
  for (const auto& gap : coverage.gaps) ADD_FAILURE() << gap.path << ": " << gap.reason;
  ASSERT_FALSE(visitor.places().empty());
  auto pointers = visitor.place_pointers();
  (*source)->locate(pointers);
  const Place& place = visitor.places().front();
  if (!hidden.path.empty()) EXPECT_EQ(place.path, hidden.path);
  EXPECT_EQ(place.reachability, hidden.reachability);
}

}  // namespace
}  // namespace lr::secrets::git
