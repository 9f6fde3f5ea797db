// Bytes to look at, and where they stand. Every source (folder, repository, bundle, HAR, log)
// turns what it reads into documents; everything behind them is the same for all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace lr::secrets {

enum class Surface : std::uint8_t {
  kTree,           ///< A file on disk.
  kGit,            ///< An object, ref or file of a repository.
  kPage,           ///< HTML as served.
  kBundle,         ///< JavaScript, CSS or WASM as served.
  kSourceMap,      ///< A source inside a source map.
  kHar,            ///< A request or response of a HAR file.
  kLog,            ///< A log or CI output.
  kEnvironment,    ///< An .env file or process environment dump.
  kConfiguration,  ///< An MCP or tool configuration.
  kPrompt,         ///< A system prompt or a prompt file.
  kImage,          ///< A layer of a container image.
};
std::string_view surface_name(Surface surface);

/// One place, for a reader of a report.
struct Place {
  Surface surface = Surface::kTree;
  std::string path;  ///< Relative file path, URL, "ref refs/notes/x", "commit message"…
  /// From the outside in: "zip:inner/a.txt", "base64", "utf-16le". Empty for plain bytes.
  std::vector<std::string> via;
  std::uint32_t line = 0;    ///< From 1; 0 when lines mean nothing.
  std::uint32_t column = 0;  ///< From 1, in bytes.
  std::uint64_t offset = 0;  ///< In the innermost bytes.
  /// "src/lib/ai.ts:41:7" when a source map tells where a bundle's line came from; set by locate().
  std::string original;
  // For Surface::kGit, filled for findings only (provenance comes last).
  std::string object;        ///< Object id of the blob, commit or tag.
  std::string commit;        ///< First commit that has it.
  std::string author;        ///< "Name <mail>" of that commit.
  std::string time;          ///< Its author date, RFC 3339.
  std::string ref;           ///< A ref that reaches it.
  std::string reachability;  ///< "published", "local", "reflog", "unreachable", "staged"
};

/// A view of bytes that lives only during visit().
struct Document {
  Surface surface = Surface::kTree;
  std::string_view path;
  std::string_view object;  ///< Git object id, or "".
  std::string_view bytes;
  std::span<const std::string> via;  ///< How a source got here (archives).
  /// Where bytes[0] stands in the whole, when `bytes` are a piece of a file too large to hold:
  /// the visitor adds this to the places that it reports.
  struct Start {
    std::uint64_t offset = 0;
    std::uint32_t lines = 0;    ///< Line breaks before.
    std::uint32_t columns = 0;  ///< Bytes since the last of them.
  } start = {};
};

/// Half-open range of bytes.
struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// What was seen and what was not. The visitor counts documents and bytes, a source counts objects
/// and what it skipped; add() makes one of both. Anything but zero in `skipped` makes a scan
/// incomplete.
struct Coverage {
  struct Gap {
    std::string path;    ///< File, object or URL.
    std::string reason;  ///< "unreadable: Permission denied", "missing object (partial clone)"…
  };
  static constexpr std::size_t kGapsKept = 200;

  std::uint64_t documents = 0;
  std::uint64_t bytes = 0;          ///< Of documents, before decoding.
  std::uint64_t decoded_bytes = 0;  ///< Of what was decoded or unpacked on the way.
  std::uint64_t objects = 0;        ///< Git objects read.
  std::uint64_t skipped = 0;        ///< Things not looked at although they should have been.
  std::vector<Gap> gaps;            ///< The first kGapsKept of them.

  bool complete() const { return skipped == 0; }
  void skip(std::string path, std::string reason);
  void add(const Coverage& other);
};

/// Receives documents. The scanner is one; tests have others.
class DocumentVisitor {
 public:
  virtual ~DocumentVisitor() = default;
  /// Looks at all of it.
  virtual void visit(const Document& document) = 0;
  /// Looks at a document of which everything outside `changed` was seen before, in the same
  /// order, in another document (a delta's base): finds every match that touches a changed byte
  /// or spans a cut, and may find others. `changed` is sorted and disjoint; an empty range marks
  /// a cut without inserted bytes.
  virtual void visit_changed(const Document& document, std::span<const Range> changed) = 0;

  /// A piece of a source's work: its number, and the visitor for what it reads.
  using Task = std::function<void(std::size_t number, DocumentVisitor& visitor)>;
  /// Does the tasks with the numbers below `count`, each once, and returns when all are done. They
  /// begin in their order; a visitor with threads does several at a time, and no two of these get
  /// the same visitor. This one does one after the other.
  virtual void share(std::size_t count, const Task& task);
};

/// One place to look. read() visits every document once and notes what it could not read.
/// Errors only when there is nothing to read at all (no such folder, not a repository).
class Source {
 public:
  virtual ~Source() = default;
  virtual Result<> read(DocumentVisitor& visitor, Coverage& coverage) = 0;
  /// Completes the places of findings (commit, author, path, ref), after read().
  virtual void locate(std::span<Place*> places) { static_cast<void>(places); }
};

}  // namespace lr::secrets
