// Every object that git finds, byte for byte.
#include "secrets/git/object_store.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "secrets/git/pack_pass.h"
#include "secrets/git/testing/sandbox.h"

namespace lr::secrets::git {
namespace {

using testing::Sandbox;

struct Known {
  ObjectType type = ObjectType::kNone;
  std::string bytes;
  bool operator==(const Known&) const = default;
};
using Objects = std::map<std::string, Known>;

/// `git cat-file --batch-all-objects --batch`: "<id> <type> <size>\n<bytes>\n" for each.
Objects by_git(Sandbox& sandbox, std::string_view repository) {
  const std::string all = sandbox.git(repository, {"cat-file", "--batch-all-objects", "--batch"});
  Objects objects;
  std::string_view left = all;
  while (!left.empty()) {
    const std::size_t end = left.find('\n');
    const std::string_view head = left.substr(0, end);
    const std::size_t first = head.find(' ');
    const std::size_t second = head.find(' ', first + 1);
    const std::size_t size = std::stoul(std::string(head.substr(second + 1)));
    objects[std::string(head.substr(0, first))] = {
        parse_type(head.substr(first + 1, second - first - 1)),
        std::string(left.substr(end + 1, size))};
    left.remove_prefix(std::min(left.size(), end + 1 + size + 1));
  }
  return objects;
}

class Everything final : public ObjectVisitor, public ObjectFilter {
 public:
  explicit Everything(HashKind kind) : kind_(kind) {}
  bool wants(const ObjectId&) override { return true; }
  void object(const ReadObject& object) override {
    objects[hex(object.id, kind_)] = {object.type, std::string(object.bytes)};
  }
  void unreadable(const ObjectId& id, const std::string& reason) override {
    failures[hex(id, kind_)] = reason;
  }

  Objects objects;
  std::map<std::string, std::string> failures;

 private:
  HashKind kind_;
};

/// By walking the packs and reading the loose ones; also compares every single read.
Objects by_us(const std::string& objects, HashKind kind) {
  Coverage coverage;
  ObjectStore store(objects, kind, {}, coverage);
  EXPECT_EQ(coverage.skipped, 0u);
  Everything everything(kind);
  for (const Pack& pack : store.packs()) {
    const DeltaForest forest(pack);
    for (const PackPass::Of of : {PackPass::Of::kOthers, PackPass::Of::kBlobs}) {
      PackPass(pack, forest, store, of, everything).read_all(everything);
    }
  }
  for (const LooseObject& loose : store.loose()) {
    auto object = store.read_loose(loose);
    EXPECT_TRUE(object.has_value());
    if (!object) continue;
    everything.objects[hex(loose.id, kind)] = {object->type, std::string(object->content.view())};
  }
  EXPECT_TRUE(everything.failures.empty());
  for (const auto& [name, known] : everything.objects) {
    auto object = store.read(*parse_hex(name, kind));
    EXPECT_TRUE(object.has_value()) << name;
    if (!object) continue;
    EXPECT_EQ(object->type, known.type);
    EXPECT_EQ(object->content.view(), known.bytes);
  }
  return everything.objects;
}

/// A history with files that grow, shrink and change in the middle.
void make_history(Sandbox& sandbox, std::string_view repository, int commits) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "line " + std::to_string(i * 7919 % 1000) + "\n";
  for (int i = 0; i < commits; ++i) {
    text.insert(static_cast<std::size_t>(i * 131) % text.size(), "new " + std::to_string(i) + "\n");
    if (i % 3 == 0) text.erase(static_cast<std::size_t>(i * 17) % (text.size() / 2), 40);
    sandbox.commit(repository, i % 4 == 0 ? "src/a.txt" : "src/deep/b.txt", text);
  }
  sandbox.git(repository, {"tag", "-a", "v1", "-m", "the first one"});
}

class ObjectStoreTest : public ::testing::TestWithParam<const char*> {
 protected:
  HashKind kind() const {
    return std::string_view(GetParam()) == "sha1" ? HashKind::kSha1 : HashKind::kSha256;
  }
  void init(std::string_view name) {
    sandbox.init(name, {std::string("--object-format=") + GetParam()});
  }
  void expect_same(std::string_view repository) {
    expect_same(repository, by_git(sandbox, repository));
  }
  void expect_same(std::string_view repository, const Objects& expected) {
    const Objects ours = by_us(sandbox.path(std::string(repository) + "/.git/objects"), kind());
    EXPECT_GT(expected.size(), 10u);
    EXPECT_EQ(ours.size(), expected.size());
    EXPECT_TRUE(ours == expected);
  }

