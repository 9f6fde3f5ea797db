#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

#include "secrets/filters/filters.h"

namespace lr::secrets {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
bool is_alnum(char c) { return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z'); }

constexpr auto kWords = std::to_array<std::string_view>(
    {"example",   "changeme",   "change_me", "change-me", "placeholder", "your_",     "your-",
     "yourkey",   "yoursecret", "yourtoken", "yourpass",  "yourapi",     "xxxxx",     "redacted",
     "dummy",     "insert_",    "insert-",   "replace_",  "replace-",    "replaceme", "foobar",
     "notreal",   "not_real",   "not-real",  "fake_",     "fake-",       "fakekey",   "sample_",
     "sample-",   "_here",      "-here",     "keyhere",   "tokenhere",   "my_secret", "mysecret",
     "my-secret", "secret_key", "my_token",  "mytoken",   "test_key",    "testkey",   "test-key",
     "deadbeef",  "abcdefgh",   "qwerty",    "12345678",  "23456789",    "01234567",  "98765432",
     "abcd1234",  "1234abcd",   "a1b2c3d4",  "***",       "...",         "aaaaa",     "00000"});

/// Of the first two bytes of a word: letters of both cases and most signs differ in it.
constexpr std::size_t pair_of(char a, char b) {
  return (static_cast<std::uint8_t>(a) & 31u) << 5 | (static_cast<std::uint8_t>(b) & 31u);
}

/// Which words may begin with a pair: bit i for word i.
constexpr auto kWordsAt = [] {
  static_assert(kWords.size() <= 64);
  std::array<std::uint64_t, 1024> table{};
  for (std::size_t i = 0; i < kWords.size(); ++i) {
    table[pair_of(kWords[i][0], kWords[i][1])] |= 1ull << i;
  }
  return table;
}();

/// Which words may go on with a byte: bit i for word i.
constexpr auto kWordsWithThird = [] {
  std::array<std::uint64_t, 32> table{};
  for (std::size_t i = 0; i < kWords.size(); ++i) {
    table[static_cast<std::uint8_t>(kWords[i][2]) & 31u] |= 1ull << i;
  }
  return table;
}();

bool holds_word(std::string_view secret) {
  for (; secret.size() >= 3; secret.remove_prefix(1)) {
    std::uint64_t words = kWordsAt[pair_of(secret[0], secret[1])] &
                          kWordsWithThird[static_cast<std::uint8_t>(secret[2]) & 31u];
    for (; words != 0; words &= words - 1) {
      const std::string_view word = kWords[static_cast<std::size_t>(std::countr_zero(words))];
      const std::string_view here = secret.substr(0, word.size());
      if (std::ranges::equal(here, word, {}, lower)) return true;
    }
  }
  return false;
}

constexpr auto kMarks = [] {
  std::array<bool, 256> table{};
  for (char c : std::string_view("${}#<%")) table[static_cast<std::uint8_t>(c)] = true;
  return table;
}();

/// `${`, `$(`, `$$`, `{{`, `}}`, `#{`, `<%`, `%>` or `%(`.
bool holds_reference_mark(std::string_view secret) {
  bool any = false;
  for (char c : secret) any |= kMarks[static_cast<std::uint8_t>(c)];
  if (!any) return false;
  for (std::size_t i = 1; i < secret.size(); ++i) {
    const char b = secret[i];
    switch (secret[i - 1]) {
      case '$':
        if (b == '{' || b == '(' || b == '$') return true;
        break;
      case '{':
      case '}':
        if (b == secret[i - 1]) return true;
        break;
      case '#':
        if (b == '{') return true;
        break;
      case '<':
        if (b == '%') return true;
        break;
      case '%':
        if (b == '>' || b == '(') return true;
        break;
      default:
        break;
    }
  }
  return false;
}

/// `${VAR}`, `$(cmd)`, `{{ x }}`, `<token>`, `[token]`, `%VAR%`, `%s`, `#{x}`, `@Value@`.
bool is_reference(std::string_view secret) {
  if (holds_reference_mark(secret)) return true;
  const char first = secret.front();
  const char last = secret.back();
  if ((first == '<' && last == '>') || (first == '[' && last == ']') ||
      (first == '%' && last == '%') || (first == '{' && last == '}') ||
      (first == '@' && last == '@') || (first == '_' && last == '_')) {
    return true;
  }
  const bool variable = first == '$' && secret.size() > 1;
  return variable && std::ranges::all_of(secret.substr(1), [](char c) {
           return is_alnum(c) || c == '_' || c == '.';
         });
}

/// `API_KEY`: the name of a variable.
bool is_variable_name(std::string_view secret) {
  bool separator = false;
  std::size_t digits = 0;
  for (char c : secret) {
    if (c >= 'a' && c <= 'z') return false;
    if (!is_alnum(c) && c != '_') return false;
    separator = separator || c == '_';
    digits += c >= '0' && c <= '9' ? 1 : 0;
  }
  return separator && digits * 4 < secret.size();
}

/// Counts no further than one more than `most`.
bool has_few_distinct_bytes(std::string_view secret, std::size_t most) {
  std::array<bool, 256> seen{};
  std::size_t count = 0;
  for (char c : secret) {
    bool& known = seen[static_cast<std::uint8_t>(c)];
    count += known ? 0 : 1;
    known = true;
    if (count > most) return false;
  }
  return true;
}

/// How many bytes of at most 64 KiB continue a run: the same step (0, 1 or -1) twice in a row.
std::size_t bytes_in_runs(std::string_view secret) {
  std::uint16_t count = 0;  // As wide as the steps, and no branches: several at once are compared.
  for (std::size_t i = 2; i < secret.size(); ++i) {
    const auto step = static_cast<std::int16_t>(secret[i] - secret[i - 1]);
    const auto before = static_cast<std::int16_t>(secret[i - 1] - secret[i - 2]);
    const bool small = step >= -1 && step <= 1;
    count = static_cast<std::uint16_t>(count + ((step == before) & small));
  }
  return count;
}

/// The same piece over and over: "abcabcabc".
bool is_periodic(std::string_view secret) {
  for (std::size_t period = 1; period <= secret.size() / 3; ++period) {
    if (secret[period] != secret[0]) continue;
    if (secret.substr(period) == secret.substr(0, secret.size() - period)) return true;
  }
  return false;
}

}  // namespace

bool is_placeholder(std::string_view secret) {
  if (secret.empty()) return true;
  // Long values hold runs by chance; only their start is judged by its shape.
  const std::string_view head = secret.substr(0, 128);
  if (is_reference(secret) || is_variable_name(head)) return true;
  if (secret.size() <= 256 && holds_word(secret)) return true;
  if (head.size() >= 8 && has_few_distinct_bytes(head, head.size() >= 24 ? 6 : 3)) return true;
  return bytes_in_runs(head) * 3 > head.size() || is_periodic(head);
}

}  // namespace lr::secrets
