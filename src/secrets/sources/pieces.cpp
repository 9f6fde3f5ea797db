#include <algorithm>

#include "secrets/sources/unpack.h"

namespace lr::secrets::sources {
namespace {

/// Where the next piece begins: the overlap before this one's end, moved to the start of a line
/// when there is one, so that lines stay whole, and to an even offset, so that UTF-16 does.
std::uint64_t next_begin(std::string_view piece, std::uint64_t begin, std::size_t overlap) {
  const std::size_t back = piece.size() - std::min(overlap, piece.size() - 1);
  const std::size_t newline = piece.substr(0, back + (piece.size() - back) / 2).find('\n', back);
  const std::uint64_t next = begin + (newline == std::string_view::npos ? back : newline + 1);
  return next + next % 2;
}

void advance(Document::Start& start, std::string_view passed) {
  const auto lines = static_cast<std::uint32_t>(std::ranges::count(passed, '\n'));
  const std::size_t last = passed.rfind('\n');
  const bool broke = last != std::string_view::npos;
  const std::size_t columns = broke ? passed.size() - last - 1 : passed.size();
  start.offset += passed.size();
  start.lines += lines;
  start.columns = static_cast<std::uint32_t>(columns) + (broke ? 0 : start.columns);
}

}  // namespace

Result<> visit_in_pieces(DocumentVisitor& visitor, ByteSource& bytes, Document document,
                         const PieceSizes& sizes) {
  const std::size_t length = bytes.size() <= sizes.whole ? sizes.whole : sizes.piece;
  std::uint64_t seen = 0;
  for (std::uint64_t begin = 0;;) {
    LR_TRY(document.bytes, bytes.view(begin, length));
    const std::uint64_t end = begin + document.bytes.size();
    if (begin == 0) {
      visitor.visit(document);
    } else {
      const Range fresh{.begin = static_cast<std::size_t>(seen - begin),
                        .end = document.bytes.size()};
      visitor.visit_changed(document, {&fresh, 1});
    }
    if (end >= bytes.size()) return {};
    seen = end;
    const std::uint64_t next = next_begin(document.bytes, begin, sizes.overlap);
    advance(document.start, document.bytes.substr(0, static_cast<std::size_t>(next - begin)));
    begin = next;
  }
}

}  // namespace lr::secrets::sources
