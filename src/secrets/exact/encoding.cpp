#include "secrets/exact/encoding.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <vector>

#include "text/utf8.h"

namespace lr::secrets {
namespace {

constexpr std::string_view kBase64Digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64UrlDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kLowerDigits = "0123456789abcdef";
constexpr std::string_view kUpperDigits = "0123456789ABCDEF";

constexpr std::uint8_t byte_of(char c) { return static_cast<std::uint8_t>(c); }

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Writes the shapes of one value, one after the other.
class FormWriter {
 public:
  FormWriter(std::string_view value, WipedBuffer& arena,
             const std::function<void(const EncodedForm&)>& take)
      : value_(value), arena_(arena), take_(take) {}

  void write_all();

 private:
  void begin() { start_ = arena_.size(); }
  std::string_view written() const { return arena_.view().substr(start_); }
  /// Hands out what was written since begin(), unless the same bytes were handed out before.
  void end(Encoding encoding, Base64Edge before = {}, Base64Edge after = {});

  /// Every byte of the value through `write`.
  template <class Write>
  void each_byte(Encoding encoding, Write write) {
    begin();
    for (const char c : value_) write(c);
    end(encoding);
  }
  /// Every byte, where those in `keep` and letters and digits stand as they are.
  template <class Write>
  void escape(Encoding encoding, std::string_view keep, Write write) {
    each_byte(encoding, [&](char c) {
      if (is_alphanumeric(c) || keep.contains(c)) {
        put(c);
      } else {
        write(c);
      }
    });
  }
  /// Every byte as it is, but those of `replaced` as the text at the same index.
  void replace(Encoding encoding, std::string_view replaced, std::span<const std::string_view> by);

  void put(char c) { arena_.append(c); }
  void put(std::string_view text) { arena_.append(text); }
  void put_hex(std::uint32_t number, int digits, std::string_view alphabet);
  /// As many digits as the number needs.
  void put_short_hex(std::uint32_t number, std::string_view alphabet);
  void put_decimal(std::uint32_t number);
  void put_octal(char c);
  void put_json(char c, bool escape_slash);

  void write_base64(Encoding encoding, std::string_view bytes, std::string_view digits);
  void write_percent();
  void write_json();
  void write_escapes();
  void write_utf16();
  void write_unicode_escapes();
  void write_html();
  void write_numeric_html();
  void write_quoted();
  void write_other_lines();
  template <class Write>
  void each_point(Write write);
  template <class Write>
  void each_unit(Write write);

