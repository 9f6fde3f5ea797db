#include "cli/console.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <vector>

#include "report/printable.h"

namespace lr::cli {
namespace {

namespace fs = std::filesystem;

std::string temporary_name(const fs::path& target) {
  return (target.parent_path() / fmt::format(".{}.{}.tmp", target.filename().string(), getpid()))
      .string();
}

bool write_whole(const std::string& path, std::string_view text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  file.close();
  return file.good();
}

void remove_quietly(const std::string& path) {
  std::error_code ignored;
  fs::remove(path, ignored);
}

bool color_wanted() {
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  if (no_color != nullptr && *no_color != '\0') return false;
  return term == nullptr || std::string_view(term) != "dumb";
}

}  // namespace

int complain(std::string_view verb, std::string_view message) {
  fmt::print(stderr, "launchready{}{}: {}\n", verb.empty() ? "" : " ", verb,
             report::printable_line(message));
  return 2;
}

int complain(std::string_view verb, const Error& error) {
  complain(verb, error.detail());
  return exit_code(error.code());
}

void say(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

bool is_terminal(std::FILE* stream) { return isatty(fileno(stream)) == 1; }

int columns_of_screen(std::FILE* stream) {
  winsize size{};
  if (ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 100;
}

report::TerminalStyle style_of(std::FILE* stream) {
  if (!is_terminal(stream)) return {.color = false, .width = 100};
  return {.color = color_wanted(), .width = std::clamp(columns_of_screen(stream), 60, 140)};
}

Result<> prepare_folder(const std::string& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error || !fs::is_directory(folder)) {
    return fail(Code::kInvalidArgument,
                fmt::format("cannot make the folder {}; choose another place", folder));
  }
  if (access(folder.c_str(), W_OK | X_OK) != 0) {
    return fail(Code::kInvalidArgument,
                fmt::format("may not write into {}; choose another place", folder));
  }
  return {};
}

void discard_if_empty(const std::string& folder) {
  std::error_code ignored;
  if (fs::is_empty(folder, ignored) && !ignored) fs::remove(folder, ignored);
}

Result<> write_files(const std::string& folder, std::span<const OutputFile> files) {
  LR_TRY_VOID(prepare_folder(folder));
  std::vector<std::string> staged;
  const auto give_up = [&](Error error) -> Result<> {
    for (const std::string& path : staged) remove_quietly(path);
    discard_if_empty(folder);
    return std::unexpected(std::move(error));
  };
  for (const OutputFile& file : files) {
    staged.push_back(temporary_name(fs::path(folder) / file.name));
    if (!write_whole(staged.back(), file.text)) {
      return give_up(Error(Code::kUnavailable,
                           fmt::format("cannot write {} into {}; free some space or choose another "
                                       "folder",
                                       file.name, folder)));
    }
  }
  for (std::size_t i = 0; i < files.size(); ++i) {
    std::error_code error;
    fs::rename(staged[i], fs::path(folder) / files[i].name, error);
    if (error) {
      return give_up(
          Error(Code::kUnavailable,
                fmt::format("cannot put {} into {}: {}", files[i].name, folder, error.message())));
    }
  }
  return {};
}

Result<> write_reports(const std::string& folder, const report::Report& report) {
  const OutputFile files[] = {{"report.json", report::render_json(report)},
                              {"report.html", report::render_html(report)},
                              {"report.sarif", report::render_sarif(report)},
                              {"report.junit.xml", report::render_junit(report)},
                              {"report.md", report::render_markdown(report)}};
  return write_files(folder, files);
}

Result<std::string> read_input(const std::string& path, std::size_t bytes_max) {
  std::ifstream file;
  if (path != "-") {
    file.open(path, std::ios::binary);
    if (!file) {
      return fail(Code::kNotFound, fmt::format("cannot read {}; check the path", path));
    }
  }
  std::istream& in = path == "-" ? std::cin : file;
  std::string text(bytes_max + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad()) {
    return fail(Code::kInvalidArgument, fmt::format("cannot read {}; is it a file?", path));
  }
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > bytes_max) {
    return fail(Code::kPayloadTooLarge,
                fmt::format("{} is larger than {} bytes; make it smaller", path, bytes_max));
  }
  return text;
}

}  // namespace lr::cli
