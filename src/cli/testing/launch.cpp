#include "cli/testing/launch.h"

#include <gtest/gtest.h>

#include "cli/run.h"

namespace lr::cli {

Outcome launch(std::vector<std::string> words) {
  words.insert(words.begin(), "launchready");
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  Outcome outcome;
  outcome.code = run(static_cast<int>(argv.size()), argv.data());
  outcome.out = ::testing::internal::GetCapturedStdout();
  outcome.err = ::testing::internal::GetCapturedStderr();
  return outcome;
}

}  // namespace lr::cli
