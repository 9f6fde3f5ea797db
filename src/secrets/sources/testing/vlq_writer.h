// Writes `mappings` for tests: the other direction of vlq.h, written on its own.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lr::secrets::sources {

struct WrittenMapping {
  std::int64_t line;         ///< Generated, from 0, not falling.
  std::int64_t column;       ///< Generated.
  std::int64_t source = -1;  ///< -1: names no source.
  std::int64_t original_line = 0;
  std::int64_t original_column = 0;
};

inline void append_vlq(std::string& out, std::int64_t value) {
  static constexpr char kDigits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  auto rest = static_cast<std::uint64_t>(value < 0 ? (-value * 2) | 1 : value * 2);
  do {
    const std::uint64_t digit = rest % 32;
    rest /= 32;
    out.push_back(kDigits[digit + (rest != 0 ? 32 : 0)]);
  } while (rest != 0);
}

inline std::string write_mappings(const std::vector<WrittenMapping>& mappings) {
  std::string out;
  WrittenMapping last{.line = 0, .column = 0, .source = 0};
  for (const WrittenMapping& mapping : mappings) {
    for (; last.line < mapping.line; ++last.line) {
      out.push_back(';');
      last.column = 0;
    }
    if (!out.empty() && out.back() != ';') out.push_back(',');
    append_vlq(out, mapping.column - last.column);
    last.column = mapping.column;
    if (mapping.source < 0) continue;
    append_vlq(out, mapping.source - last.source);
    append_vlq(out, mapping.original_line - last.original_line);
    append_vlq(out, mapping.original_column - last.original_column);
    last.source = mapping.source;
    last.original_line = mapping.original_line;
    last.original_column = mapping.original_column;
  }
  return out;
}

}  // namespace lr::secrets::sources
