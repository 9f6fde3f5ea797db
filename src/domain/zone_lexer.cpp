#include "domain/zone_lexer.h"

#include <fmt/format.h>

#include "text/ascii.h"

namespace lr::domain {
namespace {

constexpr std::size_t kTokensMax = 4096;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

}  // namespace

Result<ZoneEntry> ZoneLexer::next() {
  ZoneEntry entry;
  while (at_ < text_.size()) {
    if (entry.tokens.empty() && depth_ == 0) {
      entry.line = line_;
      entry.owner_is_blank = is_blank(text_[at_]);
    }
    LR_TRY(const bool ended, token(entry));
    if (ended && !entry.tokens.empty()) return entry;
    if (entry.tokens.size() > kTokensMax) {
      return fail(Code::kInvalidArgument, fmt::format("{}: the entry is too long", entry.line));
    }
  }
  if (depth_ != 0) {
    return fail(Code::kInvalidArgument, fmt::format("{}: a parenthesis is not closed", entry.line));
  }
  return entry;
}

/// Reads up to and with one token, or the end of a line; true when the entry ends here.
Result<bool> ZoneLexer::token(ZoneEntry& entry) {
  while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  if (at_ == text_.size()) return true;
  switch (text_[at_]) {
    case '\n':
      ++at_;
      ++line_;
      return depth_ == 0;
    case ';':
      skip_comment();
      return false;
    case '(':
      ++at_;
      ++depth_;
      return false;
    case ')':
      ++at_;
      if (--depth_ < 0) {
        return fail(Code::kInvalidArgument, fmt::format("{}: ')' without '('", line_));
      }
      return false;
    default:
      break;
  }
  LR_TRY(auto read, text_[at_] == '"' ? quoted() : bare());
  entry.tokens.push_back(std::move(read));
  return at_ == text_.size() && depth_ == 0;
}

void ZoneLexer::skip_comment() {
  while (at_ < text_.size() && text_[at_] != '\n') ++at_;
}

/// RFC 1035 section 5.1: \DDD is a byte, \X the character X.
Result<> ZoneLexer::escape(std::string& out) {
  const std::string_view rest = text_.substr(at_ + 1, 3);
  if (rest.size() == 3 && text::is_digit(rest[0]) && text::is_digit(rest[1]) &&
      text::is_digit(rest[2])) {
    const int byte = (rest[0] - '0') * 100 + (rest[1] - '0') * 10 + (rest[2] - '0');
    if (byte > 255) {
      return fail(Code::kInvalidArgument, fmt::format("{}: \\{} is no byte", line_, rest));
    }
    out += static_cast<char>(byte);
    at_ += 4;
    return {};
  }
  if (rest.empty() || rest.front() == '\n') {
    return fail(Code::kInvalidArgument, fmt::format("{}: nothing after '\\'", line_));
  }
  if (rest.front() == '.') out += '\\';
  out += rest.front();
  at_ += 2;
  return {};
}

Result<ZoneToken> ZoneLexer::quoted() {
  ZoneToken token{.text = {}, .quoted = true};
  ++at_;
  while (at_ < text_.size() && text_[at_] != '"') {
    if (text_[at_] == '\n') break;
    if (text_[at_] == '\\') {
      LR_TRY_VOID(escape(token.text));
    } else {
      token.text += text_[at_++];
    }
  }
  if (at_ == text_.size() || text_[at_] != '"') {
    return fail(Code::kInvalidArgument, fmt::format("{}: a string has no closing '\"'", line_));
  }
  ++at_;
  return token;
}

Result<ZoneToken> ZoneLexer::bare() {
  ZoneToken token;
  while (at_ < text_.size() && !is_blank(text_[at_]) &&
         !std::string_view("\n;()\"").contains(text_[at_])) {
    if (text_[at_] == '\\') {
      LR_TRY_VOID(escape(token.text));
    } else {
      token.text += text_[at_++];
    }
  }
  return token;
}

}  // namespace lr::domain
