#include "secrets/findings/parallel_visitor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace lr::secrets {
namespace {

/// What all visitors of a search were shown.
struct Shown {
  std::mutex mutex;
  std::map<std::string, int> documents;  ///< How often each was shown.

  void note(const Document& document, std::string_view changes) {
    std::string text = std::string(document.path) + "|" + std::string(document.object) + "|";
    for (const std::string& step : document.via) text += step + ">";
    text += "|" + std::to_string(document.start.lines) + "|" + std::string(changes) + "|";
    text += std::to_string(std::hash<std::string_view>{}(document.bytes));
    const std::lock_guard lock(mutex);
    ++documents[text];
  }
};

class Noting final : public DocumentVisitor {
 public:
  explicit Noting(Shown& shown) : shown_(shown) {}
  void visit(const Document& document) override { shown_.note(document, "whole"); }
  void visit_changed(const Document& document, std::span<const Range> changed) override {
    std::string text;
    for (const Range& range : changed) {
      text += std::to_string(range.begin) + "-" + std::to_string(range.end) + ",";
    }
    shown_.note(document, text);
  }

 private:
  Shown& shown_;
};

/// Documents of all sizes, from empty ones to one that is not copied.
void show_everything(DocumentVisitor& visitor, const std::string& prefix) {
  for (std::size_t i = 0; i < 6'000; ++i) {
    const std::string path = prefix + std::to_string(i);
    const std::string object = std::to_string(i * 7);
    const std::string bytes(i % 1'000 == 999 ? 3 << 20 : i % 90, static_cast<char>('a' + i % 26));
    const std::vector<std::string> via(i % 3, "zip:a");
    Document document;
    document.path = path;
    document.object = object;
    document.bytes = bytes;
    document.via = via;
    document.start.lines = static_cast<std::uint32_t>(i);
    const Range changed[] = {{i % 5, i % 5 + 1}, {i % 5 + 3, i % 5 + 3}};
    if (i % 2 == 0) {
      visitor.visit(document);
    } else {
      visitor.visit_changed(document, std::span(changed).first(i % 3));
    }
  }
}

TEST(ParallelVisitor, ShowsEveryDocumentOnce) {
  Shown expected;
  Noting alone(expected);
  show_everything(alone, "a/");
  show_everything(alone, "b/");
  ASSERT_EQ(expected.documents.size(), 12'000u);
  for (const std::size_t workers :
       {std::size_t{0}, std::size_t{1}, std::size_t{3}, std::size_t{7}}) {
    Shown shown;
    std::size_t made = 0;
    ParallelVisitor parallel(workers, [&] {
      ++made;
      return std::make_unique<Noting>(shown);
    });
    EXPECT_EQ(made, workers + 1);
    show_everything(parallel, "a/");
    parallel.finish();
    EXPECT_EQ(shown.documents.size(), 6'000u) << "finish() waits for all of them";
    show_everything(parallel, "b/");
    parallel.finish();
    parallel.finish();
    EXPECT_EQ(shown.documents, expected.documents) << workers << " workers";
  }
}

/// What tasks may not do: begin out of order, or meet at one visitor.
class Guarded final : public DocumentVisitor {
 public:
  void visit(const Document&) override {
    EXPECT_FALSE(busy_.exchange(true)) << "two tasks have one visitor";
    std::this_thread::yield();
    busy_ = false;
  }
  void visit_changed(const Document&, std::span<const Range>) override {}

 private:
  std::atomic<bool> busy_ = false;
};

TEST(ParallelVisitor, SharesOutEveryTaskOnce) {
  for (const std::size_t workers :
       {std::size_t{0}, std::size_t{1}, std::size_t{3}, std::size_t{7}}) {
    ParallelVisitor parallel(workers, [] { return std::make_unique<Guarded>(); });
    for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{500}}) {
      std::vector<std::atomic<int>> done(count);
      parallel.share(count, [&](std::size_t number, DocumentVisitor& own) {
        own.visit({});
        ++done[number];
      });
      for (const auto& times : done) EXPECT_EQ(times, 1);
    }
  }
}

TEST(ParallelVisitor, SharesWhileDocumentsAreLookedAt) {
  Shown expected;
  Noting alone(expected);
  show_everything(alone, "a/");
  show_everything(alone, "b/");
  Shown shown;
  ParallelVisitor parallel(3, [&] { return std::make_unique<Noting>(shown); });
  std::atomic<int> done = 0;
  show_everything(parallel, "a/");
  parallel.share(100, [&](std::size_t, DocumentVisitor&) { ++done; });
  EXPECT_EQ(done, 100);
  show_everything(parallel, "b/");
  parallel.finish();
  EXPECT_EQ(shown.documents, expected.documents);
}

TEST(ParallelVisitor, EndsWithNothingLeftUnseen) {
  Shown shown;
  {
    ParallelVisitor parallel(2, [&] { return std::make_unique<Noting>(shown); });
    show_everything(parallel, "a/");
  }
  EXPECT_EQ(shown.documents.size(), 6'000u);
}

TEST(ParallelVisitor, LeavesACoreToTheReader) {
  EXPECT_LE(ParallelVisitor::workers_of_machine(), ParallelVisitor::kWorkersMax);
}

}  // namespace
}  // namespace lr::secrets
