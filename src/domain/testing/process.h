// Programs that a test starts: as children that end with their object, or run to their end.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"

namespace lr::domain {

/// A folder that is gone with its object.
class ScratchFolder {
 public:
  /// Errors: kUnavailable when the system's temporary folder cannot be written.
  static Result<std::unique_ptr<ScratchFolder>> make();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  /// Creates the folders above `name`, too. Returns where the file is.
  std::filesystem::path write(const std::string& name, const std::string& bytes) const;

 private:
  explicit ScratchFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

class ChildProcess {
 public:
  /// `words[0]` is the program's path; what it prints goes into the file `output`. Errors:
  /// kUnavailable when there is no such program.
  static Result<std::unique_ptr<ChildProcess>> start(const std::vector<std::string>& words,
                                                     const std::filesystem::path& output);
  /// Kills it when it still runs.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  bool running();
  /// Waits for its end. Its exit status, or 128 + the signal that ended it.
  int wait();
  /// What it has printed so far.
  std::string output() const;

 private:
  ChildProcess(pid_t child, std::filesystem::path output)
      : child_(child), output_(std::move(output)) {}
  pid_t child_;
  std::filesystem::path output_;
  int status_ = -1;
};

/// Runs a program to its end and returns what it printed. Errors: kUnavailable when there is no
/// such program or it fails; the detail has what it said.
Result<std::string> run_program(const std::vector<std::string>& words);

std::string read_whole_file(const std::filesystem::path& file);

}  // namespace lr::domain
