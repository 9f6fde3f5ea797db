// Which objects an earlier scan has looked at, so that the next one costs what is new.
//
// File: "lrseen1\n", a SHA-256 of the name of the rules, one byte of digest size, the number of
// ids (8 bytes, big endian), the ids in ascending order, a SHA-256 of all before.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "secrets/git/mapped_file.h"
#include "secrets/git/object_id.h"

namespace lr::secrets::git {

class SeenObjects {
 public:
  SeenObjects() = default;
  /// kNotFound without a file; kInvalidArgument when it is not one of `kind`, was damaged, or was
  /// written under another `catalogue`.
  static Result<SeenObjects> open(const std::string& path, HashKind kind,
                                  std::string_view catalogue);
  /// Writes `ids`, sorted, in place of the file. kUnavailable with the reason.
  static Result<> save(const std::string& path, HashKind kind, std::string_view catalogue,
                       const std::vector<ObjectId>& ids);

  bool contains(const ObjectId& id) const;
  std::size_t size() const { return count_; }

 private:
  MappedFile file_;
  const char* ids_ = nullptr;
  std::size_t count_ = 0;
  std::size_t stride_ = 20;
};

}  // namespace lr::secrets::git
