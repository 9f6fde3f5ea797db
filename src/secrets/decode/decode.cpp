#include "secrets/decode/decode.h"

#include <algorithm>
#include <array>
#include <utility>

#include "secrets/decode/append_utf8.h"
#include "secrets/decode/blocks.h"

namespace lr::secrets {
namespace {

/// Short runs are mostly identifiers: their first characters say whether it is worth going on.
constexpr std::size_t kShortRun = 64;
constexpr std::size_t kFirstLook = 12;

bool is_text(std::string_view bytes) {
  return std::ranges::all_of(bytes, [](char c) {
    return (c >= ' ' && c <= '~') || c == '\n' || c == '\r' || c == '\t' || c == '\0';
  });
}

bool begins_as_text(std::string_view run, std::size_t characters) {
  std::array<char, kFirstLook / 4 * 3> first{};
  const std::size_t size = decode_base64(run.substr(0, characters), std::span(first));
  return is_text({first.data(), size});
}

/// Most identifiers are told from text by their first four characters.
bool may_be_text(std::string_view run) {
  return begins_as_text(run, 4) && begins_as_text(run, kFirstLook);
}

/// Key stores are no text: PKCS #12 (RFC 7292: a SEQUENCE that begins with version 3), JKS, JCEKS
/// and KeePass.
bool is_key_store(std::string_view bytes) {
  using namespace std::string_view_literals;
  constexpr std::size_t kHeadMax = 5;  // Of the SEQUENCE: its tag and its length.
  constexpr auto kVersion = "\x02\x01\x03\x30"sv;
  constexpr auto kMagic =
      std::to_array({"\xFE\xED\xFE\xED"sv, "\xCE\xCE\xCE\xCE"sv, "\x03\xD9\xA2\x9A"sv});
  if (bytes.starts_with('\x30')) return bytes.substr(0, kHeadMax + 4).contains(kVersion);
  return std::ranges::any_of(kMagic, [&](std::string_view one) { return bytes.starts_with(one); });
}

bool is_worth_reading(std::string_view decoded) {
  return has_readable_run(decoded) || is_key_store(decoded);
}

std::string_view part(std::string_view bytes, const Range& range) {
  return bytes.substr(range.begin, range.end - range.begin);
}

void decode_run(std::string_view bytes, const Range& range, const DecodedSink& sink) {
  const std::string_view run = part(bytes, range);
  if (is_hex(run)) {
    if (!hex_may_be_readable(run)) return;
    const auto decoded = decode_hex(run);
    if (decoded && has_readable_run(*decoded)) sink({"hex", *decoded, range});
    return;
  }
  if (run.size() < kShortRun && !may_be_text(run)) return;
  const std::string decoded = decode_base64(run);
  if (!is_worth_reading(decoded)) return;
  const bool url = run.find_first_of("-_") != std::string_view::npos;
  sink({url ? "base64url" : "base64", decoded, range});
}

void decode_wrapped(std::string_view bytes, const Range& range, const DecodedSink& sink) {
  std::string run;
  for (char c : part(bytes, range)) {
    if (c != '\r' && c != '\n' && c != ' ' && c != '\t') run += c;
  }
  const std::string decoded = decode_base64(run);
  if (!is_worth_reading(decoded)) return;
  const bool url = run.find_first_of("-_") != std::string_view::npos;
  sink({url ? "base64url" : "base64", decoded, range, wrapped_lines(part(bytes, range))});
}

using TextDecoder = std::string (*)(std::string_view);

void decode_texts(std::string_view bytes, const std::vector<Range>& ranges, TextDecoder decoder,
                  std::string_view encoding, const DecodedSink& sink) {
  for (const Range& range : ranges) {
    const std::string decoded = decoder(part(bytes, range));
    // Same size: nothing was an escape after all.
    if (decoded.size() < range.end - range.begin) sink({encoding, decoded, range});
  }
}

std::string from_utf16le(std::string_view bytes) { return decode_utf16(bytes, false); }
std::string from_utf16be(std::string_view bytes) { return decode_utf16(bytes, true); }

}  // namespace

void decode_spots(std::string_view bytes, const Spots& spots, const DecodedSink& sink) {
  for (const Range& range : spots.base64) decode_run(bytes, range, sink);
  for (const Range& range : spots.wrapped) decode_wrapped(bytes, range, sink);
  decode_texts(bytes, spots.percent, decode_percent, "percent", sink);
  decode_texts(bytes, spots.escapes, decode_escapes, "escapes", sink);
  decode_texts(bytes, spots.entities, decode_entities, "entities", sink);
  decode_texts(bytes, spots.utf16le, from_utf16le, "utf-16le", sink);
  decode_texts(bytes, spots.utf16be, from_utf16be, "utf-16be", sink);
}

}  // namespace lr::secrets
