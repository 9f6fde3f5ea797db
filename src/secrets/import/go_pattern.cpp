#include "secrets/import/go_pattern.h"

#include <re2/re2.h>

#include <optional>

#include "secrets/import/rule_import.h"

namespace lr::secrets {
namespace {

/// For one pattern; imports are hostile until they compile within it.
constexpr std::int64_t kPatternMemory = 16ll << 20;

/// The flags of "(?…)" at the front, or nullopt.
std::optional<std::string_view> leading_flags(std::string_view pattern) {
  if (!pattern.starts_with("(?")) return std::nullopt;
  const std::size_t end = pattern.find_first_not_of("imsxU-", 2);
  if (end == std::string_view::npos || pattern[end] != ')') return std::nullopt;
  return pattern.substr(2, end - 2);
}

/// Copies a pattern and changes what C++ writes in another way.
class Rewriter {
 public:
  Rewriter(std::string_view pattern, bool verbose) : in_(pattern), verbose_(verbose) {}

  std::string run() {
    while (at_ < in_.size()) step();
    return std::move(out_);
  }

 private:
  void take(std::size_t count) {
    out_ += in_.substr(at_, count);
    at_ += std::min(count, in_.size() - at_);
  }

  void step() {
    const char c = in_[at_];
    if (c == '\\') {
      if (in_.substr(at_, 2) == "\\Q") return take_quoted();
      return take(2);
    }
    if (in_class_) {
      if (c == '[' && in_.substr(at_, 2) == "[:") return take_named_class();
      if (c == ']' && at_ > class_first_) in_class_ = false;
      return take(1);
    }
    if (c == '[') return open_class();
    if (verbose_ && (c == ' ' || c == '\t' || c == '\n' || c == '\r')) {
      ++at_;
      return;
    }
    if (verbose_ && c == '#') {
      at_ = std::min(in_.find('\n', at_), in_.size());
      return;
    }
    const bool named = in_.substr(at_, 3) == "(?<" && at_ + 3 < in_.size() && in_[at_ + 3] != '=' &&
                       in_[at_ + 3] != '!';
    if (named) {
      out_ += "(?P<";
      at_ += 3;
      return;
    }
    take(1);
  }

  void take_quoted() {
    const std::size_t end = in_.find("\\E", at_ + 2);
    take(end == std::string_view::npos ? in_.size() - at_ : end + 2 - at_);
  }

  void take_named_class() {
    const std::size_t end = in_.find(":]", at_ + 2);
    take(end == std::string_view::npos ? 1 : end + 2 - at_);
  }

  void open_class() {
    in_class_ = true;
    take(1);
    if (at_ < in_.size() && in_[at_] == '^') take(1);
    class_first_ = at_;  // A ']' here is a member, not the end.
  }

  std::string_view in_;
  bool verbose_;
  std::size_t at_ = 0;
  bool in_class_ = false;
  std::size_t class_first_ = 0;
  std::string out_;
};

}  // namespace

Result<std::string> go_pattern(std::string_view pattern) {
  if (pattern.size() > kPatternBytes) {
    return fail(Code::kPayloadTooLarge, "the pattern is longer than 32 KiB");
  }
  std::string flags;
  bool verbose = false;
  if (const auto leading = leading_flags(pattern)) {
    verbose = leading->substr(0, leading->find('-')).contains('x');
    for (char c : *leading) {
      if (c != 'x') flags += c;
    }
    pattern.remove_prefix(leading->size() + 3);
    if (flags == "-") flags.clear();
    if (!flags.empty()) flags = "(?" + flags + ")";
  }
  std::string rewritten = flags + Rewriter(pattern, verbose).run();
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kPatternMemory);
  options.set_encoding(RE2::Options::EncodingLatin1);  // Bytes, as everything is matched here.
  const RE2 compiled(rewritten, options);
  if (compiled.error_code() == RE2::ErrorPatternTooLarge) {
    return fail(Code::kPayloadTooLarge, "the pattern needs too much memory");
  }
  if (!compiled.ok()) return fail(Code::kInvalidArgument, compiled.error());
  return rewritten;
}

}  // namespace lr::secrets
