#include "domain/tls/testing/tls_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "domain/testing/free_port.h"

namespace lr::domain {
namespace {

using namespace std::chrono_literals;

constexpr int kLaunches = 5;  // Somebody else may take a port between our look and the bind.

bool listens(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool connected = ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return connected;
}

/// `-cert` takes the leaf, `-cert_chain` what is behind it.
void add_certificate(std::vector<std::string>& words, const ScratchFolder& folder,
                     const TestCertificate& certificate, const std::string& option) {
  const std::string& all = certificate.certificate;
  const std::size_t second = all.find("-----BEGIN", 1);
  const std::string chain = second == std::string::npos ? "" : all.substr(second);
  words.push_back("-" + option);
  words.push_back(folder.write(option + ".pem", all.substr(0, second)).string());
  words.push_back(option == "cert" ? "-key" : "-dkey");
  words.push_back(folder.write(option + "-key.pem", certificate.key).string());
  if (chain.empty()) return;
  words.push_back("-" + option + "_chain");
  words.push_back(folder.write(option + "-chain.pem", chain).string());
}

}  // namespace

Result<> TlsServer::launch(std::vector<std::string> words, const char* port_word) {
  Error last(Code::kUnavailable, words.front() + " was not started");
  for (int tries = 0; tries < kLaunches; ++tries) {
    port_ = free_port();
    std::vector<std::string> all = words;
    all.emplace_back(port_word);
    all.push_back(std::to_string(port_));
    LR_TRY(process_, ChildProcess::start(all, folder_->path() / "output"));
    const auto until = std::chrono::steady_clock::now() + 20s;
    while (process_->running() && std::chrono::steady_clock::now() < until) {
      if (listens(port_)) return {};
      std::this_thread::sleep_for(10ms);
    }
    last = Error(Code::kUnavailable, words.front() + ": " + process_->output());
  }
  return std::unexpected(std::move(last));
}

Result<std::unique_ptr<TlsServer>> TlsServer::openssl(const TlsServerSetup& setup) {
  std::unique_ptr<TlsServer> server(new TlsServer());
  LR_TRY(server->folder_, ScratchFolder::make());
  const ScratchFolder& folder = *server->folder_;
  std::vector<std::string> words{"/usr/bin/openssl", "s_server", "-www", "-quiet", "-4"};
  if (setup.certificate.certificate.empty()) {
    words.emplace_back("-nocert");
  } else {
    add_certificate(words, folder, setup.certificate, "cert");
  }
  if (!setup.second.certificate.empty()) add_certificate(words, folder, setup.second, "dcert");
  if (!setup.staple.empty()) {
    words.insert(words.end(), {"-status_file", folder.write("staple.der", setup.staple).string()});
  }
  words.insert(words.end(), setup.words.begin(), setup.words.end());
  LR_TRY_VOID(server->launch(std::move(words), "-port"));
  return server;
}

Result<std::unique_ptr<TlsServer>> TlsServer::gnutls(const TlsServerSetup& setup) {
  std::unique_ptr<TlsServer> server(new TlsServer());
  LR_TRY(server->folder_, ScratchFolder::make());
  const ScratchFolder& folder = *server->folder_;
  std::vector<std::string> words{"/usr/bin/gnutls-serv", "--quiet", "--http"};
  words.push_back("--x509certfile=" +
                  folder.write("chain.pem", setup.certificate.certificate).string());
  words.push_back("--x509keyfile=" + folder.write("key.pem", setup.certificate.key).string());
  words.insert(words.end(), setup.words.begin(), setup.words.end());
  LR_TRY_VOID(server->launch(std::move(words), "--port"));
  return server;
}

}  // namespace lr::domain
