// Replaces known values in bytes that pass by: logs, streamed answers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "secrets/exact/exact_values.h"

namespace lr::secrets {

/// Every value, in every shape, becomes "[redacted:NAME]", however the bytes are cut into pieces.
/// Bytes leave at once, except the shortest suffix that may be the front of a value.
class ExactRedactor {
 public:
  /// `values` outlive the redactor.
  explicit ExactRedactor(const ExactValues& values);
  /// Appends to `out` what may leave now.
  void feed(std::string_view chunk, std::string& out);
  /// No more bytes: appends the rest. The redactor can then be used anew.
  void finish(std::string& out);
  /// Bytes that wait for the next.
  std::size_t held() const { return held_.size() - context_; }
  /// Values replaced since the start.
  std::uint64_t redacted() const { return redacted_; }

 private:
  std::size_t first_held(bool last) const;
  void release(std::size_t until);
  void process(bool last, std::string& out);

  const ExactValues& values_;
  WipedBuffer held_;
  std::size_t context_ = 0;  ///< 1 when the first byte of held_ has left already.
  std::size_t covered_ = 0;  ///< So many bytes of held_ stand under a mark that has left.
  std::uint64_t redacted_ = 0;
  std::vector<ExactValues::FormMatch> matches_;
};

}  // namespace lr::secrets
