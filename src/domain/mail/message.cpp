#include "domain/mail/message.h"

#include <fmt/format.h>

#include <algorithm>

#include "text/ascii.h"

namespace lr::domain {
namespace {

using std::string_view;

/// ftext of RFC 5322 section 2.2.
bool is_field_name(string_view name) {
  return !name.empty() &&
         std::ranges::all_of(name, [](char c) { return c > 0x20 && c < 0x7f && c != ':'; });
}

/// The end of the field that begins at `at`: its line and all that are folded below it.
std::size_t field_end(string_view text, std::size_t at) {
  while (true) {
    const std::size_t end = text.find("\r\n", at);
    if (end == string_view::npos) return text.size();
    const std::size_t next = end + 2;
    if (next >= text.size() || (text[next] != ' ' && text[next] != '\t')) return end;
    at = next;
  }
}

}  // namespace

bool same_field_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, text::to_lower, text::to_lower);
}

Message::Message(std::string_view text) {
  text_.reserve(text.size() + text.size() / 32);
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\n' && (at == 0 || text[at - 1] != '\r')) text_.push_back('\r');
    text_.push_back(text[at]);
  }
}

Result<Message> Message::parse(std::string_view text) {
  if (text.size() > kBytesMax) {
    return fail(Code::kPayloadTooLarge, fmt::format("a message of more than {} bytes", kBytesMax));
  }
  Message message(text);
  const string_view all(message.text_.data(), message.text_.size());
  std::size_t at = 0;
  while (at < all.size() && !all.substr(at).starts_with("\r\n")) {
    const std::size_t end = field_end(all, at);
    const string_view raw = all.substr(at, end - at);
    const std::size_t colon = raw.find(':');
    string_view name = raw.substr(0, colon);
    // Obsolete syntax allows white space before the colon (RFC 5322 section 4.5.8).
    while (name.ends_with(' ') || name.ends_with('\t')) name.remove_suffix(1);
    if (colon == string_view::npos || !is_field_name(name)) {
      return fail(Code::kInvalidArgument,
                  fmt::format("header line {} is no field", message.fields_.size() + 1));
    }
    if (message.fields_.size() == kFieldsMax) {
      return fail(Code::kPayloadTooLarge, fmt::format("more than {} header fields", kFieldsMax));
    }
    message.fields_.push_back({raw, name, raw.substr(colon + 1)});
    at = std::min(end + 2, all.size());
  }
  message.body_ = all.substr(std::min(at + 2, all.size()));
  return message;
}

const HeaderField* Message::find(std::string_view name) const {
  const auto found = std::ranges::find_if(
      fields_, [&](const HeaderField& field) { return same_field_name(field.name, name); });
  return found == fields_.end() ? nullptr : &*found;
}

std::size_t Message::count(std::string_view name) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      fields_, [&](const HeaderField& field) { return same_field_name(field.name, name); }));
}

}  // namespace lr::domain
