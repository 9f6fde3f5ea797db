// The scanner: bytes in, candidates out. The first stage looks for literals of all rules at once,
// the second stage asks RE2 for the exact match around each hit; then come the filters, and then
// the same over what can be decoded out of the bytes (base64, hex, percent, escapes, UTF-16), with
// provenance.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "secrets/catalogue.h"
#include "secrets/document.h"

namespace lr::secrets {

/// One match that survived the filters. Views live only during found().
struct Candidate {
  const Rule* rule = nullptr;
  std::string_view secret;  ///< The value itself: never stored, never printed.
  std::string_view match;   ///< What the whole pattern matched.
  std::string_view line;    ///< The line, at most 1 KiB around the match.
  Confidence confidence = Confidence::kMedium;
  bool proved = false;          ///< A checksum or structure that cannot be chance.
  bool allowed_inline = false;  ///< The line says "gitleaks:allow" or "launchready:allow".
  std::string note;             ///< "expired 2024-01-01", "test fixture", "alg none"…
  Place place;                  ///< `path`, `via`, line, column, offset, object are set.
};

class CandidateSink {
 public:
  virtual ~CandidateSink() = default;
  virtual void found(const Candidate& candidate) = 0;
};

/// Bytes that were decoded out of a document. Views live only during visit_layer().
struct DecodedLayer {
  const Document& document;
  std::string_view bytes;
  std::span<const std::string> via;  ///< From the outside in, the document's own first.
  Range origin;                      ///< Where the encoded form stands in the document.
};

/// Is shown what a scanner decodes, so that others need not decode it again.
class LayerVisitor {
 public:
  virtual ~LayerVisitor() = default;
  virtual void visit_layer(const DecodedLayer& layer) = 0;
};

struct ScannerOptions {
  Confidence least = Confidence::kMedium;
  int decode_depth = 3;
  std::uint64_t decoded_bytes_max = 256ull << 20;  ///< For one document.
};

/// Scans documents of one thread. The catalogue and the sink outlive it.
class Scanner final : public DocumentVisitor {
 public:
  Scanner(const Catalogue& catalogue, CandidateSink& sink, ScannerOptions options = {});
  ~Scanner() override;

  void visit(const Document& document) override;
  void visit_changed(const Document& document, std::span<const Range> changed) override;
  /// Shows every layer to `visitor` before it is scanned; null for none. The visitor outlives the
  /// scanner's visits.
  void show_layers(LayerVisitor* visitor);
  const Coverage& coverage() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lr::secrets
