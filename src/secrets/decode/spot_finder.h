// Collects where encoded text may stand while a text is read block by block.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "secrets/decode/blocks.h"
#include "secrets/decode/decode.h"

namespace lr::secrets {

/// Escapes this close belong together, and this much text around them is decoded with them.
inline constexpr std::size_t kEscapesNear = 256;

class SpotFinder {
 public:
  /// `cut`: the text goes on before its begin.
  explicit SpotFinder(std::string_view text, bool cut = false) : text_(text), cut_(cut) {}

  /// All batches of the text, in rising order.
  void take(const BlockBatch& batch) {
    for (const std::uint8_t block : batch.busy_blocks()) take_block(batch, block);
  }
  /// What was found; the finder is of no more use.
  Spots finish();

 private:
  void take_block(const BlockBatch& batch, std::size_t block);
  void take_runs(const BlockBatch& batch, std::size_t block);
  std::size_t run_end(const BlockBatch& batch, std::size_t block, std::size_t place) const;
  void take_mark(std::size_t at);
  void group(std::vector<Range>& spots, std::size_t at);
  std::size_t line_end(std::size_t at) const;
  void take_zeros(std::size_t at, std::uint64_t zeros);
  std::uint64_t turns_in(std::size_t at, std::uint64_t zeros) const;
  bool alternates(std::size_t at) const;
  void add_utf16(Range range);
  char byte(std::size_t at) const { return at < text_.size() ? text_[at] : '\0'; }

  std::string_view text_;
  bool cut_;
  Spots spots_;
  std::size_t run_end_ = 0;  ///< Of the last run of base64.
  std::size_t utf16_end_ = 0;
};

}  // namespace lr::secrets
