#include "secrets/sources/tree.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "secrets/sources/testing/archives.h"
#include "secrets/sources/testing/recording_visitor.h"
#include "secrets/sources/testing/vlq_writer.h"
#include "secrets/sources/unpack.h"

namespace lr::secrets {
namespace {

namespace fs = std::filesystem;
using sources::RecordingVisitor;

class TreeTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "lr-tree-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
  }
  void TearDown() override { fs::remove_all(root_); }

  void write(const std::string& path, std::string_view bytes) {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path, std::ios::binary) << bytes;
  }
  void read(TreeOptions options = {}) {
    TreeSource source(root_.string(), std::move(options));
    ASSERT_TRUE(source.read(visitor_, coverage_));
    repositories_.assign(source.repositories().begin(), source.repositories().end());
  }
  std::string paths() const {
    std::string all;
    for (const auto& seen : visitor_.seen()) all.append(seen.path).append(" ");
    return all;
  }

  fs::path root_;
  RecordingVisitor visitor_;
  Coverage coverage_;
  std::vector<std::string> repositories_;
};

TEST_F(TreeTest, EveryFileHiddenIgnoredAndDeep) {
  write("a.txt", "1");
  write(".env", "2");
  write(".gitignore", "node_modules");
  write("node_modules/x/index.js", "3");
  write("build/.cache/y", "4");
  read();
  EXPECT_EQ(paths(), ".env .gitignore a.txt build/.cache/y node_modules/x/index.js ");
  EXPECT_EQ(visitor_.bytes_of("node_modules/x/index.js"), "3");
  EXPECT_TRUE(coverage_.complete());
}

TEST_F(TreeTest, NamesThatMayHoldASecretAreContent) {
  const std::string name = "key-0123456789abcdef";
  write(name + "/plain.txt", "1");
  write("2024/" + name + ".txt", "2");
  ASSERT_EQ(::mkfifo((root_ / (name + ".pipe")).c_str(), 0600), 0);
  read();
  EXPECT_EQ(visitor_.bytes_of(name, "name"), name);
  EXPECT_EQ(visitor_.bytes_of("2024/" + name + ".txt", "name"), name + ".txt");
  EXPECT_EQ(visitor_.bytes_of(name + ".pipe", "name"), name + ".pipe");
  EXPECT_EQ(visitor_.bytes_of(name + "/plain.txt", "name"), "(none)");
}

TEST_F(TreeTest, OneFile) {
  write("one.zip", sources::zip({{.name = "a", .bytes = "inside"}}));
  const std::string path = (root_ / "one.zip").string();
  ASSERT_TRUE(TreeSource(path).read(visitor_, coverage_));
  EXPECT_EQ(visitor_.bytes_of(path, "zip:a"), "inside");
}

TEST_F(TreeTest, NothingThereIsAnError) {
  const auto read = TreeSource((root_ / "absent").string()).read(visitor_, coverage_);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code(), Code::kNotFound);
}

TEST_F(TreeTest, RepositoriesAreLeftToTheirOwnSource) {
  for (const char* repository : {".git", "vendor/lib.git"}) {
    write(std::string(repository) + "/HEAD", "ref: refs/heads/main");
    write(std::string(repository) + "/objects/pack/p", "x");
    write(std::string(repository) + "/refs/heads/main", "x");
  }
  write("sub/.git", "gitdir: ../.git/modules/sub");
  write("broken/.git/config", "token");
  read();
  EXPECT_EQ(repositories_, (std::vector<std::string>{".git", "vendor/lib.git"}));
  EXPECT_EQ(paths(), "broken/.git/config sub/.git ");
}

TEST_F(TreeTest, RepositoriesWithoutAHeadOrWithLinksForTheirPartsAreRepositories) {
  write("a/.git/objects/pack/p", "x");
  write("b.git/config", "x");
  write("b.git/info/exclude", "x");
  write("b.git/objects/pack/p", "x");
  write("b.git/refs/heads/main", "x");
  write("c/.git/HEAD", "x");
  fs::create_directory_symlink(root_ / "b.git/objects", root_ / "c/.git/objects");
  write("d/objects/config", "x");
  read();
  EXPECT_EQ(repositories_, (std::vector<std::string>{"a/.git", "b.git", "c/.git"}));
  EXPECT_EQ(paths(), "d/objects/config ");
}

TEST_F(TreeTest, LinksAreNotFollowedSoLoopsEnd) {
  write("dir/file", "x");
  fs::create_directory_symlink(root_, root_ / "dir/loop");
  fs::create_symlink("/etc/passwd", root_ / "outside");
  fs::create_symlink("nowhere", root_ / "dangling");
  read();
  EXPECT_EQ(paths(), "dir/file ");
  EXPECT_TRUE(coverage_.complete());
}

TEST_F(TreeTest, SpecialFilesAreNamedAndDoNotHang) {
  write("file", "x");
  ASSERT_EQ(::mkfifo((root_ / "pipe").c_str(), 0600), 0);
  read();
  EXPECT_EQ(paths(), "file ");
  ASSERT_EQ(coverage_.gaps.size(), 1u);
  EXPECT_EQ(coverage_.gaps[0].path, "pipe");
  EXPECT_EQ(coverage_.gaps[0].reason, "not a file: a FIFO, socket or device");
}

