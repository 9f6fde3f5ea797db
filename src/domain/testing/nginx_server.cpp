#include "domain/testing/nginx_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

#include "domain/testing/free_port.h"

namespace lr::domain {
namespace {

using namespace std::chrono_literals;
using std::filesystem::path;

constexpr const char* kProgram = "/usr/sbin/nginx";
constexpr int kLaunches = 5;  // Somebody else may take a port between our look and nginx's bind.

std::string read_file(const path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

void replace_all(std::string& text, std::string_view from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

std::string configuration(const path& folder, const std::string& http) {
  std::string text =
      "daemon off;\nmaster_process off;\npid @FOLDER@/nginx.pid;\n"
      "events { worker_connections 256; }\n"
      "http {\n  access_log off;\n  default_type text/html;\n";
  for (const char* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
    text += fmt::format("  {0}_temp_path @FOLDER@/{0};\n", kind);
  }
  text += http + "\n}\n";
  replace_all(text, "@FOLDER@", folder.string());
  return text;
}

pid_t spawn(const std::vector<std::string>& words) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  pid_t child = -1;
  const int failed =
      ::posix_spawn(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  return failed == 0 ? child : -1;
}

}  // namespace

Result<std::unique_ptr<NginxServer>> NginxServer::start(const NginxSetup& setup) {
  std::string pattern = (std::filesystem::temp_directory_path() / "lr-nginx-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) return fail(Code::kUnavailable, "no folder for nginx");
  std::unique_ptr<NginxServer> server(new NginxServer(pattern));
  for (const auto& [name, text] : setup.files) {
    const path file = server->folder_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
  }
  Result<> launched;
  for (int tries = 0; tries < kLaunches; ++tries) {
    launched = server->launch(setup);
    if (launched) return server;
    if (!launched.error().detail().contains("Address already in use")) break;
  }
  return std::unexpected(std::move(launched).error());
}

Result<> NginxServer::launch(const NginxSetup& setup) {
  port_ = free_port();
  tls_port_ = free_port();
  std::string http = setup.http;
  replace_all(http, "@PORT@", std::to_string(port_));
  replace_all(http, "@TLS_PORT@", std::to_string(tls_port_));
  const path settings = folder_ / "nginx.conf";
  const path log = folder_ / "error.log";
  std::error_code ignored;
  std::filesystem::remove(log, ignored);
  std::ofstream(settings) << configuration(folder_, http);
  child_ = spawn({kProgram, "-p", folder_.string(), "-c", settings.string(), "-e", log.string()});
  if (child_ < 0) return fail(Code::kUnavailable, "nginx is not installed");
  // nginx writes its process id once all of its sockets listen.
  const auto until = std::chrono::steady_clock::now() + 20s;
  while (std::chrono::steady_clock::now() < until) {
    if (!read_file(folder_ / "nginx.pid").empty()) return {};
    if (::waitpid(child_, nullptr, WNOHANG) == child_) {
      child_ = -1;
      break;
    }
    std::this_thread::sleep_for(10ms);
  }
  end();
  return fail(Code::kUnavailable, "nginx does not start: " + read_file(log));
}

void NginxServer::end() {
  if (child_ < 0) return;
  ::kill(child_, SIGKILL);
  ::waitpid(child_, nullptr, 0);
  child_ = -1;
}

NginxServer::~NginxServer() {
  end();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

}  // namespace lr::domain
