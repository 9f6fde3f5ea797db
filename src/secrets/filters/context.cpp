#include <algorithm>
#include <array>

#include "secrets/filters/filters.h"

namespace lr::secrets {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

constexpr auto kInlineMarks = std::to_array<std::string_view>(
    {"gitleaks:allow", "launchready:allow", "pragma: allowlist secret", "trufflehog:ignore",
     "kingfisher:ignore"});

}  // namespace

bool is_fixture_path(std::string_view path) {
  constexpr auto kWords = std::to_array<std::string_view>(
      {"man",       "expected",   "fuzz",     "guides",       "howto",     "test",      "tests",
       "testing",   "testdata",   "spec",     "specs",        "fixture",   "fixtures",  "mock",
       "mocks",     "example",    "examples", "sample",       "samples",   "demo",      "demos",
       "testsuite", "e2e",        "docs",     "doc",          "__tests__", "stub",      "stubs",
       "snapshots", "cassettes",  "selftest", "selftests",    "unittest",  "unittests", "regress",
       "benchmark", "benchmarks", "tutorial", "documentation"});
  std::string word;
  // Git and Perl keep their tests in t/.
  if (path.starts_with("t/") || path.find("/t/") != std::string_view::npos) return true;
  // "testutils", "testcerts": what begins so is made for tests, but for praise.
  const auto ends_word = [&] {
    if (word.starts_with("test") && !word.starts_with("testimon")) return true;
    return std::ranges::find(kWords, word) != kWords.end();
  };
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

bool is_code_path(std::string_view path) {
  constexpr auto kEndings = std::to_array<std::string_view>(
      {"c",    "h",   "cc",  "hh",    "cpp",  "hpp", "cxx", "hxx", "m",     "mm",    "java",
       "kt",   "cs",  "fs",  "go",    "rs",   "py",  "pyx", "rb",  "erb",   "pl",    "pm",
       "php",  "js",  "ts",  "jsx",   "tsx",  "mjs", "cjs", "vue", "scala", "swift", "dart",
       "lua",  "vim", "el",  "ex",    "exs",  "erl", "hs",  "ml",  "r",     "jl",    "sql",
       "html", "css", "rst", "patch", "diff", "po",  "1",   "3",   "5",     "7",     "8",
       "inc",  "in",  "am",  "ac",    "m4",   "d"});
  const std::size_t dot = path.rfind('.');
  if (dot == std::string_view::npos) return false;
  std::string ending(path.substr(dot + 1));
  std::ranges::transform(ending, ending.begin(), lower);
  return std::ranges::find(kEndings, ending) != kEndings.end();
}

bool is_comment(std::string_view line) {
  const std::size_t first = line.find_first_not_of(" \t");
  if (first == std::string_view::npos) return false;
  for (std::string_view mark : {"#", "//", "*", "/*", "--", ";", "<!--"}) {
    if (line.substr(first).starts_with(mark)) return true;
  }
  return false;
}

PathKind path_kind(std::string_view path) { return {is_fixture_path(path), is_code_path(path)}; }

bool allows_inline(std::string_view line) {
  if (!line.contains(':')) return false;  // All marks have one.
  return std::ranges::any_of(kInlineMarks, [&](auto mark) { return line.contains(mark); });
}

bool allows_inline(const Subject& subject) {
  // They are plain words, and so patterns, too.
  static const AnyPattern kMarks({kInlineMarks.begin(), kInlineMarks.end()});
  const bool may = subject.watch == nullptr || subject.watch->may_match(kMarks, subject.line);
  return may && allows_inline(subject.line);
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