  std::string_view value_;
  WipedBuffer& arena_;
  const std::function<void(const EncodedForm&)>& take_;
  std::size_t start_ = 0;
  std::vector<std::string_view> distinct_;
};

void FormWriter::end(Encoding encoding, Base64Edge before, Base64Edge after) {
  const std::string_view bytes = written();
  // Equal bytes have equal edges: the two base64 alphabets differ in single characters only.
  if (std::ranges::find(distinct_, bytes) != distinct_.end()) {
    arena_.truncate(start_);
    return;
  }
  distinct_.push_back(bytes);
  take_({encoding, bytes, before, after});
}

void FormWriter::replace(Encoding encoding, std::string_view replaced,
                         std::span<const std::string_view> by) {
  each_byte(encoding, [&](char c) {
    const std::size_t index = replaced.find(c);
    if (index == replaced.npos) {
      put(c);
    } else {
      put(by[index]);
    }
  });
}

void FormWriter::put_hex(std::uint32_t number, int digits, std::string_view alphabet) {
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) put(alphabet[(number >> shift) & 15]);
}

void FormWriter::put_short_hex(std::uint32_t number, std::string_view alphabet) {
  if (number >= 16) put_short_hex(number / 16, alphabet);
  put(alphabet[number % 16]);
}

void FormWriter::put_decimal(std::uint32_t number) {
  if (number >= 10) put_decimal(number / 10);
  put(kLowerDigits[number % 10]);
}

void FormWriter::put_octal(char c) {
  put('\\');
  for (int shift = 6; shift >= 0; shift -= 3) put(kLowerDigits[(byte_of(c) >> shift) & 7]);
}

/// `count` bits of `bytes` from bit `from`, the highest first; bits outside are 0.
std::uint8_t bits_at(std::string_view bytes, std::ptrdiff_t from, int count) {
  std::uint8_t out = 0;
  for (std::ptrdiff_t bit = from; bit < from + count; ++bit) {
    out = static_cast<std::uint8_t>(out << 1);
    if (bit < 0 || bit >= static_cast<std::ptrdiff_t>(bytes.size() * 8)) continue;
    out |= (byte_of(bytes[static_cast<std::size_t>(bit / 8)]) >> (7 - bit % 8)) & 1;
  }
  return out;
}

/// RFC 4648 section 4 encodes three bytes as four characters, so what a value looks like depends
/// on how many bytes stand before it, modulo three.
void FormWriter::write_base64(Encoding encoding, std::string_view bytes, std::string_view digits) {
  for (const int shift : {0, 1, 2}) {
    begin();
    const int first_bit = -8 * shift;
    const int first = (8 * shift + 5) / 6;
    const auto end_bit = static_cast<std::ptrdiff_t>(8 * (bytes.size() + std::size_t(shift)));
    const std::ptrdiff_t last = end_bit / 6;
    for (std::ptrdiff_t i = first; i < last; ++i) put(digits[bits_at(bytes, 6 * i + first_bit, 6)]);
    Base64Edge before;
    if (shift != 0) {
      before.mask = static_cast<std::uint8_t>((1 << (6 * first - 8 * shift)) - 1);
      before.bits = bits_at(bytes, 6 * (first - 1) + first_bit, 6) & before.mask;
    }
    Base64Edge after;
    if (const int rest = static_cast<int>(end_bit % 6); rest != 0) {
      after.mask = static_cast<std::uint8_t>(0x3f & ~((1 << (6 - rest)) - 1));
      after.bits = bits_at(bytes, 6 * last + first_bit, 6) & after.mask;
    }
    end(encoding, before, after);
  }
}

void FormWriter::write_percent() {
  // What stays as it is: RFC 3986 section 2.3, then encodeURIComponent and encodeURI.
  for (const std::string_view keep : {"-._~", "-._~!*'()", "-._~!*'();/?:@&=+$,#"}) {
    for (const std::string_view digits : {kUpperDigits, kLowerDigits}) {
      escape(Encoding::kPercent, keep, [&](char c) {
        put('%');
        put_hex(byte_of(c), 2, digits);
      });
    }
  }
  escape(Encoding::kPercent, "-._*", [&](char c) {  // application/x-www-form-urlencoded
    if (c == ' ') return put('+');
    put('%');
    put_hex(byte_of(c), 2, kUpperDigits);
  });
  for (const std::string_view digits : {kUpperDigits, kLowerDigits}) {
    each_byte(Encoding::kPercentAll, [&](char c) {
      put('%');
      put_hex(byte_of(c), 2, digits);
    });
  }
}

void FormWriter::put_json(char c, bool escape_slash) {
  constexpr std::string_view kPlain = "\"\\\b\f\n\r\t";
  constexpr std::string_view kNames = "\"\\bfnrt";
  if (const std::size_t index = kPlain.find(c); index != kPlain.npos) {
    put('\\');
    put(kNames[index]);
  } else if (byte_of(c) < 0x20) {
    put("\\u");
    put_hex(byte_of(c), 4, kLowerDigits);
  } else {
    if (c == '/' && escape_slash) put('\\');
    put(c);
  }
}

void FormWriter::write_json() {
  for (const bool escape_slash : {false, true}) {
    each_byte(Encoding::kJson, [&](char c) { put_json(c, escape_slash); });
  }
  // A JSON document inside a JSON string, as structured logs have it.
  constexpr std::string_view kTwice[] = {R"(\\\")", R"(\\\\)", R"(\\n)", R"(\\r)", R"(\\t)"};
  replace(Encoding::kJson, "\"\\\n\r\t", kTwice);
}

void FormWriter::write_escapes() {
  for (const std::string_view digits : {kLowerDigits, kUpperDigits}) {
    each_byte(digits == kLowerDigits ? Encoding::kHexLower : Encoding::kHexUpper,
              [&](char c) { put_hex(byte_of(c), 2, digits); });
    each_byte(Encoding::kByteEscapes, [&](char c) {
      put("\\x");
      put_hex(byte_of(c), 2, digits);
    });
  }
  each_byte(Encoding::kOctalEscapes, [&](char c) { put_octal(c); });
}

/// Every code point of the value, which is UTF-8, through `write`.
template <class Write>
void FormWriter::each_point(Write write) {
  for (std::string_view rest = value_; !rest.empty();) {
    std::uint32_t point = 0;
    rest.remove_prefix(text::read_utf8(rest, point));
    write(point);
  }
}

/// Every UTF-16 code unit.
template <class Write>
void FormWriter::each_unit(Write write) {
  each_point([&](std::uint32_t point) {
    if (point >= 0x10000) {
      write(0xd800 + ((point - 0x10000) >> 10));
      write(0xdc00 + ((point - 0x10000) & 0x3ff));
    } else {
      write(point);
    }
  });
}

void FormWriter::write_utf16() {
  begin();
  each_unit([&](std::uint32_t unit) {
    put(static_cast<char>(unit & 0xff));
    put(static_cast<char>(unit >> 8));
  });
  const std::string_view little = written();
  end(Encoding::kUtf16Le);
  write_base64(Encoding::kBase64Utf16, little, kBase64Digits);
  begin();
  each_unit([&](std::uint32_t unit) {
    put(static_cast<char>(unit >> 8));
    put(static_cast<char>(unit & 0xff));
  });
  end(Encoding::kUtf16Be);
}

void FormWriter::write_unicode_escapes() {
  for (const std::string_view digits : {kLowerDigits, kUpperDigits}) {
    begin();
    each_unit([&](std::uint32_t unit) {
      put("\\u");
      put_hex(unit, 4, digits);
    });
    end(Encoding::kUnicodeEscapes);
    // As JSON writers do that keep ASCII and escape the rest.
    begin();
    each_unit([&](std::uint32_t unit) {
      if (unit < 0x80) return put_json(static_cast<char>(unit), false);
      put("\\u");
      put_hex(unit, 4, digits);
    });
    end(Encoding::kJson);
    // As JSON writers do that are afraid of HTML.
    begin();
    each_unit([&](std::uint32_t unit) {
      const bool plain = unit < 0x80 && !std::string_view("<>&'=+").contains(char(unit));
      if (plain) return put_json(static_cast<char>(unit), false);
      put("\\u");
      put_hex(unit, 4, digits);
    });
    end(Encoding::kJson);
    begin();
    each_point([&](std::uint32_t point) {
      put("\\u{");
      put_short_hex(point, digits);
      put('}');
    });
    end(Encoding::kUnicodeEscapes);
  }
}

void FormWriter::write_html() {
  using Entities = std::array<std::string_view, 5>;
  constexpr Entities kWriters[] = {{"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"},
                                   {"&amp;", "&lt;", "&gt;", "&#34;", "&#39;"},
                                   {"&amp;", "&lt;", "&gt;", "&quot;", "&#x27;"},
                                   {"&amp;", "&lt;", "&gt;", "&quot;", "&#039;"}};
  for (const std::span<const std::string_view> by : kWriters) {
    replace(Encoding::kHtml, "&<>\"'", by);
    replace(Encoding::kHtml, "&<>\"", by.first(4));
    replace(Encoding::kHtml, "&<>", by.first(3));
  }
}

void FormWriter::write_numeric_html() {
  begin();
  each_point([&](std::uint32_t point) {
    put("&#");
    put_decimal(point);
    put(';');
  });
  end(Encoding::kHtml);
  for (const std::string_view digits : {kLowerDigits, kUpperDigits}) {
    begin();
    each_point([&](std::uint32_t point) {
      put("&#x");
      put_short_hex(point, digits);
      put(';');
    });
    end(Encoding::kHtml);
  }
}

void FormWriter::write_quoted() {
  constexpr std::string_view kSingle[] = {R"('\'')"};
  constexpr std::string_view kDoubled[] = {"''"};
  constexpr std::string_view kDouble[] = {R"(\\)", R"(\")", R"(\$)", R"(\`)"};
  replace(Encoding::kQuoted, "'", kSingle);
  replace(Encoding::kQuoted, "'", kDoubled);
  replace(Encoding::kQuoted, "\\\"$`", kDouble);
  escape(Encoding::kQuoted, "-._/:=@%+,", [&](char c) {  // As printf %q writes it.
    put('\\');
    put(c);
  });
}

void FormWriter::write_other_lines() {
  constexpr std::string_view kCrLf[] = {"\r\n"};
  constexpr std::string_view kJoined[] = {""};
  constexpr std::string_view kEscapedCrLf[] = {"\\r\\n"};
  replace(Encoding::kOtherLines, "\n", kCrLf);
  replace(Encoding::kOtherLines, "\n", kEscapedCrLf);
  replace(Encoding::kOtherLines, "\n", kJoined);
}

void FormWriter::write_all() {
  begin();
  put(value_);
  end(Encoding::kPlain);
  write_base64(Encoding::kBase64, value_, kBase64Digits);
  write_base64(Encoding::kBase64Url, value_, kBase64UrlDigits);
  write_escapes();
  write_percent();
  write_json();
  if (text::is_utf8(value_)) {
    write_utf16();
    write_unicode_escapes();
    write_numeric_html();
  }
  write_html();
  write_quoted();
  begin();
  for (std::size_t i = value_.size(); i-- > 0;) put(value_[i]);
  end(Encoding::kReversed);
  if (value_.contains('\n')) write_other_lines();
}

}  // namespace