  Sandbox sandbox;
};

INSTANTIATE_TEST_SUITE_P(Formats, ObjectStoreTest, ::testing::Values("sha1", "sha256"));

TEST_P(ObjectStoreTest, LooseObjects) {
  init("r");
  make_history(sandbox, "r", 8);
  expect_same("r");
}

TEST_P(ObjectStoreTest, OnePackOfOffsetDeltas) {
  init("r");
  make_history(sandbox, "r", 40);
  sandbox.git("r", {"repack", "-adfq", "--depth=50", "--window=50"});
  expect_same("r");
}

TEST_P(ObjectStoreTest, ReferenceDeltas) {
  init("r");
  make_history(sandbox, "r", 40);
  sandbox.git("r", {"-c", "repack.useDeltaBaseOffset=false", "repack", "-adfq"});
  expect_same("r");
}

TEST_P(ObjectStoreTest, IndexVersion1) {
  init("r");
  make_history(sandbox, "r", 20);
  sandbox.git("r", {"-c", "pack.indexVersion=1", "repack", "-adfq"});
  expect_same("r");
}

TEST_P(ObjectStoreTest, OffsetsOf64Bits) {
  init("r");
  make_history(sandbox, "r", 20);
  // Every offset above 64 bytes goes through the table of large ones.
  const std::string ids = sandbox.git("r", {"rev-list", "--all", "--objects", "--no-object-names"});
  sandbox.git("r", {"pack-objects", "-q", "--index-version=2,0x40", ".git/objects/pack/pack"}, ids);
  sandbox.git("r", {"prune-packed", "-q"});
  expect_same("r");
}

TEST_P(ObjectStoreTest, SeveralPacksCruftAndLoose) {
  init("r");
  make_history(sandbox, "r", 12);
  sandbox.git("r", {"repack", "-dq"});
  sandbox.commit("r", "c.txt", "one");
  sandbox.git("r", {"commit", "-q", "--amend", "-m", "amended"});
  sandbox.git("r", {"reflog", "expire", "--expire=now", "--all"});
  sandbox.git("r", {"repack", "-d", "--cruft", "-q"});
  sandbox.commit("r", "d.txt", "two");
  expect_same("r");
}

TEST_P(ObjectStoreTest, MultiPackIndexInPlaceOfIndexes) {
  init("r");
  make_history(sandbox, "r", 12);
  sandbox.git("r", {"repack", "-dq"});
  sandbox.commit("r", "c.txt", "one");
  sandbox.git("r", {"repack", "-dq"});
  sandbox.git("r", {"multi-pack-index", "write"});
  const Objects expected = by_git(sandbox, "r");
  for (const auto& file :
       std::filesystem::directory_iterator(sandbox.path("r/.git/objects/pack"))) {
    if (file.path().extension() == ".idx") std::filesystem::remove(file.path());
  }
  Coverage coverage;
  ObjectStore store(sandbox.path("r/.git/objects"), kind(), {}, coverage);
  EXPECT_EQ(store.packs().size(), 2u);
  expect_same("r", expected);
}

TEST_P(ObjectStoreTest, AlternatesOfAlternates) {
  init("a");
  make_history(sandbox, "a", 6);
  sandbox.git(".", {"clone", "-q", "--shared", "a", "b"});
  sandbox.commit("b", "b.txt", "only in b");
  sandbox.git(".", {"clone", "-q", "--shared", "b", "c"});
  sandbox.commit("c", "c.txt", "only in c");
  expect_same("c");
}

TEST_P(ObjectStoreTest, ALoopOfAlternatesEnds) {
  init("r");
  make_history(sandbox, "r", 3);
  sandbox.write("r/.git/objects/info/alternates", "../objects\n.\n# comment\n");
  Coverage coverage;
  const ObjectStore store(sandbox.path("r/.git/objects"), kind(), {}, coverage);
  EXPECT_EQ(store.folders().size(), 1u);
  EXPECT_EQ(coverage.skipped, 0u);
}

TEST_P(ObjectStoreTest, AMissingAlternateIsAGap) {
  init("r");
  sandbox.write("r/.git/objects/info/alternates", "/nowhere/objects\n");
  Coverage coverage;
  const ObjectStore store(sandbox.path("r/.git/objects"), kind(), {}, coverage);
  ASSERT_EQ(coverage.gaps.size(), 1u);
  EXPECT_EQ(coverage.gaps[0].path, "/nowhere/objects");
}

}  // namespace
}  // namespace lr::secrets::git
