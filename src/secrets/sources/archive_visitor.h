// Looks into archives among documents that arrive as bytes: the objects of a repository.
#pragma once

#include <span>
#include <string>

#include "secrets/document.h"
#include "secrets/sources/unpack.h"

namespace lr::secrets::sources {

class ArchiveVisitor final : public DocumentVisitor {
 public:
  /// For one thread. `next` outlives it.
  explicit ArchiveVisitor(DocumentVisitor& next, const UnpackLimits& limits = {});

  /// A git object that is an archive becomes its members, which keep the object's id; every other
  /// document goes on as it is.
  void visit(const Document& document) override;
  void visit_changed(const Document& document, std::span<const Range> changed) override;
  /// Members that could not be read, and formats that are not looked into.
  const Coverage& coverage() const { return coverage_; }

 private:
  /// Gives members the surface, the path and the id of the object that they came from.
  class Members final : public DocumentVisitor {
   public:
    explicit Members(DocumentVisitor& next) : next_(next) {}
    void come_from(const Document& archive) { archive_ = &archive; }
    void visit(const Document& document) override;
    void visit_changed(const Document& document, std::span<const Range> changed) override;

   private:
    Document inside(Document document) const;
    DocumentVisitor& next_;
    const Document* archive_ = nullptr;
  };

  bool unpacked(const Document& document);

  DocumentVisitor& next_;
  Members members_;
  Coverage coverage_;
  Unpacker unpacker_;
};

}  // namespace lr::secrets::sources
