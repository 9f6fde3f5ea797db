// Style sheets and scripts: only what loads at once when they run.
#include <algorithm>
#include <utility>

#include "domain/web/page_links.h"
#include "text/fields.h"

namespace lr::domain {
namespace {

constexpr std::size_t kLookBehind = 16 * 1024;
constexpr std::size_t kReferenceBytes = 2'048;
constexpr std::string_view kWhite = " \t\r\n\f";

void add(PageLinks& out, Link link) {
  if (link.reference.empty()) return;
  if (out.links.size() >= PageLinks::kLinks) {
    out.cut = true;
    return;
  }
  out.links.push_back(std::move(link));
}

bool is_word_char(char c) {
  const char lower = static_cast<char>(c | 0x20);
  return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '$';
}

/// Is there a comment that begins before `at` and does not end before it?
bool in_block_comment(std::string_view text, std::size_t at, bool script) {
  const std::size_t from = at > kLookBehind ? at - kLookBehind : 0;
  const std::string_view before = text.substr(from, at - from);
  const std::size_t open = before.rfind("/*");
  if (open == std::string_view::npos || before.find("*/", open + 2) != std::string_view::npos) {
    return false;
  }
  // In scripts "image/*" and "*/*" are media types.
  const char previous = open > 0 ? before[open - 1] : ' ';
  return !script || !(is_word_char(previous) || previous == '*');
}

bool in_line_comment(std::string_view text, std::size_t at) {
  const std::size_t newline = text.rfind('\n', at);
  std::size_t from = newline == std::string_view::npos ? 0 : newline + 1;
  if (at - from > kLookBehind) from = at - kLookBehind;
  const std::string_view line = text.substr(from, at - from);
  for (std::size_t i = line.find("//"); i != std::string_view::npos; i = line.find("//", i + 2)) {
    const char previous = i > 0 ? line[i - 1] : ' ';
    // Behind these it belongs to a URL or a regular expression.
    if (!std::string_view(":\"'`\\/[(").contains(previous)) return true;
  }
  return false;
}

/// What stands between quotation marks at `at`, or bare up to one of `stops`.
std::string_view quoted_or_bare(std::string_view text, std::size_t at, std::string_view stops) {
  at = text.find_first_not_of(kWhite, at);
  if (at == std::string_view::npos) return {};
  const char quote = text[at];
  const bool is_quoted = quote == '"' || quote == '\'';
  if (is_quoted) ++at;
  const std::size_t end = is_quoted ? text.find(quote, at) : text.find_first_of(stops, at);
  if (end == std::string_view::npos || end - at > kReferenceBytes) return {};
  return text.substr(at, end - at);
}

bool in_font_face(std::string_view css, std::size_t at) {
  const std::size_t open = css.rfind('{', at);
  if (open == std::string_view::npos) return false;
  const std::size_t close = css.rfind('}', at);
  if (close != std::string_view::npos && close > open) return false;
  const std::size_t before = open > 0 ? css.find_last_of("};", open - 1) : std::string_view::npos;
  const std::size_t from = before == std::string_view::npos ? 0 : before + 1;
  return text::lower_ascii(css.substr(from, open - from)).contains("@font-face");
}

/// @namespace names a URL that is never loaded.
bool in_namespace(std::string_view css, std::size_t at) {
  const std::size_t from = std::min(css.rfind('@', at), css.size());
  return text::lower_ascii(css.substr(from, 10)) == "@namespace" &&
         css.substr(from, at - from).find_first_of(";{}") == std::string_view::npos;
}

/// Is the URL behind @import, as url() or as a string?
bool in_import(std::string_view css, std::size_t at) {
  const std::size_t from = std::min(css.rfind('@', at), css.size());
  return text::lower_ascii(css.substr(from, 7)) == "@import" &&
         css.substr(from, at - from).find_first_of(";{}") == std::string_view::npos;
}

struct Call {
  std::string_view text;
  LinkKind kind;
};
constexpr Call kCalls[] = {
    {"new WebSocket(", LinkKind::kConnection},
    {"new EventSource(", LinkKind::kConnection},
    {"fetch(", LinkKind::kConnection},
    {"importScripts(", LinkKind::kScript},
    {"import(", LinkKind::kScript},
    {"new Worker(", LinkKind::kScript},
};

/// The host of a literal like "ws://host/x"; "" when it is put together at run time.
std::string literal_host(std::string_view literal) {
  const std::size_t from = literal.find("://");
  if (from == std::string_view::npos) return {};
  const std::string_view rest = literal.substr(from + 3);
  const std::size_t end = std::min(rest.find_first_of("/:?#"), rest.size());
  const std::string_view host = rest.substr(0, end);
  const bool plain = std::ranges::all_of(
      host, [](char c) { return is_word_char(c) ? c != '$' : c == '.' || c == '-'; });
  return plain ? text::lower_ascii(host) : std::string();
}

/// Development left-overs that no visitor's browser reaches; browsers trust them, too.
bool is_local(const std::string& host) {
  return host == "localhost" || host.ends_with(".localhost") || host.ends_with(".local") ||
         host.starts_with("127.") || host == "0.0.0.0";
}

void take_call(std::string_view script, std::size_t at, const Call& call, std::size_t offset,
               PageLinks& out) {
  std::size_t from = script.find_first_not_of(kWhite, at + call.text.size());
  if (from == std::string_view::npos) return;
  const char quote = script[from];
  if (quote != '"' && quote != '\'' && quote != '`') return;
  const std::size_t end = script.find(quote, ++from);
  if (end == std::string_view::npos || end - from > kReferenceBytes) return;
  const std::string_view literal = script.substr(from, end - from);
  const std::string host = literal_host(literal);
  if (host.empty() || is_local(host)) return;
  if (in_line_comment(script, at) || in_block_comment(script, at, true)) return;
  add(out, {call.kind, std::string(literal), std::string(call.text) + ")", offset + at});
}

}  // namespace

void links_of_style(std::string_view css, std::size_t offset, PageLinks& out) {
  const std::string lower = text::lower_ascii(css);
  for (std::size_t at = lower.find("url("); at != std::string::npos;
       at = lower.find("url(", at + 4)) {
    if (in_block_comment(css, at, false) || in_namespace(css, at)) continue;
    const std::string_view url = quoted_or_bare(css, at + 4, " \t\r\n\f)");
    LinkKind kind = in_font_face(css, at) ? LinkKind::kFont : LinkKind::kMedia;
    if (in_import(css, at)) kind = LinkKind::kStyle;
    add(out, {kind, std::string(url), "url()", offset + at});
  }
  for (std::size_t at = lower.find("@import"); at != std::string::npos;
       at = lower.find("@import", at + 7)) {
    const std::size_t value = lower.find_first_not_of(kWhite, at + 7);
    if (value == std::string::npos || in_block_comment(css, at, false)) continue;
    if (css[value] != '"' && css[value] != '\'') continue;
    add(out,
        {LinkKind::kStyle, std::string(quoted_or_bare(css, value, ";")), "@import", offset + at});
  }
}

void links_of_script(std::string_view script, std::size_t offset, PageLinks& out) {
  for (const Call& call : kCalls) {
    for (std::size_t at = script.find(call.text); at != std::string_view::npos;
         at = script.find(call.text, at + call.text.size())) {
      if (at > 0 && is_word_char(script[at - 1])) continue;
      take_call(script, at, call, offset, out);
    }
  }
}

}  // namespace lr::domain
