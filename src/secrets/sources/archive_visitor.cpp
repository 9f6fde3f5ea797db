#include "secrets/sources/archive_visitor.h"

namespace lr::secrets::sources {

Document ArchiveVisitor::Members::inside(Document document) const {
  document.surface = archive_->surface;
  document.path = archive_->path;
  document.object = archive_->object;
  return document;
}

void ArchiveVisitor::Members::visit(const Document& document) { next_.visit(inside(document)); }

void ArchiveVisitor::Members::visit_changed(const Document& document,
                                            std::span<const Range> changed) {
  next_.visit_changed(inside(document), changed);
}

ArchiveVisitor::ArchiveVisitor(DocumentVisitor& next, const UnpackLimits& limits)
    : next_(next), members_(next), unpacker_(members_, coverage_, limits) {}

bool ArchiveVisitor::unpacked(const Document& document) {
  if (document.surface != Surface::kGit || document.object.empty() || !document.via.empty()) {
    return false;
  }
  constexpr std::size_t kHead = 512;
  if (recognise(document.bytes.substr(0, kHead)) == Format::kPlain) return false;
  members_.come_from(document);
  MemoryBytes bytes(document.bytes);
  unpacker_.visit(document.path.empty() ? document.object : document.path, bytes);
  return true;
}

void ArchiveVisitor::visit(const Document& document) {
  if (!unpacked(document)) next_.visit(document);
}

void ArchiveVisitor::visit_changed(const Document& document, std::span<const Range> changed) {
  if (!unpacked(document)) next_.visit_changed(document, changed);
}

}  // namespace lr::secrets::sources
