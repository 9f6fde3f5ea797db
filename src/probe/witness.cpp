#include "probe/witness.h"

#include <algorithm>
#include <cctype>

#include "crypto/digest.h"

namespace lr::probe {
namespace {

bool any_string_contains(const text::json::value& value, std::string_view needle, int depth) {
  if (depth == 0) return false;
  if (value.is_string()) {
    return std::string_view(value.get_string()).find(needle) != std::string_view::npos;
  }
  if (value.is_array()) {
    return std::ranges::any_of(value.get_array(), [&](const text::json::value& item) {
      return any_string_contains(item, needle, depth - 1);
    });
  }
  if (!value.is_object()) return false;
  return std::ranges::any_of(value.get_object(), [&](const auto& member) {
    return std::string_view(member.key()).find(needle) != std::string_view::npos ||
           any_string_contains(member.value(), needle, depth - 1);
  });
}

/// The part of base64(prefix + marker) that does not depend on what surrounds the marker.
std::string base64_core(std::string_view marker, std::size_t shift) {
  std::string padded(shift, 'x');
  padded += marker;
  const std::string encoded = crypto::base64url_encode(padded);
  const std::size_t skip = shift == 0 ? 0 : shift + 1;
  const std::size_t sure = padded.size() / 3 * 4;  // later characters depend on what follows
  return encoded.substr(skip, sure - skip);
}

bool contains_base64(std::string_view body, std::string_view marker) {
  std::string urlsafe(body);
  std::ranges::replace(urlsafe, '+', '-');
  std::ranges::replace(urlsafe, '/', '_');
  for (std::size_t shift = 0; shift < 3; ++shift) {
    if (urlsafe.find(base64_core(marker, shift)) != std::string::npos) return true;
  }
  return false;
}

void collect_keys(const text::json::value& value, std::set<std::string>& keys) {
  const text::json::value* from = &value;
  if (from->is_array()) {
    if (from->get_array().empty()) return;
    from = &from->get_array().front();
  }
  if (!from->is_object()) return;
  for (const auto& member : from->get_object()) keys.emplace(member.key());
}

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

/// Words that differ between two answers to the same question: ids, numbers, times.
bool is_volatile(std::string_view word) {
  return std::ranges::any_of(word, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string make_marker(Rng& rng) { return std::string(kMarkerPrefix) + rng.hex(16); }

bool shows_marker(std::string_view body, std::string_view marker) {
  if (marker.empty()) return false;
  if (body.find(marker) != std::string_view::npos) return true;
  if (contains_base64(body, marker)) return true;
  if (body.find('\\') == std::string_view::npos) return false;
  const auto document = text::parse_json(body);
  return document && any_string_contains(*document, marker, 64);
}

Shape shape_of(const Exchange& exchange) {
  Shape out;
  out.content_type = exchange.content_type();
  out.empty = exchange.response.body.empty();
  if (const auto document = exchange.json()) {
    out.json = true;
    out.empty_list = document->is_array() && document->get_array().empty();
    collect_keys(*document, out.keys);
  }
  return out;
}

bool same_shape(const Shape& known, const Shape& other) {
  if (known.empty != other.empty) return false;
  if (known.content_type != other.content_type || known.json != other.json) return false;
  if (!known.json || known.keys.empty()) return true;
  // An empty list has no members to compare, and is what a fresh identity sees.
  if (other.empty_list) return true;
  const auto shared = std::ranges::count_if(
      known.keys, [&](const std::string& key) { return other.keys.contains(key); });
  return static_cast<std::size_t>(shared) * 2 >= known.keys.size();
}

std::string stable_text(std::string_view body, std::string_view path) {
  std::string text(body.substr(0, 16 * 1024));
  if (path.size() > 1) {
    for (std::size_t at = text.find(path); at != std::string::npos; at = text.find(path, at)) {
      text.erase(at, path.size());
    }
  }
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    if (!is_word(text[i])) {
      out += text[i++];
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && is_word(text[end])) ++end;
    const std::string_view word(text.data() + i, end - i);
    // Hexadecimal words without a digit are rare enough; with a UUID's dashes they stand alone.
    out += is_volatile(word) ? std::string_view("#") : word;
    i = end;
  }
  return out;
}

namespace {

std::string stable_text_of(const Exchange& exchange) {
  const std::string& target = exchange.request.target;
  return stable_text(exchange.response.body, target.substr(0, target.find('?')));
}

}  // namespace

NotFound::Print NotFound::print_of(const Exchange& exchange) {
  return {exchange.status(), exchange.content_type(), stable_text_of(exchange)};
}

void NotFound::learn(const Exchange& exchange) {
  seen_.insert(print_of(exchange));
  catch_all_ = catch_all_ || exchange.ok();
}

namespace {

/// A request id may be a word without a digit or a different number of words; compare the words
/// that both texts share.
bool nearly_equal(std::string_view a, std::string_view b) {
  if (a == b) return true;
  const std::size_t longest = std::max(a.size(), b.size());
  const std::size_t shortest = std::min(a.size(), b.size());
  if (longest == 0 || longest - shortest > 16 + longest / 20) return false;
  std::size_t front = 0;
  while (front < shortest && a[front] == b[front]) ++front;
  std::size_t back = 0;
  while (back < shortest - front && a[a.size() - 1 - back] == b[b.size() - 1 - back]) ++back;
  return (front + back) * 10 >= longest * 7;
}

}  // namespace

bool same_text(const Exchange& a, const Exchange& b) {
  return nearly_equal(stable_text_of(a), stable_text_of(b));
}

bool NotFound::matches(const Exchange& exchange) const {
  const Print print = print_of(exchange);
  return std::ranges::any_of(seen_, [&](const Print& seen) {
    return seen.status == print.status && seen.content_type == print.content_type &&
           nearly_equal(seen.text, print.text);
  });
}

}  // namespace lr::probe
