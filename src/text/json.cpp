#include "text/json.h"

#include <algorithm>
#include <array>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>
#include <charconv>
#include <cstddef>
#include <functional>
#include <memory_resource>
#include <numeric>
#include <vector>

#include "text/ascii.h"
#include "text/fields.h"

namespace lr::text {
namespace {

// Up to this many keys are compared pair by pair; more are sorted. Neither depends on a hash, so
// no choice of keys makes it slow.
constexpr std::size_t kPairwiseKeys = 16;

/// The keys of all objects that are open. Keys without escapes are views into the input; the others
/// are copied into one buffer.
class OpenKeys {
 public:
  explicit OpenKeys(std::string_view input) : input_(input) {
    keys_.reserve(16);
    starts_.reserve(8);
  }

  void open_object() { starts_.push_back(keys_.size()); }
  /// A piece of a key whose end is still to come.
  void append(std::string_view part) { bytes_.append(part); }

  /// The last or only piece.
  void end_key(std::string_view part) {
    const bool whole = bytes_.size() == key_start_;
    const std::optional<std::size_t> offset = offset_of(part);
    if (whole && offset) {
      keys_.push_back({part.data(), key_start_, part.size(), *offset});
      return;
    }
    bytes_.append(part);
    keys_.push_back({nullptr, key_start_, bytes_.size() - key_start_, offset.value_or(0)});
    key_start_ = bytes_.size();
  }

  /// The input offset of a key that repeats an earlier one of the innermost object, which is
  /// closed; nullopt when there is none.
  std::optional<std::size_t> close_object() {
    const std::size_t start = starts_.back();
    starts_.pop_back();
    const auto first = keys_.begin() + static_cast<std::ptrdiff_t>(start);
    const auto count = static_cast<std::size_t>(keys_.end() - first);
    const auto repeated = count <= kPairwiseKeys ? pairwise(start) : sorted(start);
    if (count != 0) key_start_ = first->copied;
    bytes_.resize(key_start_);
    keys_.erase(first, keys_.end());
    return repeated;
  }

 private:
  struct Key {
    const char* input;   ///< In the input; null for a copied key.
    std::size_t copied;  ///< Where it starts in bytes_, or would start.
    std::size_t length;
    std::size_t input_offset;  ///< 0 when not known.
  };

  std::string_view text(const Key& key) const {
    return {key.input != nullptr ? key.input : bytes_.data() + key.copied, key.length};
  }

  /// Keys with escapes come from a buffer of the tokenizer; their place is not known.
  std::optional<std::size_t> offset_of(std::string_view part) const {
    const std::less_equal<const char*> before;
    const bool inside = before(input_.data(), part.data()) &&
                        before(part.data() + part.size(), input_.data() + input_.size());
    if (!inside) return std::nullopt;
    return static_cast<std::size_t>(part.data() - input_.data());
  }

  std::optional<std::size_t> pairwise(std::size_t start) const {
    for (std::size_t i = start; i < keys_.size(); ++i) {
      for (std::size_t j = start; j < i; ++j) {
        if (text(keys_[i]) == text(keys_[j])) return keys_[i].input_offset;
      }
    }
    return std::nullopt;
  }

  std::optional<std::size_t> sorted(std::size_t start) const {
    std::vector<std::size_t> order(keys_.size() - start);
    std::iota(order.begin(), order.end(), start);
    std::ranges::sort(order, [this](std::size_t a, std::size_t b) {
      const int sign = text(keys_[a]).compare(text(keys_[b]));
      return sign != 0 ? sign < 0 : a < b;
    });
    const auto repeated =
        std::ranges::adjacent_find(order, {}, [this](std::size_t i) { return text(keys_[i]); });
    if (repeated == order.end()) return std::nullopt;
    return keys_[*(repeated + 1)].input_offset;
  }