/// Runs as an ordinary user, for whom permissions mean something.
class AsNobody {
 public:
  AsNobody() : was_root_(::geteuid() == 0) {
    if (was_root_) changed_ = ::seteuid(65534) == 0;
  }
  ~AsNobody() {
    if (was_root_ && changed_) static_cast<void>(::seteuid(0));
  }

 private:
  bool was_root_;
  bool changed_ = false;
};

TEST_F(TreeTest, UnreadableFilesAndFoldersAreGaps) {
  write("open", "x");
  write("locked", "x");
  write("closed/inside", "x");
  fs::permissions(root_, fs::perms::all);
  fs::permissions(root_ / "locked", fs::perms::none);
  fs::permissions(root_ / "closed", fs::perms::none);
  {
    const AsNobody nobody;
    read();
  }
  fs::permissions(root_ / "closed", fs::perms::all);
  EXPECT_EQ(paths(), "open ");
  EXPECT_EQ(coverage_.skipped, 2u);
  ASSERT_EQ(coverage_.gaps.size(), 2u);
  EXPECT_EQ(coverage_.gaps[0].path, "closed");
  EXPECT_EQ(coverage_.gaps[0].reason, "unreadable: Permission denied");
  EXPECT_EQ(coverage_.gaps[1].path, "locked");
}

TEST_F(TreeTest, ExcludedPathsAndOnlyThose) {
  write("keep/a", "1");
  write("leave/a", "2");
  write("keep/leave/a", "3");
  read({.walk = {.exclude = {"leave"}}});
  EXPECT_EQ(paths(), "keep/a keep/leave/a ");
}

TEST_F(TreeTest, FoldersNestedTooDeepAreAGap) {
  write("a/b/c/d", "x");
  write("a/e", "x");
  read({.walk = {.depth = 2}});
  EXPECT_EQ(paths(), "a/e ");
  ASSERT_EQ(coverage_.gaps.size(), 1u);
  EXPECT_EQ(coverage_.gaps[0].path, "a/b/c");
}

TEST_F(TreeTest, FilesOverTheBufferAreReadWhole) {
  std::string bytes(3 << 20, '.');
  bytes.replace(bytes.size() - 4, 4, "tail");
  write("big.bin", bytes);
  write("big.tar", sources::tar({{"in/a", bytes}, {"in/b", "small"}}));
  read();
  EXPECT_EQ(visitor_.bytes_of("big.bin"), bytes);
  EXPECT_EQ(visitor_.bytes_of("big.tar", "tar:in/a"), bytes);
  EXPECT_EQ(visitor_.bytes_of("big.tar", "tar:in/b"), "small");
}

TEST_F(TreeTest, FilesTooLargeToHoldAreReadToTheEnd) {
  // Sparse, with needles at the start, over the cut of the first piece, and at the end.
  const std::string needle = "needle-in-a-large-file";
  const std::uint64_t size = sources::kWholeBytes + 5'000'000;
  const std::vector<std::uint64_t> places = {0, sources::kPieceBytes - 10, size - needle.size()};
  write("huge", "");
  fs::resize_file(root_ / "huge", size);
  std::fstream file(root_ / "huge", std::ios::in | std::ios::out | std::ios::binary);
  for (const std::uint64_t place : places) {
    file.seekp(static_cast<std::streamoff>(place));
    file << needle;
  }
  file.close();
  sources::NeedleVisitor needles(needle);
  ASSERT_TRUE(TreeSource(root_.string()).read(needles, coverage_));
  EXPECT_EQ(needles.found(), places);
  EXPECT_EQ(needles.bytes(), size);
  EXPECT_TRUE(coverage_.complete());
}

TEST_F(TreeTest, TheBoundOfAFileIsAGap) {
  write("big", std::string(3 << 20, '.'));
  read({.file_bytes = 2 << 20});
  EXPECT_EQ(visitor_.bytes_of("big").size(), std::size_t{2} << 20);
  EXPECT_EQ(coverage_.skipped, 1u);
}

TEST_F(TreeTest, BundlesAreLocatedThroughTheirMaps) {
  const std::string mappings = sources::write_mappings(
      {{.line = 0, .column = 0, .source = 0},
       {.line = 0, .column = 30, .source = 1, .original_line = 40, .original_column = 6}});
  const std::string map =
      R"({"version":3,"sources":["../src/main.ts","../src/ai.ts"],"mappings":")" + mappings +
      R"("})";
  write("dist/app.js", "/* thirty bytes of other code */secret()\n//# sourceMappingURL=app.js.map");
  write("dist/app.js.map", map);
  write("dist/plain.js", "no map");
  TreeSource source(root_.string());
  ASSERT_TRUE(source.read(visitor_, coverage_));
  Place mapped{}, plain{};
  mapped.path = "dist/app.js";
  plain.path = "dist/plain.js";
  mapped.line = plain.line = 1;
  mapped.column = plain.column = 33;
  std::vector<Place*> places = {&mapped, &plain};
  source.locate(places);
  EXPECT_EQ(mapped.original, "src/ai.ts:41:7");
  EXPECT_EQ(plain.original, "");
}

}  // namespace
}  // namespace lr::secrets
