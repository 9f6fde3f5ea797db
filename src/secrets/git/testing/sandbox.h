// Real repositories for tests, made by the installed git in a temporary folder.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lr::secrets::git::testing {

struct Ran {
  int status = -1;  ///< Exit status; -1 when the program did not end by itself.
  std::string out;  ///< Standard output.
};

/// A temporary folder, removed at the end. git runs in it with no configuration but ours and with
/// a clock that advances a minute for each commit.
class Sandbox {
 public:
  Sandbox();
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;
  ~Sandbox();

  const std::string& root() const { return root_; }
  std::string path(std::string_view name) const { return root_ + "/" + std::string(name); }

  /// Runs `git -C folder arguments…` (folder relative to the root). A failing command fails the
  /// test. Returns standard output without the last line end.
  std::string git(std::string_view folder, const std::vector<std::string>& arguments,
                  std::string_view input = {});
  /// The same without a check.
  Ran run_git(std::string_view folder, const std::vector<std::string>& arguments,
              std::string_view input = {});
  /// "sha1" or "sha256": of the repositories that are made from now on.
  void set_object_format(std::string format) { object_format_ = std::move(format); }
  /// `git init` of a folder, on branch main. `options`: further arguments.
  void init(std::string_view folder, const std::vector<std::string>& options = {});
  /// Writes a file, adds and commits everything; returns the commit.
  std::string commit(std::string_view folder, std::string_view file, std::string_view text,
                     std::string_view message = "change");

  void write(std::string_view name, std::string_view text) const;
  std::string read(std::string_view name) const;

 private:
  std::string root_;
  std::string object_format_ = "sha1";
  long clock_ = 1'700'000'000;
};

}  // namespace lr::secrets::git::testing