  std::string_view input_;
  std::string bytes_;
  std::size_t key_start_ = 0;
  /// Small documents, which are most, stay off the heap.
  std::array<std::byte, 1024> first_;
  std::pmr::monotonic_buffer_resource memory_{first_.data(), first_.size()};
  std::pmr::vector<Key> keys_{&memory_};
  std::pmr::vector<std::size_t> starts_{&memory_};
};

/// Receives the events of Boost's tokenizer and builds the value. The names and signatures are
/// those of Boost.JSON's Handler requirements.
class Builder {
 public:
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = std::size_t(-1);
  static constexpr std::size_t max_string_size = std::size_t(-1);

  Builder(std::string_view input, json::storage_ptr storage) : keys_(input) {
    stack_.reset(std::move(storage));
  }

  json::value release() { return stack_.release(); }
  const char* why() const { return why_; }
  std::optional<std::size_t> where() const { return where_; }

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_array_begin(json::error_code&) { return true; }
  bool on_array_end(std::size_t count, json::error_code&) {
    stack_.push_array(count);
    return true;
  }
  bool on_object_begin(json::error_code&) {
    keys_.open_object();
    return true;
  }
  bool on_object_end(std::size_t count, json::error_code& error) {
    where_ = keys_.close_object();
    if (where_) return refuse("an object with the same key twice", error);
    stack_.push_object(count);
    return true;
  }
  bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
    keys_.append(part);
    stack_.push_chars(part);
    return true;
  }
  bool on_key(json::string_view part, std::size_t, json::error_code&) {
    keys_.end_key(part);
    stack_.push_key(part);
    return true;
  }
  bool on_string_part(json::string_view part, std::size_t, json::error_code&) {
    stack_.push_chars(part);
    return true;
  }
  bool on_string(json::string_view part, std::size_t, json::error_code&) {
    stack_.push_string(part);
    return true;
  }
  bool on_number_part(json::string_view part, json::error_code&) {
    number_.append(part);
    return true;
  }
  bool on_int64(std::int64_t number, json::string_view, json::error_code&) {
    number_.clear();
    stack_.push_int64(number);
    return true;
  }
  bool on_uint64(std::uint64_t number, json::string_view, json::error_code&) {
    number_.clear();
    stack_.push_uint64(number);
    return true;
  }
  /// Boost 1.81 may be off by one in the last place, so the text is read again, correctly rounded.
  bool on_double(double, json::string_view part, json::error_code& error) {
    number_.append(part);
    double exact = 0;
    const char* end = number_.data() + number_.size();
    const auto [stop, errc] = std::from_chars(number_.data(), end, exact);
    if (errc != std::errc() || stop != end) return refuse("a number out of range", error);
    number_.clear();
    stack_.push_double(exact);
    return true;
  }
  bool on_bool(bool value, json::error_code&) {
    stack_.push_bool(value);
    return true;
  }
  bool on_null(json::error_code&) {
    stack_.push_null();
    return true;
  }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

 private:
  bool refuse(const char* why, json::error_code& error) {
    why_ = why;
    error = json::make_error_code(json::error::syntax);
    return false;
  }

