// Tables of comma-separated values (RFC 4180) whose first line names a column of credentials, as
// password managers, cloud consoles and databases export them.
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "secrets/decode/decode.h"
#include "text/ascii.h"

namespace lr::secrets {
namespace {

constexpr std::size_t kHeaderMax = 4096;
constexpr std::size_t kNameMax = 64;
constexpr std::size_t kCellMax = 4096;
constexpr std::size_t kPieceMax = 64 * 1024;  ///< Of text that is handed out at once.
constexpr std::string_view kDelimiters = ",;\t|";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

constexpr bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// What names of columns are written with, and what stands between and around them.
constexpr auto kOfHeader = [] {
  std::array<bool, 256> of_header{};
  for (std::size_t i = 0; i < 256; ++i) {
    const char c = static_cast<char>(i);
    of_header[i] = is_letter_or_digit(c) || i >= 0x80 ||
                   std::string_view(" _-./()\"\r").contains(c) || kDelimiters.contains(c);
  }
  return of_header;
}();

/// "Secret access key" as "secret_access_key".
std::string as_name(std::string_view cell) {
  std::string name(cell.substr(0, kNameMax));
  std::ranges::transform(name, name.begin(),
                         [](char c) { return is_letter_or_digit(c) ? text::to_lower(c) : '_'; });
  return name;
}

constexpr std::string_view kWords[] = {"passw",      "passphrase",  "pwd",        "secret",
                                       "token",      "apikey",      "api_key",    "api key",
                                       "credential", "private_key", "private key"};

/// A mere "token" is as often a word of a text or the name of a row.
bool is_credential(std::string_view name) {
  return name != "token" && name != "tokens" &&
         std::ranges::any_of(kWords, [&](std::string_view word) { return name.contains(word); });
}

/// Asked of every text: most say no within their first few bytes.
bool may_be_header(std::string_view line) {
  const auto fits = [](char c) { return kOfHeader[static_cast<std::uint8_t>(c)]; };
  const auto parts = [](char c) { return kDelimiters.contains(c); };
  if (!std::ranges::all_of(line, fits) || std::ranges::none_of(line, parts)) return false;
  std::string lowered(line);
  std::ranges::transform(lowered, lowered.begin(), text::to_lower);
  return is_credential(lowered);
}

/// Reads cells one after the other.
class Cells {
 public:
  Cells(std::string_view text, std::size_t at, char delimiter)
      : text_(text), at_(at), delimiter_(delimiter) {}

  /// The next record, its quotes taken off; false at the end, and where a quote is not closed or a
  /// cell is too long for one.
  bool next(std::vector<std::string>& record);
  std::size_t at() const { return at_; }

 private:
  bool take_cell(std::string& cell);
  bool take_quoted(std::string& cell);

  std::string_view text_;
  std::size_t at_;
  char delimiter_;
};

bool Cells::take_quoted(std::string& cell) {
  for (++at_; at_ < text_.size() && cell.size() <= kCellMax; ++at_) {
    if (text_[at_] != '"') {
      cell += text_[at_];
    } else if (text_.substr(at_ + 1).starts_with('"')) {
      cell += text_[at_++];
    } else {
      ++at_;
      return true;
    }
  }
  return false;
}

bool Cells::take_cell(std::string& cell) {
  if (at_ < text_.size() && text_[at_] == '"') return take_quoted(cell);
  const char ends[] = {delimiter_, '\n'};
  const std::string_view rest = text_.substr(at_, kCellMax + 1);
  const std::size_t size = std::min(rest.find_first_of({ends, 2}), rest.size());
  if (size > kCellMax) return false;
  cell = rest.substr(0, size);
  at_ += size;
  if (cell.ends_with('\r')) cell.pop_back();
  return true;
}

bool Cells::next(std::vector<std::string>& record) {
  record.clear();
  if (at_ == text_.size()) return false;
  while (take_cell(record.emplace_back())) {
    if (at_ < text_.size() && text_[at_] == '\r') ++at_;
    if (at_ == text_.size()) return true;
    const char end = text_[at_++];
    if (end == '\n') return true;
    if (end != delimiter_) return false;
  }
  return false;
}

/// The first delimiter outside of quotes.
std::optional<char> delimiter_of(std::string_view line) {
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') quoted = !quoted;
    if (!quoted && kDelimiters.contains(c)) return c;
  }
  return std::nullopt;
}

/// The names of the columns that hold credentials, "" for others.
std::vector<std::string> credential_columns(const std::vector<std::string>& header) {
  std::vector<std::string> names;
  for (const std::string& cell : header) {
    std::string name = as_name(cell);
    names.push_back(is_credential(name) ? std::move(name) : "");
  }
  return names;
}

/// One credential as an assignment, in quotes that it does not hold itself.
void say(std::string_view name, std::string_view value, std::string& out) {
  if (name.empty() || value.empty() || value.contains('\n')) return;
  for (const char quote : std::string_view("\"'`")) {
    if (value.contains(quote)) continue;
    out.append(name).append(" = ");
    (out += quote).append(value) += quote;
    out += "; ";
    return;
  }
}

}  // namespace

void decode_table(std::string_view text, const DecodedSink& sink) {
  const std::size_t begin = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  const std::size_t line_end = text.substr(0, kHeaderMax).find('\n');
  if (line_end == std::string_view::npos || line_end < begin) return;
  const std::string_view line = text.substr(begin, line_end - begin);
  if (!may_be_header(line)) return;
  const auto delimiter = delimiter_of(line);
  if (!delimiter) return;
  Cells cells(text, begin, *delimiter);
  std::vector<std::string> record;
  if (!cells.next(record)) return;
  const std::vector<std::string> names = credential_columns(record);
  if (std::ranges::all_of(names, &std::string::empty)) return;
  std::string piece;
  std::size_t piece_begin = cells.at();
  const auto hand_out = [&] {
    if (!piece.empty()) sink({"table", piece, {piece_begin, cells.at()}});
    piece.clear();
    piece_begin = cells.at();
  };
  for (std::size_t row = cells.at(); cells.next(record); row = cells.at()) {
    if (record.size() != names.size()) break;
    for (std::size_t i = 0; i < names.size(); ++i) say(names[i], record[i], piece);
    // As many lines as the record has, so that a line of the piece is one of the table.
    piece.append(
        static_cast<std::size_t>(std::ranges::count(text.substr(row, cells.at() - row), '\n')),
        '\n');
    if (piece.size() >= kPieceMax) hand_out();
  }
  hand_out();
}

}  // namespace lr::secrets
