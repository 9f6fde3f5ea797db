#include "text/json_schema_pattern.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace lr::text {
namespace {

// Insides of character classes. ECMA-262 means more than ASCII by \s and less than RE2 by a dot.
constexpr std::string_view kSpaces =
    R"(\t\n\x0b\f\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff})";
constexpr std::string_view kNotSpaces =
    R"(\x00-\x08\x0e-\x1f!-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027}\x{202a}-\x{202e})"
    R"(\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{fefe}\x{ff00}-\x{10ffff})";
constexpr std::string_view kDot = R"([^\n\r\x{2028}\x{2029}])";
constexpr std::string_view kAnything = R"([\x00-\x{10ffff}])";
constexpr std::string_view kNothing = R"([^\x00-\x{10ffff}])";

/// Long names of general categories and the short ones that RE2 knows.
constexpr std::array<std::pair<std::string_view, std::string_view>, 36> kCategories = {{
    {"Letter", "L"},
    {"Lowercase_Letter", "Ll"},
    {"Uppercase_Letter", "Lu"},
    {"Titlecase_Letter", "Lt"},
    {"Modifier_Letter", "Lm"},
    {"Other_Letter", "Lo"},
    {"Mark", "M"},
    {"Nonspacing_Mark", "Mn"},
    {"Spacing_Mark", "Mc"},
    {"Enclosing_Mark", "Me"},
    {"Number", "N"},
    {"Decimal_Number", "Nd"},
    {"digit", "Nd"},
    {"Letter_Number", "Nl"},
    {"Other_Number", "No"},
    {"Punctuation", "P"},
    {"punct", "P"},
    {"Connector_Punctuation", "Pc"},
    {"Dash_Punctuation", "Pd"},
    {"Open_Punctuation", "Ps"},
    {"Close_Punctuation", "Pe"},
    {"Initial_Punctuation", "Pi"},
    {"Final_Punctuation", "Pf"},
    {"Other_Punctuation", "Po"},
    {"Symbol", "S"},
    {"Math_Symbol", "Sm"},
    {"Currency_Symbol", "Sc"},
    {"Modifier_Symbol", "Sk"},
    {"Other_Symbol", "So"},
    {"Separator", "Z"},
    {"Space_Separator", "Zs"},
    {"Line_Separator", "Zl"},
    {"Paragraph_Separator", "Zp"},
    {"Other", "C"},
    {"Control", "Cc"},
    {"Format", "Cf"},
}};

class Translator {
 public:
  explicit Translator(std::string_view pattern) : in_(pattern) {}

  Result<std::string> run() {
    while (at_ < in_.size()) {
      const char c = in_[at_];
      if (c == '\\') {
        LR_TRY_VOID(escape(/*in_class=*/false));
      } else if (c == '[') {
        LR_TRY_VOID(character_class());
      } else if (c == '(') {
        LR_TRY_VOID(group());
      } else if (c == '.') {
        out_ += kDot;
        ++at_;
      } else {
        out_ += c;
        ++at_;
      }
    }
    return std::move(out_);
  }

 private:
  static std::unexpected<Error> refuse(std::string why) {
    return fail(Code::kInvalidArgument, std::move(why), Origin::kContract);
  }

  bool looking_at(std::string_view text) const { return in_.substr(at_).starts_with(text); }

  Result<> group() {
    if (!looking_at("(?")) {
      out_ += '(';
      ++at_;
      return {};
    }
    for (const char* look : {"(?=", "(?!", "(?<=", "(?<!"}) {
      if (looking_at(look)) return refuse("look-around is not supported");
    }
    if (looking_at("(?:")) {
      out_ += "(?:";
      at_ += 3;
      return {};
    }
    if (looking_at("(?<")) {
      out_ += "(?P<";
      at_ += 3;
      return {};
    }
    return refuse("inline flags are not supported");
  }

  Result<> character_class() {
    if (looking_at("[]") || looking_at("[^]")) {
      out_ += looking_at("[]") ? kNothing : kAnything;
      at_ += looking_at("[]") ? 2 : 3;
      return {};
    }
    out_ += '[';
    ++at_;
    if (at_ < in_.size() && in_[at_] == '^') {
      out_ += '^';
      ++at_;
    }
    while (at_ < in_.size() && in_[at_] != ']') {
      if (in_[at_] == '\\') {
        LR_TRY_VOID(escape(/*in_class=*/true));
        continue;
      }
      if (in_[at_] == '[') out_ += '\\';  // Otherwise "[:alpha:]" would mean something.
      out_ += in_[at_++];
    }
    if (at_ == in_.size()) return refuse("a character class is not closed");
    out_ += ']';
    ++at_;
    return {};
  }