  std::array<unsigned char, 1024> first_;  ///< Room for values before their object is made.
  json::value_stack stack_{{}, first_.data(), first_.size()};
  OpenKeys keys_;
  std::string number_;
  const char* why_ = nullptr;
  std::optional<std::size_t> where_;
};

std::unexpected<Error> refuse(std::size_t offset, std::string_view why) {
  return fail(Code::kInvalidArgument, "offset " + std::to_string(offset) + ": " + std::string(why));
}

/// The unescaped reference token at the front of `pointer`, which begins with '/'; removes it.
std::string take_token(std::string_view& pointer) {
  const std::size_t end = std::min(pointer.find('/', 1), pointer.size());
  std::string token;
  for (std::size_t i = 1; i < end; ++i) {
    const bool escaped = pointer[i] == '~';
    if (escaped) ++i;
    token += !escaped ? pointer[i] : pointer[i] == '0' ? '~' : '/';
  }
  pointer.remove_prefix(end);
  return token;
}

/// Without case as Unicode folds it for ASCII letters: two letters beyond ASCII fold into it.
std::string fold_name(std::string_view name) {
  std::string out;
  out.reserve(name.size());
  while (!name.empty()) {
    const bool long_s = name.starts_with("\xc5\xbf");
    const bool kelvin = name.starts_with("\xe2\x84\xaa");
    out += long_s ? 's' : kelvin ? 'k' : to_lower(name[0]);
    name.remove_prefix(long_s ? 2 : kelvin ? 3 : 1);
  }
  return out;
}

bool has_rival(const json::object& object, std::string_view name) {
  const auto beyond_ascii = [](char c) { return (static_cast<unsigned char>(c) & 0x80U) != 0; };
  return std::ranges::any_of(object, [&](const json::key_value_pair& member) {
    const std::string_view key = member.key();
    if (key.size() == name.size()) return key != name && equals_ignoring_case(key, name);
    return key.size() > name.size() && std::ranges::any_of(key, beyond_ascii) &&
           fold_name(key) == fold_name(name);
  });
}

const json::value* element(const json::array& array, std::string_view token) {
  std::size_t index = 0;
  const bool canonical = !token.empty() && std::ranges::all_of(token, is_digit) &&
                         (token.size() == 1 || token[0] != '0');
  if (!canonical) return nullptr;
  const auto parsed = std::from_chars(token.data(), token.data() + token.size(), index);
  return parsed.ec == std::errc() ? array.if_contains(index) : nullptr;
}

}  // namespace

Result<json::value> parse_json(std::string_view text, const JsonLimits& limits,
                               json::storage_ptr storage) {
  json::parse_options options;
  options.max_depth = limits.depth;
  try {
    json::basic_parser<Builder> parser(options, text, std::move(storage));
    json::error_code error;
    const std::size_t taken = parser.write_some(false, text.data(), text.size(), error);
    const Builder& builder = parser.handler();
    if (error && builder.why() != nullptr) {
      return refuse(builder.where().value_or(taken), builder.why());
    }
    if (error) return refuse(taken, error.message());
    if (taken < text.size()) return refuse(taken, "text behind the value");
    return parser.handler().release();
  } catch (const std::exception& error) {
    return refuse(0, error.what());
  }
}

const json::value* resolve_pointer(const json::value& document, std::string_view pointer) {
  if (!is_json_pointer(pointer)) return nullptr;
  const json::value* at = &document;
  while (!pointer.empty() && at != nullptr) {
    const std::string token = take_token(pointer);
    if (at->is_object()) {
      at = at->get_object().if_contains(token);
    } else {
      at = at->is_array() ? element(at->get_array(), token) : nullptr;
    }
  }
  return at;
}

json::value* resolve_pointer(json::value& document, std::string_view pointer) {
  return const_cast<json::value*>(resolve_pointer(std::as_const(document), pointer));
}

bool has_rival_member(const json::value& document, std::string_view pointer) {
  if (!is_json_pointer(pointer)) return false;
  const json::value* at = &document;
  while (!pointer.empty() && at != nullptr) {
    const std::string token = take_token(pointer);
    if (at->is_object()) {
      if (has_rival(at->get_object(), token)) return true;
      at = at->get_object().if_contains(token);
    } else {
      at = at->is_array() ? element(at->get_array(), token) : nullptr;
    }
  }
  return false;
}

bool is_json_pointer(std::string_view text) {
  if (text.empty()) return true;
  if (text[0] != '/') return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '~') continue;
    const bool escape = i + 1 < text.size() && (text[i + 1] == '0' || text[i + 1] == '1');
    if (!escape) return false;
  }
  return true;
}

std::optional<std::string> scalar_text(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_int64()) return std::to_string(value.get_int64());
  if (value.is_uint64()) return std::to_string(value.get_uint64());
  return std::nullopt;
}

}  // namespace lr::text
