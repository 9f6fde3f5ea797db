// A real web server (nginx) on ports of its own on the loopback, without root. For tests.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "base/error.h"

namespace lr::domain {

struct NginxSetup {
  /// What stands inside `http { }`: server blocks and the like. @PORT@ and @TLS_PORT@ become free
  /// ports, the same for every address ("listen 127.0.0.3:@TLS_PORT@ ssl;"); @FOLDER@ becomes the
  /// folder of the files.
  std::string http{};
  /// Written into @FOLDER@ by name: certificates, keys, pages ("www/index.html").
  std::map<std::string, std::string> files{};
};

class NginxServer {
 public:
  /// Writes its files into a folder that is gone with the server, and waits until it listens.
  /// Errors: kUnavailable when nginx is not installed or refuses the configuration; the detail has
  /// what it said.
  static Result<std::unique_ptr<NginxServer>> start(const NginxSetup& setup);
  ~NginxServer();
  NginxServer(const NginxServer&) = delete;
  NginxServer& operator=(const NginxServer&) = delete;

  std::uint16_t port() const { return port_; }
  std::uint16_t tls_port() const { return tls_port_; }
  const std::filesystem::path& folder() const { return folder_; }

 private:
  explicit NginxServer(std::filesystem::path folder) : folder_(std::move(folder)) {}
  Result<> launch(const NginxSetup& setup);
  void end();

  std::filesystem::path folder_;
  std::uint16_t port_ = 0;
  std::uint16_t tls_port_ = 0;
  pid_t child_ = -1;
};

}  // namespace lr::domain
