// A verb is one file: src/cli/verbs/<name>.cpp defines `constinit const VerbDef verb_<name>`.
// `--help`, the man page and docs/reference.md are generated from these.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lr::cli {

struct FlagDef {
  std::string_view name;      ///< "--profile"
  std::string_view value;     ///< "observe|safe|full", "FILE", "" for a switch.
  std::string_view text;      ///< One sentence.
  std::string_view fallback;  ///< Shown as the default; "" for none.
};

struct PositionalDef {
  std::string_view name;  ///< "TARGET"
  std::string_view text;
  bool required = false;
  bool repeated = false;
};

struct Example {
  std::string_view command;
  std::string_view text;
};

/// Parsed arguments of one verb.
struct Arguments {
  std::string subverb;
  std::vector<std::string> positionals;
  std::map<std::string, std::string, std::less<>> flags;  ///< "--profile" → "safe"; switches → "".
  bool has(std::string_view flag) const { return flags.contains(flag); }
  std::string value(std::string_view flag, std::string_view fallback = {}) const;
};

struct SubverbDef {
  std::string_view name;
  std::string_view text;
  std::span<const PositionalDef> positionals;
};

struct VerbDef {
  std::string_view name;
  std::string_view summary;      ///< One line.
  std::string_view description;  ///< A paragraph.
  std::span<const SubverbDef> subverbs;
  std::span<const PositionalDef> positionals;
  std::span<const FlagDef> flags;
  std::span<const Example> examples;
  /// Returns the exit code: 0 ready/done, 1 findings, 2 usage or contract error, 3 incomplete.
  int (*run)(const Arguments& arguments);
};

/// Generated from the files of verbs/.
std::span<const VerbDef* const> all_verbs();

}  // namespace lr::cli
