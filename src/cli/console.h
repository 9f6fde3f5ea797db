// What verbs say and where they put it: one-line errors, the kind of screen, whole files.
#pragma once

#include <cstdio>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "report/render.h"

namespace lr::cli {

/// One line on stderr, "launchready audit: message"; returns 2.
int complain(std::string_view verb, std::string_view message);
/// The same for an Error; returns the exit code of its code.
int complain(std::string_view verb, const Error& error);

/// To stdout, as it is.
void say(std::string_view text);

bool is_terminal(std::FILE* stream);
/// Of the terminal behind `stream`, else 100.
int columns_of_screen(std::FILE* stream);
/// Colour on terminals only, never with NO_COLOR (https://no-color.org) or TERM=dumb; the width is
/// the terminal's, else 100.
report::TerminalStyle style_of(std::FILE* stream);

struct OutputFile {
  std::string name;
  std::string text;
};
/// Creates the folder if needed and proves that it can be written to, before long work starts.
Result<> prepare_folder(const std::string& folder);
/// Takes an empty folder back after the work has failed; one with files stays.
void discard_if_empty(const std::string& folder);
/// All or none: every file is written beside its place first and then renamed over it.
Result<> write_files(const std::string& folder, std::span<const OutputFile> files);
/// report.json, report.html, report.sarif, report.junit.xml and report.md.
Result<> write_reports(const std::string& folder, const report::Report& report);

/// A whole file, or stdin for "-". Errors name the path and the bound.
Result<std::string> read_input(const std::string& path, std::size_t bytes_max);

}  // namespace lr::cli
