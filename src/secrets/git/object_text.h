// What commits, trees and tags say (git-cat-file prints it; gitformat of objects).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "secrets/git/object_id.h"

namespace lr::secrets::git {

/// Views into the object's bytes. What is missing or malformed is empty or zero.
struct CommitText {
  ObjectId tree;
  std::vector<ObjectId> parents;
  std::string_view author;     ///< "Name <mail> 1700000000 +0100"
  std::string_view committer;  ///< The same form.
  /// Headers besides these, signatures left out, and the message, joined by line ends.
  std::string content;
};
/// nullopt when it does not begin with a tree.
std::optional<CommitText> parse_commit(std::string_view bytes, HashKind kind);

struct TagText {
  ObjectId target;
  ObjectType type = ObjectType::kNone;  ///< Of the target.
  std::string_view tagger;
  std::string_view content;  ///< From the line "tag name" on: name, tagger and message.
};
std::optional<TagText> parse_tag(std::string_view bytes, HashKind kind);

/// "Name <mail> 1700000000 +0100" in parts.
struct Person {
  std::string_view name_and_mail;
  std::int64_t time = 0;  ///< Seconds since 1970, UTC.
  int zone_minutes = 0;
};
Person parse_person(std::string_view line);
/// RFC 3339, in the person's own zone: "2023-11-14T23:13:20+01:00"; "" without a time.
std::string format_time(const Person& person);

struct TreeEntry {
  std::uint32_t mode = 0;  ///< As octal in the tree: 040000 a tree, 0160000 a submodule.
  std::string_view name;
  ObjectId id;
  std::size_t begin = 0;  ///< Of the entry in the tree's bytes.
  std::size_t end = 0;

  bool is_tree() const { return mode == 040000; }
  bool is_submodule() const { return mode == 0160000; }
};

/// Goes through the entries of a tree, one `next` after the other.
class TreeReader {
 public:
  TreeReader(std::string_view bytes, HashKind kind) : bytes_(bytes), kind_(kind) {}
  /// False at the end, and at the first malformed entry.
  bool next(TreeEntry& entry);
  bool malformed() const { return malformed_; }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
  HashKind kind_;
  bool malformed_ = false;
};

}  // namespace lr::secrets::git
