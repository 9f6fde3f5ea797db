#include <algorithm>
#include <array>

#include "secrets/filters/filters.h"

namespace lr::secrets {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

bool is_fixture_path(std::string_view path) {
  constexpr auto kWords = std::to_array<std::string_view>(
      {"test",      "tests",   "testing",   "testdata",   "spec",     "specs",     "fixture",
       "fixtures",  "mock",    "mocks",     "example",    "examples", "sample",    "samples",
       "demo",      "demos",   "testsuite", "e2e",        "docs",     "doc",       "__tests__",
       "stub",      "stubs",   "snapshots", "cassettes",  "selftest", "selftests", "unittest",
       "unittests", "regress", "benchmark", "benchmarks", "tutorial"});
  std::string word;
  const auto ends_word = [&] { return std::ranges::find(kWords, word) != kWords.end(); };
  for (char c : path) {
    if (is_letter(c) || is_digit(c)) {
      word += lower(c);
      continue;
    }
    if (ends_word()) return true;
    word.clear();
  }
  return ends_word();
}

bool allows_inline(std::string_view line) {
  for (std::string_view mark : {"gitleaks:allow", "launchready:allow", "pragma: allowlist secret",
                                "trufflehog:ignore", "kingfisher:ignore"}) {
    if (line.find(mark) != std::string_view::npos) return true;
  }
  return false;
}

bool is_code_word(std::string_view secret) {
  const auto digits = static_cast<std::size_t>(std::ranges::count_if(secret, is_digit));
  if (digits == 0) {
    // Names and paths: words joined by '_', '.', '-', ':' or '/'.
    return std::ranges::all_of(secret, [](char c) {
      return is_letter(c) || c == '_' || c == '.' || c == '-' || c == ':' || c == '/';
    });
  }
  return std::ranges::all_of(secret, [](char c) { return is_digit(c) || c == '.' || c == '-'; });
}

}  // namespace lr::secrets
