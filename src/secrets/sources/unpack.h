// One file becomes documents: archives are unpacked, HAR files and source maps taken apart, files
// too large to hold are cut into overlapping pieces, and everything is named by how it was reached.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "secrets/document.h"
#include "secrets/sources/container.h"

namespace lr::secrets::sources {

/// For one thread. The visitor and the coverage outlive it.
class Unpacker {
 public:
  Unpacker(DocumentVisitor& visitor, Coverage& coverage, const UnpackLimits& limits = {});
  ~Unpacker();

  /// Visits the file and whatever is inside it. What could not be read is noted as a gap at
  /// "path > zip:inner/a.txt". The bounds count from zero for each call.
  void visit(std::string_view path, ByteSource& bytes);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// Names are content, too. One that is long enough, and no plain word, is a document of its own at
/// the path that it belongs to, reached via "name".
bool may_hold_secret(std::string_view name);

/// Visits bytes as one document, or as pieces of `kPieceBytes` that overlap by `kOverlapBytes`
/// when there are more than `kWholeBytes`: a match up to the overlap's length is never cut in two.
inline constexpr std::size_t kWholeBytes = 128 << 20;
inline constexpr std::size_t kPieceBytes = 64 << 20;
inline constexpr std::size_t kOverlapBytes = 1 << 20;
struct PieceSizes {
  std::size_t whole = kWholeBytes;
  std::size_t piece = kPieceBytes;
  std::size_t overlap = kOverlapBytes;
};
/// `document` is a pattern: its bytes are filled in here. Error: what the disk said.
Result<> visit_in_pieces(DocumentVisitor& visitor, ByteSource& bytes, Document document,
                         const PieceSizes& sizes = {});

}  // namespace lr::secrets::sources
