// Packs in parts: whoever reads them, and in which order, the outcome is the same.
#include "secrets/git/pack_pass.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "base/rng.h"
#include "secrets/git/git_source.h"
#include "secrets/git/testing/sandbox.h"

namespace lr::secrets::git {
namespace {

using testing::Sandbox;

constexpr int kThreads = 4;
constexpr std::uint64_t kLarge = 2'050;

/// Folders of files that change, with new names and authors now and then. The texts of some files
/// grow, so that their trees of deltas come to more than their roots promise.
std::string history(std::uint64_t commits) {
  SeededRng rng(31);
  std::string stream;
  std::map<std::string, std::string> files;
  for (std::uint64_t i = 0; i < commits; ++i) {
    const std::string author = "A" + std::to_string(rng.below(1 + i / 4)) + " <a@b.test>";
    stream += "commit refs/heads/main\nauthor " + author + " " + std::to_string(1'700'000'000 + i) +
              " +0000\ncommitter C <c@b.test> " + std::to_string(1'700'000'000 + i) +
              " +0000\ndata 8\nmessage\n";
    for (std::uint64_t change = 0; change < (i == 0 ? 400 : 6); ++change) {
      const std::string name = "folder" + std::to_string(rng.below(8)) + "/file" +
                               std::to_string(rng.below(60 + i / 2)) + ".txt";
      std::string& text = files[name];
      if (text.empty()) text = rng.hex(2'000);
      text.insert(rng.below(text.size()), rng.hex(1 + rng.below(40)) + "\n");
      stream +=
          "M 100644 inline " + name + "\ndata " + std::to_string(text.size()) + "\n" + text + "\n";
    }
  }
  return stream;
}

void make_repository(Sandbox& sandbox, std::string_view name, std::uint64_t commits = 150) {
  sandbox.init(name, {"--bare"});
  sandbox.git(name, {"-c", "fastimport.unpackLimit=1", "fast-import", "--quiet"}, history(commits));
  sandbox.git(name, {"repack", "-adfq", "--window=20", "--depth=20"});
}

/// Does tasks on several threads, with a visitor for each; or on one, in the order of numbers.
class Crowd final : public DocumentVisitor {
 public:
  explicit Crowd(int threads) : threads_(threads) {}

  void visit(const Document& document) override { note(document, "whole"); }
  void visit_changed(const Document& document, std::span<const Range> changed) override {
    note(document, "changed in " + std::to_string(changed.size()));
  }
  void share(std::size_t count, const Task& task) override {
    std::atomic<std::size_t> next = 0;
    std::vector<std::unique_ptr<Crowd>> visitors;
    for (int i = 0; i < threads_; ++i) visitors.push_back(std::make_unique<Crowd>(1));
    {
      std::vector<std::jthread> all;
      for (const auto& visitor : visitors) {
        all.emplace_back([&, own = visitor.get()] {
          for (std::size_t i = next++; i < count; i = next++) task(i, *own);
        });
      }
    }
    for (const auto& visitor : visitors) documents.merge(visitor->documents);
    if (count > 1) ++shared;
  }

  std::multiset<std::string> documents;
  int shared = 0;  ///< Calls of share() with more than one task.

 private:
  void note(const Document& document, std::string_view how) {
    documents.insert(std::string(document.path) + "|" + std::string(document.object) + "|" +
                     std::string(how) + "|" + std::string(document.bytes));
  }
  int threads_;
};

struct Outcome {
  std::multiset<std::string> documents;
  std::vector<std::string> gaps;
  std::uint64_t objects = 0;
  std::uint64_t skipped = 0;
  int shared = 0;
  bool operator==(const Outcome&) const = default;
};

Outcome scan(const std::string& path, int threads, const GitOptions& options = {}) {
  Outcome outcome;
  auto source = GitSource::open(path, options);
  EXPECT_TRUE(source.has_value());
  if (!source) return outcome;
  Crowd crowd(threads);
  Coverage coverage;
  EXPECT_TRUE((*source)->read(crowd, coverage).has_value());
  outcome.documents = std::move(crowd.documents);
  for (const auto& gap : coverage.gaps) outcome.gaps.push_back(gap.path + ": " + gap.reason);
  outcome.objects = coverage.objects;
  outcome.skipped = coverage.skipped;
  outcome.shared = crowd.shared;
  return outcome;
}

/// How often a text stands in a line of its own in documents of this path.
std::map<std::string, int> lines_of_path(const Outcome& outcome, std::string_view path) {
  std::map<std::string, int> lines;
  for (const std::string& document : outcome.documents) {
    if (!document.starts_with(std::string(path) + "|")) continue;
    std::string text = document.substr(document.rfind('|') + 1);
    if (!text.ends_with('\n')) text += '\n';
    for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
      ++lines[text.substr(at, text.find('\n', at) - at)];
    }
  }
  return lines;
}

class Everything : public ObjectFilter, public ObjectVisitor {
 public:
  bool wants(const ObjectId&) override { return true; }
  void object(const ReadObject& object) override {
    const std::lock_guard lock(mutex);
    ++read[object.id];
  }
  void unreadable(const ObjectId& id, const std::string&) override {
    const std::lock_guard lock(mutex);
    ++lost[id];
  }

  std::mutex mutex;
  std::map<ObjectId, int> read;
  std::map<ObjectId, int> lost;
};

ObjectStore store_of(const Sandbox& sandbox, const ObjectLimits& limits) {
  Coverage coverage;
  return {sandbox.path("r/objects"), HashKind::kSha1, limits, coverage};
}

/// What reading all blobs of the only pack counts against a budget.
std::uint64_t bytes_of_blobs(ObjectStore& store) {
  const Pack& pack = store.packs().front();
  const DeltaForest forest(pack);
  Wanted wanted(forest);
  for (DeltaForest::Node node = 0; node < forest.size(); ++node) wanted.add(node);
  wanted.add_bases();
  Everything everything;
  std::mutex alone;
  PackWalk walk(pack, forest, wanted, store.limits(), alone);
  walk.start({.left = 1ull << 40, .most = 1ull << 40, .later = false}, everything);
  for (const auto root : forest.whole()) {
    if (forest.type(root) == ObjectType::kBlob) walk.walk_whole(root);
  }
  EXPECT_TRUE(everything.lost.empty());
  return walk.spent();
}

/// Reads the blobs, parts from last to first or on several threads.
void read_blobs(ObjectStore& store, int threads, Everything& everything) {
  const Pack& pack = store.packs().front();
  const DeltaForest forest(pack);
  PackPass pass(pack, forest, store, PackPass::Of::kBlobs, everything);
  EXPECT_GT(pass.parts(), 4u);
  std::atomic<std::size_t> left = pass.parts();
  {
    std::vector<std::jthread> all;
    for (int i = 0; i < threads; ++i) {
      all.emplace_back([&] {
        for (std::size_t n = left--; n > 0 && n <= pass.parts(); n = left--) {
          pass.read_part(n - 1, everything);
        }
      });
    }
  }
  pass.read_rest(everything);
}

TEST(PackPass, ThreadsChangeNothing) {
  Sandbox sandbox;
  make_repository(sandbox, "r");
  const Outcome one = scan(sandbox.path("r"), 1);
  EXPECT_EQ(one.skipped, 0u);
  EXPECT_GT(one.shared, 1) << "blobs and others come in several parts";
  for (int round = 0; round < 4; ++round) EXPECT_EQ(scan(sandbox.path("r"), kThreads), one);
}

TEST(PackPass, NothingIsSaidTwiceOrNotAtAll) {
  Sandbox sandbox;
  make_repository(sandbox, "r");
  const Outcome many = scan(sandbox.path("r"), kThreads);
  std::set<std::string> names;
  std::set<std::string> persons;
  std::string listed = sandbox.git("r", {"log", "--all", "--format=%an <%ae>%n%cn <%ce>"}) + "\n";
  for (std::size_t at = 0; at < listed.size(); at = listed.find('\n', at) + 1) {
    persons.insert(listed.substr(at, listed.find('\n', at) - at));
  }
  listed = sandbox.git("r", {"log", "--all", "--format=", "--name-only"}) + "\n";
  for (std::size_t at = 0; at < listed.size(); at = listed.find('\n', at) + 1) {
    const std::string path = listed.substr(at, listed.find('\n', at) - at);
    if (path.empty()) continue;
    names.insert(path.substr(0, path.find('/')));
    names.insert(path.substr(path.find('/') + 1));
  }
  std::set<std::string> said;
  for (const auto& [name, times] : lines_of_path(many, "file names")) {
    said.insert(name);
    EXPECT_EQ(times, 1) << name;
  }
  EXPECT_EQ(said, names);
  said.clear();
  for (const auto& [person, times] : lines_of_path(many, "commit author")) {
    said.insert(person);
    EXPECT_EQ(times, 1) << person;
  }
  EXPECT_EQ(said, persons);
}

TEST(PackPass, ABudgetThatIsEnoughIsEnoughForEveryPart) {
  Sandbox sandbox;
  make_repository(sandbox, "r");
  ObjectLimits limits{.pack_expansion_max = 0};
  ObjectStore generous = store_of(sandbox, limits);
  limits.pack_bytes_max = bytes_of_blobs(generous);
  Everything expected;
  read_blobs(generous, 1, expected);
  for (const int threads : {1, kThreads}) {
    ObjectStore store = store_of(sandbox, limits);
    Everything everything;
    read_blobs(store, threads, everything);
    EXPECT_TRUE(everything.lost.empty());
    EXPECT_EQ(everything.read, expected.read) << "each once, though some trees were begun twice";
  }
}

TEST(PackPass, WhatIsCutOffDoesNotDependOnThreads) {
  Sandbox sandbox;
  make_repository(sandbox, "r");
  ObjectLimits limits{.pack_expansion_max = 0};
  ObjectStore generous = store_of(sandbox, limits);
  const std::uint64_t all = bytes_of_blobs(generous);
  for (const std::uint64_t most : {all - 1, all / 2, all / 50, std::uint64_t{1}}) {
    limits.pack_bytes_max = most;
    Everything one;
    ObjectStore store = store_of(sandbox, limits);
    read_blobs(store, 1, one);
    EXPECT_FALSE(one.lost.empty());
    for (int round = 0; round < 4; ++round) {
      Everything many;
      read_blobs(store, kThreads, many);
      EXPECT_EQ(many.read, one.read);
      EXPECT_EQ(many.lost, one.lost);
    }
    for (const auto& [id, times] : one.lost) {
      EXPECT_EQ(times, 1);
      EXPECT_FALSE(one.read.contains(id));
    }
    const GitOptions options{.limits = limits};
    EXPECT_EQ(scan(sandbox.path("r"), kThreads, options), scan(sandbox.path("r"), 1, options));
  }
}

TEST(PackPass, LargeContentsAreReadOneAtATime) {
  class Large final : public Everything {
   public:
    void object(const ReadObject& object) override {
      const bool large = object.bytes.size() > kLarge;
      if (large) EXPECT_FALSE(busy.exchange(true)) << "two threads have large contents";
      std::this_thread::yield();
      Everything::object(object);
      if (large) busy = false;
    }
    std::atomic<bool> busy = false;
  };
  Sandbox sandbox;
  make_repository(sandbox, "r");
  ObjectStore store = store_of(sandbox, {.alone_bytes = kLarge});
  Everything expected;
  read_blobs(store, 1, expected);
  Large large;
  read_blobs(store, kThreads, large);
  EXPECT_EQ(large.read, expected.read);
}

TEST(PackPass, ACopyElsewhereMendsWhatIsBroken) {
  Sandbox sandbox;
  make_repository(sandbox, "r", 40);
  // A second pack with everything, and the first one broken in the middle.
  sandbox.git("r", {"gc", "--quiet"});
  const std::string packs = sandbox.path("r/objects/pack");
  std::string first;
  for (const auto& file : std::filesystem::directory_iterator(packs)) {
    if (file.path().extension() == ".pack") first = file.path().string();
  }
  const std::string stem = first.substr(0, first.size() - 5);
  for (const char* end : {".pack", ".idx"}) {
    std::filesystem::copy_file(stem + end, packs + "/pack-0000" + end);
  }
  std::filesystem::permissions(first, std::filesystem::perms::owner_write,
                               std::filesystem::perm_options::add);
  std::string bytes = sandbox.read("r/objects/pack/" + first.substr(first.rfind('/') + 1));
  const Outcome whole = scan(sandbox.path("r"), 1);
  for (std::size_t at = bytes.size() / 3; at < bytes.size() / 3 + 4'000; ++at) bytes[at] ^= 0x55;
  sandbox.write("r/objects/pack/" + first.substr(first.rfind('/') + 1), bytes);
  const Outcome one = scan(sandbox.path("r"), 1);
  EXPECT_EQ(one.skipped, 0u);
  EXPECT_EQ(one.objects, whole.objects);
  EXPECT_EQ(scan(sandbox.path("r"), kThreads), one);
}

}  // namespace
}  // namespace lr::secrets::git
