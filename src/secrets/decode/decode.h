// What is written in another form inside a text: base64, hex, percent, escapes, entities, UTF-16,
// cells of tables. Candidates are found in one cheap pass; what a run decodes to depends on the run
// alone.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "secrets/decode/blocks.h"
#include "secrets/document.h"

namespace lr::secrets {

/// How text is broken into lines of equal length.
struct Lines {
  std::size_t width = 0;  ///< Characters of a line; 0: it is not broken.
  std::size_t step = 0;   ///< From the begin of a line to that of the next.
};

/// One decoded piece. Views live only during the call that hands it out.
struct Decoded {
  std::string_view encoding;  ///< "base64", "hex", "percent", "escapes", "utf-16le", "table"…
  std::string_view bytes;
  Range from;        ///< Where the encoded form stands.
  Lines lines = {};  ///< Of the encoded form.
};
using DecodedSink = std::function<void(const Decoded&)>;

/// Where encoded text may stand. spot_finder.h
struct Spots {
  std::vector<Range> base64;    ///< Maximal runs of at least kLeastRun characters of base64.
  std::vector<Range> wrapped;   ///< The same, broken into lines of one length.
  std::vector<Range> percent;   ///< Neighbouring "%41" within one line, but for "%08".
  std::vector<Range> escapes;   ///< Neighbouring "\x41", "\u0041", "\101" within one line.
  std::vector<Range> entities;  ///< Neighbouring "&#65;", "&#x41;" within one line.
  std::vector<Range> utf16le;   ///< At least kLeastRun bytes, printable and zero in turn.
  std::vector<Range> utf16be;
};
/// Those of a text (see SpotFinder) that touch a range or are what they are because of what stands
/// there, such as lines of base64 that an inserted one takes apart. runs.cpp
Spots find_spots_near(std::string_view bytes, std::span<const Range> ranges);

/// wrapped.cpp: takes the runs that are lines of one piece together. `cut`: the text is a window
/// whose first run may have begun before it, so that nothing is known about its length.
void join_wrapped(std::string_view text, bool cut, Spots& spots);
/// The lines of a piece that join_wrapped() put together.
Lines wrapped_lines(std::string_view piece);

/// Hands out every spot that is what it looks like; of runs only those that may hold a secret: at
/// least sixteen printable bytes in a row.
void decode_spots(std::string_view bytes, const Spots& spots, const DecodedSink& sink);

/// table.cpp: of a table (RFC 4180; also with semicolons, tabs and bars) whose first line names
/// columns of credentials, hands out these cells as assignments to the names, line by line. Ends at
/// the first record that does not have as many cells as the header.
void decode_table(std::string_view text, const DecodedSink& sink);

/// base64.cpp: RFC 4648 sections 4 and 5, padding or not, from the first character on. Stops at the
/// last whole byte.
std::string decode_base64(std::string_view run);
/// The same into `out`, as far as there is room; returns how many bytes it wrote.
std::size_t decode_base64(std::string_view run, std::span<char> out);
/// hex.cpp: pairs of digits, either case; nullopt when there is another character or an odd one.
std::optional<std::string> decode_hex(std::string_view run);
/// percent.cpp: RFC 3986 section 2.1; what is not an escape stays.
std::string decode_percent(std::string_view text);
/// escapes.cpp: \xHH, \uHHHH, \u{H…}, \UHHHHHHHH, \OOO; what is not an escape stays.
std::string decode_escapes(std::string_view text);
/// entities.cpp: "&#65;", "&#x41;" and the five names of XML.
std::string decode_entities(std::string_view text);
/// utf16.cpp: to UTF-8; what is no character becomes '?'.
std::string decode_utf16(std::string_view bytes, bool big_endian);

/// At least sixteen printable bytes (or printable with zeros in turn) stand in a row.
bool has_readable_run(std::string_view bytes);
/// False: what the hex digits stand for has no such run. Looks at a few of them.
bool hex_may_be_readable(std::string_view digits);

}  // namespace lr::secrets
