#include "base/error.h"

#include <cstdio>
#include <cstdlib>

namespace lr {
namespace {

struct CodeRow {
  Code code;
  std::string_view name;
  int http;
  int exit;
  std::string_view text;
};

constexpr CodeRow kRows[] = {
#define LR_X(name, number, http, exit, text) {Code::name, #name, http, exit, text},
    LR_CODES(LR_X)
#undef LR_X
};

const CodeRow& row(Code code) {
  for (const CodeRow& candidate : kRows) {
    if (candidate.code == code) return candidate;
  }
  check_failed("every Code has a row", __FILE__, __LINE__);
}

/// "kNotFound" -> "not_found"
std::string snake_case(std::string_view constant) {
  std::string name;
  for (char c : constant.substr(1)) {
    if (c >= 'A' && c <= 'Z') {
      if (!name.empty()) name += '_';
      c = static_cast<char>(c - 'A' + 'a');
    }
    name += c;
  }
  return name;
}

}  // namespace

std::string_view code_name(Code code) {
  static const auto names = [] {
    std::unique_ptr<std::string[]> all(new std::string[std::size(kRows) + 1]);
    for (const CodeRow& r : kRows) all[static_cast<std::size_t>(r.code)] = snake_case(r.name);
    return all;
  }();
  return names[static_cast<std::size_t>(row(code).code)];
}

int http_status(Code code) { return row(code).http; }
int exit_code(Code code) { return row(code).exit; }
std::string_view public_text(Code code) { return row(code).text; }

Error::Error(Code code, std::string detail, Origin origin, Retry retry)
    : state_(std::make_unique<State>(State{code, origin, retry, std::move(detail)})) {}

Error::Error(const Error& other) : state_(std::make_unique<State>(*other.state_)) {}

Error& Error::operator=(const Error& other) {
  if (this != &other) state_ = std::make_unique<State>(*other.state_);
  return *this;
}

Error Error::context(std::string_view what) && {
  state_->detail.insert(0, ": ");
  state_->detail.insert(0, what);
  return std::move(*this);
}

void check_failed(const char* expression, const char* file, int line) {
  std::fprintf(stderr, "launchready: bug: %s does not hold at %s:%d\n", expression, file, line);
  std::abort();
}

}  // namespace lr
