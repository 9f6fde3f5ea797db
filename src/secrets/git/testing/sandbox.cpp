#include "secrets/git/testing/sandbox.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/error.h"

namespace lr::secrets::git::testing {
namespace {

namespace fs = std::filesystem;

std::string slurp(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

}  // namespace

Sandbox::Sandbox() {
  std::string pattern = (fs::temp_directory_path() / "lr-git-XXXXXX").string();
  LR_CHECK(::mkdtemp(pattern.data()) != nullptr);
  root_ = pattern;
}

Sandbox::~Sandbox() {
  std::error_code ignored;
  fs::remove_all(root_, ignored);
}

Ran Sandbox::run_git(std::string_view folder, const std::vector<std::string>& arguments,
                     std::string_view input) {
  std::vector<std::string> words{"git", "-C", path(folder)};
  words.insert(words.end(), arguments.begin(), arguments.end());
  clock_ += 60;
  const std::string date = std::to_string(clock_) + " +0000";
  std::vector<std::string> environment{"PATH=/usr/local/bin:/usr/bin:/bin",
                                       "HOME=" + root_,
                                       "GIT_CONFIG_NOSYSTEM=1",
                                       "GIT_CONFIG_GLOBAL=" + path(".gitconfig"),
                                       "GIT_TERMINAL_PROMPT=0",
                                       "GIT_EDITOR=true",
                                       "GIT_AUTHOR_DATE=" + date,
                                       "GIT_COMMITTER_DATE=" + date,
                                       "LC_ALL=C",
                                       "GIT_ALLOW_PROTOCOL=file",
                                       "GIT_DEFAULT_HASH=" + object_format_};
  write(".input", input);
  const std::string out = path(".output");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, path(".input").c_str(), O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_addopen(&actions, 2, path(".errors").c_str(),
                                   O_WRONLY | O_CREAT | O_TRUNC, 0600);
  auto argv = pointers(words);
  auto envp = pointers(environment);
  pid_t child = 0;
  const int spawned = ::posix_spawnp(&child, "git", &actions, nullptr, argv.data(), envp.data());
  posix_spawn_file_actions_destroy(&actions);
  Ran ran;
  int status = 0;
  if (spawned == 0 && ::waitpid(child, &status, 0) == child && WIFEXITED(status)) {
    ran.status = WEXITSTATUS(status);
  }
  ran.out = slurp(out);
  return ran;
}

std::string Sandbox::git(std::string_view folder, const std::vector<std::string>& arguments,
                         std::string_view input) {
  Ran ran = run_git(folder, arguments, input);
  std::string words;
  for (const std::string& argument : arguments) words += " " + argument;
  EXPECT_EQ(ran.status, 0) << "git" << words << "\n" << slurp(path(".errors"));
  if (ran.out.ends_with('\n')) ran.out.pop_back();
  return std::move(ran.out);
}

void Sandbox::init(std::string_view folder, const std::vector<std::string>& options) {
  if (!fs::exists(path(".gitconfig"))) {
    write(".gitconfig",
          "[user]\n\tname = Ada\n\temail = ada@example.test\n[init]\n\tdefaultBranch = main\n"
          "[gc]\n\tauto = 0\n[protocol \"file\"]\n\tallow = always\n[advice]\n\tdetachedHead = "
          "false\n");
  }
  fs::create_directories(path(folder));
  std::vector<std::string> arguments{"init", "-q"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  git(folder, arguments);
}

std::string Sandbox::commit(std::string_view folder, std::string_view file, std::string_view text,
                            std::string_view message) {
  write(std::string(folder) + "/" + std::string(file), text);
  git(folder, {"add", "-A"});
  git(folder, {"commit", "-q", "--allow-empty", "-m", std::string(message)});
  return git(folder, {"rev-parse", "HEAD"});
}

void Sandbox::write(std::string_view name, std::string_view text) const {
  const fs::path file = path(name);
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

std::string Sandbox::read(std::string_view name) const { return slurp(path(name)); }

}  // namespace lr::secrets::git::testing