std::string_view encoding_name(Encoding encoding) {
  switch (encoding) {
#define LR_X(name, text) \
  case Encoding::name:   \
    return text;
    LR_ENCODINGS(LR_X)
#undef LR_X
  }
  return "plain";
}

bool Base64Edge::accepts(char byte) const {
  std::size_t sextet = kBase64Digits.find(byte);
  if (sextet == kBase64Digits.npos) sextet = kBase64UrlDigits.find(byte);
  return sextet != kBase64UrlDigits.npos && (sextet & mask) == bits;
}

std::size_t forms_bytes_max(std::size_t value_bytes) {
  // Base64 at nine positions, and per byte what the other shapes take at their widest.
  constexpr std::size_t kBase64 = 6 * 2 + 3 * 4;
  constexpr std::size_t kPerByte =
      1 + 2 * 2 + 2 * 4 + 4 + 9 * 3 + 3 * 6 + 2 * 2 + 8 * 6 + 15 * 6 + 4 * 4 + 1 + 3 * 4;
  return value_bytes * (kBase64 + kPerByte) + 64;
}

void write_forms(std::string_view value, WipedBuffer& arena,
                 const std::function<void(const EncodedForm&)>& take) {
  FormWriter(value, arena, take).write_all();
}

}  // namespace lr::secrets