  Result<> escape(bool in_class) {
    if (++at_ == in_.size()) return refuse("a backslash at the end");
    const char c = in_[at_++];
    constexpr std::string_view kSame = "dDwWfnrtv";
    constexpr std::string_view kSyntax = "^$\\.*+?()[]{}|/";
    if (kSame.contains(c) || kSyntax.contains(c) || (c == '-' && in_class)) {
      out_ += '\\';
      out_ += c;
      return {};
    }
    switch (c) {
      case '-':
        out_ += "\\-";
        return {};
      case 's':
        return put_class(kSpaces, in_class);
      case 'S':
        return put_class(kNotSpaces, in_class);
      case 'b':
      case 'B':
        return word_boundary(c, in_class);
      case 'c':
        return control_letter();
      case 'x':
        return code_point(2);
      case 'u':
        return unicode_escape();
      case 'p':
      case 'P':
        return property(c);
      case '0':
        return null_character();
      default:
        break;
    }
    if ((c >= '1' && c <= '9') || c == 'k') return refuse("back references are not supported");
    return refuse(
        fmt::format("the escape \"\\{}\" is not one of ECMA-262", c > ' ' && c < '\x7f' ? c : '?'));
  }

  Result<> put_class(std::string_view inside, bool in_class) {
    if (!in_class) out_ += '[';
    out_ += inside;
    if (!in_class) out_ += ']';
    return {};
  }

  Result<> word_boundary(char c, bool in_class) {
    if (in_class && c == 'B') return refuse("\"\\B\" in a character class");
    if (in_class) {
      out_ += "\\x08";
    } else {
      out_ += '\\';
      out_ += c;
    }
    return {};
  }

  Result<> control_letter() {
    const char letter = at_ < in_.size() ? in_[at_] : '\0';
    const char upper = static_cast<char>(letter & ~0x20);
    if (upper < 'A' || upper > 'Z') return refuse("\"\\c\" without a letter");
    ++at_;
    put_code_point(static_cast<unsigned>(upper - '@'));
    return {};
  }

  Result<> null_character() {
    if (at_ < in_.size() && in_[at_] >= '0' && in_[at_] <= '9') {
      return refuse("octal escapes are not supported");
    }
    put_code_point(0);
    return {};
  }

  void put_code_point(unsigned code) { out_ += fmt::format("\\x{{{:x}}}", code); }

  std::optional<unsigned> hex(std::size_t digits) {
    if (in_.size() - at_ < digits) return std::nullopt;
    unsigned value = 0;
    for (const char c : in_.substr(at_, digits)) {
      const auto digit = std::string_view("0123456789abcdef")
                             .find(static_cast<char>(c >= 'A' && c <= 'F' ? c + 32 : c));
      if (digit == std::string_view::npos) return std::nullopt;
      value = value * 16 + static_cast<unsigned>(digit);
    }
    at_ += digits;
    return value;
  }

  Result<> code_point(std::size_t digits) {
    const auto code = hex(digits);
    if (!code) return refuse("a hexadecimal escape is cut short");
    put_code_point(*code);
    return {};
  }

  Result<> unicode_escape() {
    if (looking_at("{")) {
      const auto end = in_.find('}', at_);
      ++at_;
      const auto code = end == std::string_view::npos || end == at_ || end - at_ > 6
                            ? std::nullopt
                            : hex(end - at_);
      if (!code || *code > 0x10ffff) return refuse("\"\\u{\" without a code point");
      ++at_;
      put_code_point(*code);
      return {};
    }
    const auto first = hex(4);
    if (!first) return refuse("\"\\u\" without four hexadecimal digits");
    if (*first < 0xd800 || *first > 0xdfff) {
      put_code_point(*first);
      return {};
    }
    if (*first > 0xdbff || !looking_at("\\u")) return refuse("a lone surrogate");
    at_ += 2;
    const auto second = hex(4);
    if (!second || *second < 0xdc00 || *second > 0xdfff) return refuse("a lone surrogate");
    put_code_point(0x10000 + ((*first - 0xd800) << 10) + (*second - 0xdc00));
    return {};
  }

  /// \p{L}, \p{Letter}, \p{General_Category=L}, \p{Script=Greek}. Binary properties are refused by
  /// RE2 when the pattern is compiled.
  Result<> property(char c) {
    const auto end = in_.find('}', at_);
    if (!looking_at("{") || end == std::string_view::npos) return refuse("\"\\p\" without a name");
    std::string_view name = in_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    for (const std::string_view prefix : {"General_Category=", "gc=", "Script=", "sc="}) {
      if (name.starts_with(prefix)) {
        name.remove_prefix(prefix.size());
        break;
      }
    }
    const auto* category =
        std::ranges::find(kCategories, name, &decltype(kCategories)::value_type::first);
    if (category != kCategories.end()) name = category->second;
    out_ += fmt::format("\\{}{{{}}}", c, name);
    return {};
  }

  std::string_view in_;
  std::size_t at_ = 0;
  std::string out_;
};

}  // namespace

Result<std::string> ecma_to_re2(std::string_view pattern) { return Translator(pattern).run(); }

}  // namespace lr::text
