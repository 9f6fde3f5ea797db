#include "domain/mail/canonical.h"

#include <algorithm>

#include "domain/mail/tag_list.h"
#include "text/ascii.h"

namespace lr::domain {
namespace {

using std::string_view;

bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// Runs of white space become one space; none stays at the end.
void append_squeezed(std::string& out, string_view line) {
  bool pending = false;
  for (const char c : line) {
    if (is_blank(c)) {
      pending = true;
      continue;
    }
    if (pending) out += ' ';
    pending = false;
    out += c;
  }
}

std::string unfolded(string_view value) {
  std::string out;
  for (std::size_t at = 0; at < value.size(); ++at) {
    if (value[at] == '\r' && at + 1 < value.size() && value[at + 1] == '\n') {
      ++at;
    } else {
      out += value[at];
    }
  }
  return out;
}

std::optional<CanonicalForm> parse_form(string_view text) {
  if (text == "simple") return CanonicalForm::kSimple;
  if (text == "relaxed") return CanonicalForm::kRelaxed;
  return std::nullopt;
}

}  // namespace

std::optional<Canonicalization> parse_canonicalization(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto header = parse_form(text.substr(0, slash));
  const auto body =
      slash == string_view::npos ? CanonicalForm::kSimple : parse_form(text.substr(slash + 1));
  if (!header || !body) return std::nullopt;
  return Canonicalization{*header, *body};
}

std::string canonical_field(const HeaderField& field, CanonicalForm form) {
  if (form == CanonicalForm::kSimple) return std::string(field.raw);
  std::string out(field.name);
  std::ranges::transform(out, out.begin(), text::to_lower);
  out += ':';
  append_squeezed(out, trim_folding(unfolded(field.value)));
  return out;
}

std::string canonical_body(std::string_view body, CanonicalForm form) {
  std::string out;
  out.reserve(body.size() + 2);
  std::size_t kept = 0;  // Up to the last line that is not empty.
  for (std::size_t at = 0; at < body.size();) {
    const std::size_t end = std::min(body.find("\r\n", at), body.size());
    const string_view line = body.substr(at, end - at);
    if (form == CanonicalForm::kRelaxed) {
      append_squeezed(out, line);
    } else {
      out += line;
    }
    const bool empty = form == CanonicalForm::kRelaxed ? trim_folding(line).empty() : line.empty();
    out += "\r\n";
    if (!empty) kept = out.size();
    at = end + 2;
  }
  out.resize(kept);
  if (out.empty() && form == CanonicalForm::kSimple) out = "\r\n";
  return out;
}

std::string without_signature(std::string_view raw) {
  const std::size_t colon = raw.find(':');
  const auto tags = TagList::parse(raw.substr(colon + 1));
  const Tag* signature = tags ? tags->find("b") : nullptr;
  if (signature == nullptr) return std::string(raw);
  // All between '=' and the next ';', white space included.
  const std::size_t begin = raw.find('=', colon + 1 + signature->begin) + 1;
  const std::size_t end = std::min(raw.find(';', begin), raw.size());
  return std::string(raw.substr(0, begin)) + std::string(raw.substr(end));
}

}  // namespace lr::domain
