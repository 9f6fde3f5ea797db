#include "domain/testing/process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

namespace lr::domain {
namespace {

namespace fs = std::filesystem;

int status_of(int waited) {
  return WIFEXITED(waited) ? WEXITSTATUS(waited) : 128 + WTERMSIG(waited);
}

}  // namespace

Result<std::unique_ptr<ScratchFolder>> ScratchFolder::make() {
  std::string pattern = (fs::temp_directory_path() / "lr-lab-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    return fail(Code::kUnavailable, "no folder for the files of a test");
  }
  return std::unique_ptr<ScratchFolder>(new ScratchFolder(pattern));
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

fs::path ScratchFolder::write(const std::string& name, const std::string& bytes) const {
  fs::path file = path_ / name;
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << bytes;
  return file;
}

Result<std::unique_ptr<ChildProcess>> ChildProcess::start(const std::vector<std::string>& words,
                                                          const fs::path& output) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, 1, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                                     0600);
  ::posix_spawn_file_actions_adddup2(&actions, 1, 2);
  pid_t child = -1;
  const int failed =
      ::posix_spawn(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return fail(Code::kUnavailable, words.front() + " is not installed");
  return std::unique_ptr<ChildProcess>(new ChildProcess(child, output));
}

ChildProcess::~ChildProcess() {
  if (!running()) return;
  ::kill(child_, SIGKILL);
  ::waitpid(child_, nullptr, 0);
}

bool ChildProcess::running() {
  if (status_ >= 0) return false;
  int waited = 0;
  if (::waitpid(child_, &waited, WNOHANG) != child_) return true;
  status_ = status_of(waited);
  return false;
}

int ChildProcess::wait() {
  if (status_ < 0) {
    int waited = 0;
    ::waitpid(child_, &waited, 0);
    status_ = status_of(waited);
  }
  return status_;
}

std::string ChildProcess::output() const { return read_whole_file(output_); }

Result<std::string> run_program(const std::vector<std::string>& words) {
  LR_TRY(const auto folder, ScratchFolder::make());
  LR_TRY(const auto child, ChildProcess::start(words, folder->path() / "output"));
  if (const int status = child->wait(); status != 0) {
    return fail(Code::kUnavailable,
                words.front() + " ended with " + std::to_string(status) + ": " + child->output());
  }
  return child->output();
}

std::string read_whole_file(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

}  // namespace lr::domain
