// The laboratory's web servers, and the authority that their certificates come from.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "domain/testing/certificates.h"
#include "domain/testing/delay_relay.h"
#include "domain/testing/nginx_server.h"
#include "domain/testing/process.h"
#include "lab_domain.h"

namespace lr::domain::lab {

/// Accepts connections and sends `answer` to whatever comes first, or nothing; keeps them open.
class MuteServer {
 public:
  static Result<std::unique_ptr<MuteServer>> start(const std::string& address, std::uint16_t port,
                                                   std::string answer);
  ~MuteServer();

 private:
  explicit MuteServer(std::string answer) : answer_(std::move(answer)) {}
  void serve(const std::stop_token& stop);

  std::string answer_;
  int listener_ = -1;
  std::vector<int> peers_{};
  std::jthread thread_{};
};

/// The command line of a TLS server of `kind` on `address` (gnutls-serv: on all) with these files.
struct TlsProgram {
  TlsServer kind = TlsServer::kOpenssl;
  std::string address{};
  std::uint16_t port = 0;
  std::string chain{};  ///< Files.
  std::string key{};
  std::string settings{};   ///< LabHost::tls
  std::string behaviour{};  ///< What it does with what comes: "-www", "--http", "-rev", "--echo".
};
std::vector<std::string> words_of(const TlsProgram& program);

/// Somebody takes connections there.
bool listens(const std::string& ip, std::uint16_t port);

class LabWeb {
 public:
  static Result<std::unique_ptr<LabWeb>> start(const std::vector<LabDomain>& domains);

  std::uint16_t http_port() const { return nginx_->port(); }
  std::uint16_t https_port() const { return nginx_->tls_port(); }
  /// PEM file with the authority's root.
  std::string ca_file() const { return (folder_->path() / "root.pem").string(); }
  const TestAuthority& authority() const { return authority_; }

 private:
  struct Files {
    std::string chain;
    std::string key;
  };
  Result<Files> issue(const LabDomain& domain, const LabHost& host) const;
  Result<> start_own(const LabDomain& domain, const LabHost& host);
  Result<> start_program(const LabHost& host, const Files& files);

  TestAuthority authority_{};
  std::unique_ptr<ScratchFolder> folder_{};
  std::unique_ptr<NginxServer> nginx_{};
  std::vector<std::unique_ptr<ChildProcess>> programs_{};
  std::vector<std::unique_ptr<DelayRelay>> relays_{};
  std::vector<std::unique_ptr<MuteServer>> mutes_{};
};

}  // namespace lr::domain::lab
