#include "base/log.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

#include "base/rng.h"
#include "base/secret.h"

namespace lr {
namespace {

template <class T>
concept Loggable = requires(LogLine& line, T value) { line.add("key", std::move(value)); };

// Redaction by construction: what must not be logged does not compile.
static_assert(Loggable<int> && Loggable<bool> && Loggable<Shown> && Loggable<RequestId> &&
              Loggable<nanoseconds>);
static_assert(!Loggable<Secret> && !Loggable<std::string> && !Loggable<std::string_view>);

class LogTest : public testing::Test {
 protected:
  LogTest() {
    SystemRng rng;
    folder_ = std::filesystem::temp_directory_path() / ("log-test-" + rng.hex(8));
    std::filesystem::create_directory(folder_);
  }
  ~LogTest() override { std::filesystem::remove_all(folder_); }
  std::string path() const { return folder_ / "log.json"; }
  std::string text() const {
    std::ifstream file(path());
    std::ostringstream out;
    out << file.rdbuf();
    return out.str();
  }
  std::filesystem::path folder_;
};

TEST_F(LogTest, WritesOneJsonObjectPerLine) {
  auto log = Log::to_file(path());
  ASSERT_TRUE(log.has_value());
  (*log)
      ->line(LogLevel::kInfo, "request")
      .add("request_id", RequestId("r-1"))
      .add("status", 200)
      .add("route", Shown("/v1/a\"\\\n\x1b\xff"))
      .add("took_ms", nanoseconds(1'234'567))
      .add("cached", true);
  (*log)->flush();
  const std::string line = text();
  EXPECT_EQ(line.back(), '\n');
  EXPECT_NE(line.find("\"level\":\"info\",\"message\":\"request\",\"request_id\":\"r-1\","
                      "\"status\":200,\"route\":\"/v1/a\\\"\\\\\\u000a\\u001b\\u00ff\","
                      "\"took_ms\":1.234,\"cached\":true}"),
            std::string::npos)
      << line;
}

TEST_F(LogTest, LinesBelowTheLevelAreNotBuilt) {
  auto log = Log::to_file(path(), {.least = LogLevel::kWarn});
  ASSERT_TRUE(log.has_value());
  (*log)->line(LogLevel::kInfo, "quiet").add("status", 1);
  (*log)->line(LogLevel::kWarn, "loud");
  (*log)->flush();
  EXPECT_EQ(text().find("quiet"), std::string::npos);
  EXPECT_NE(text().find("loud"), std::string::npos);
}

TEST_F(LogTest, ManyThreadsLoseNothingBelowTheBound) {
  constexpr int kThreads = 4;
  constexpr int kLines = 500;
  auto log = Log::to_file(path());
  ASSERT_TRUE(log.has_value());
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&log] {
      for (int i = 0; i < kLines; ++i) (*log)->line(LogLevel::kInfo, "x").add("i", i);
    });
  }
  for (std::thread& thread : threads) thread.join();
  log->reset();
  const std::string all = text();
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), kThreads * kLines);
}

TEST_F(LogTest, FullBufferDropsAndSaysSo) {
  auto log = Log::to_file(path(), {.buffer_bytes_max = 2048, .flush_every = seconds(60)});
  ASSERT_TRUE(log.has_value());
  for (int i = 0; i < 100; ++i) (*log)->line(LogLevel::kInfo, "x").add("i", i);
  EXPECT_GT((*log)->dropped(), 0U);
  (*log)->flush();
  EXPECT_NE(text().find("log lines dropped"), std::string::npos);
}

TEST_F(LogTest, AFileThatCannotBeOpenedIsAnError) {
  auto log = Log::to_file((folder_ / "missing" / "log.json").string());
  ASSERT_FALSE(log.has_value());
  EXPECT_EQ(log.error().code(), Code::kUnavailable);
}

}  // namespace
}  // namespace lr
