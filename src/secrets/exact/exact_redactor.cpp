#include "secrets/exact/exact_redactor.h"

#include <algorithm>

namespace lr::secrets {
namespace {

constexpr std::size_t kPiece = 64 * 1024;

/// A mark may land inside JSON, HTML or a log line: nothing in it needs escaping there.
std::string mark_for(std::string_view name) {
  constexpr std::string_view kSafe =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./:";
  std::string out = "[redacted:";
  for (const char c : name) out += kSafe.contains(c) ? c : '_';
  return out + "]";
}

}  // namespace

ExactRedactor::ExactRedactor(const ExactValues& values)
    : values_(values), held_(values.reach() + kPiece + 1) {}

void ExactRedactor::feed(std::string_view chunk, std::string& out) {
  if (values_.reach() == 0) {
    out.append(chunk);
    return;
  }
  for (; !chunk.empty(); chunk.remove_prefix(std::min(kPiece, chunk.size()))) {
    held_.append(chunk.substr(0, kPiece));
    process(false, out);
  }
}

void ExactRedactor::finish(std::string& out) {
  process(true, out);
  held_.truncate(0);
  context_ = 0;
  covered_ = 0;
}

/// The first byte from which on all bytes may be the front of a value.
std::size_t ExactRedactor::first_held(bool last) const {
  const std::string_view bytes = held_.view();
  if (last) return bytes.size();
  std::size_t at = std::max(context_, bytes.size() - std::min(bytes.size(), values_.reach()));
  while (at < bytes.size() && !values_.could_become_value(bytes.substr(at))) ++at;
  return at;
}

void ExactRedactor::process(bool last, std::string& out) {
  matches_.clear();
  values_.match(held_.view(), matches_);
  // Of matches at one place the longest speaks for all.
  std::ranges::sort(matches_, [](const auto& a, const auto& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
  });
  const std::size_t until = first_held(last);
  std::size_t left = std::max(context_, covered_);  ///< Everything before has left, or is covered.
  const std::string_view bytes = held_.view();
  for (const ExactValues::FormMatch& match : matches_) {
    if ((match.open && !last) || match.core >= until) continue;
    const std::size_t end = match.end - (match.open ? 1 : 0);
    if (end <= left) continue;
    if (match.begin > left) out.append(bytes.substr(left, match.begin - left));
    // A value that overlaps the one before extends its mark.
    if (match.begin >= left || left == context_) {
      out += mark_for(values_.name_of(match));
    }
    ++redacted_;
    left = end;
  }
  if (until > left) out.append(bytes.substr(left, until - left));
  covered_ = left > until ? left - until : 0;
  release(until);
}

/// Forgets what has left, but for one byte: the edge of a base64 form may be in it.
void ExactRedactor::release(std::size_t until) {
  const std::size_t keep = until > 0 ? 1 : 0;
  held_.drop_front(until - keep);
  context_ = keep;
  if (covered_ != 0) covered_ += keep;
}

}  // namespace lr::secrets
