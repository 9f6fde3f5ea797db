// A visitor that keeps what it was shown.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "secrets/document.h"

namespace lr::secrets::sources {

class RecordingVisitor final : public DocumentVisitor {
 public:
  struct Seen {
    Surface surface;
    std::string path;
    std::string via;  ///< Joined with " > ".
    std::string bytes;
    std::vector<Range> changed;
    Document::Start start;
  };

  void visit(const Document& document) override { visit_changed(document, {}); }
  void visit_changed(const Document& document, std::span<const Range> changed) override {
    std::string via;
    for (const std::string& step : document.via) via.append(via.empty() ? "" : " > ").append(step);
    seen_.push_back({document.surface,
                     std::string(document.path),
                     std::move(via),
                     std::string(document.bytes),
                     {changed.begin(), changed.end()},
                     document.start});
  }

  const std::vector<Seen>& seen() const { return seen_; }
  /// The bytes of the document that was reached like that, or "(none)".
  std::string bytes_of(std::string_view path, std::string_view via = "") const {
    const Seen* const found = find(path, via);
    return found == nullptr ? "(none)" : found->bytes;
  }
  const Seen* find(std::string_view path, std::string_view via = "") const {
    const auto at = std::ranges::find_if(
        seen_, [&](const Seen& seen) { return seen.path == path && seen.via == via; });
    return at == seen_.end() ? nullptr : &*at;
  }

 private:
  std::vector<Seen> seen_;
};

/// Keeps where its needle stood in the whole, and no bytes.
class NeedleVisitor final : public DocumentVisitor {
 public:
  explicit NeedleVisitor(std::string needle) : needle_(std::move(needle)) {}
  void visit(const Document& document) override { look(document, 0); }
  void visit_changed(const Document& document, std::span<const Range> changed) override {
    look(document, changed[0].begin);
  }
  const std::vector<std::uint64_t>& found() const { return found_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  void look(const Document& document, std::size_t fresh) {
    bytes_ += document.bytes.size() - fresh;
    for (std::size_t at = document.bytes.find(needle_); at != std::string_view::npos;
         at = document.bytes.find(needle_, at + 1)) {
      if (at + needle_.size() > fresh) found_.push_back(document.start.offset + at);
    }
  }
  std::string needle_;
  std::vector<std::uint64_t> found_;
  std::uint64_t bytes_ = 0;
};

}  // namespace lr::secrets::sources
