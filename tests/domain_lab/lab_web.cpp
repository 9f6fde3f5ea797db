#include "lab_web.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <set>
#include <sstream>

#include "base/clock.h"
#include "domain/testing/free_port.h"

namespace lr::domain::lab {
namespace {

using namespace std::chrono_literals;

/// Mozilla's intermediate profile, as its generator writes it for nginx.
constexpr const char* kHttp =
    "server_names_hash_bucket_size 128;\nserver_names_hash_max_size 8192;\n"
    "ssl_protocols TLSv1.2 TLSv1.3;\n"
    "ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:"
    "ECDHE-RSA-CHACHA20-POLY1305;\n"
    "ssl_prefer_server_ciphers off;\nssl_ecdh_curve X25519:prime256v1:secp384r1;\n"
    "ssl_session_tickets off;\nssl_session_cache none;\nserver_tokens off;\n";

int listen_on(const std::string& ip, std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  ::inet_pton(AF_INET, ip.c_str(), &address.sin_addr);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      ::listen(fd, 128) == 0) {
    return fd;
  }
  ::close(fd);
  return -1;
}

/// The vhosts, and their certificates by file name.
std::string server_blocks(const LabHost& host) {
  std::string out;
  if (!host.http.empty()) {
    out += fmt::format("server {{ listen {}:@PORT@; server_name {}; {} }}\n", host.address,
                       host.name, host.http);
  }
  if (!host.https.empty() && host.server == TlsServer::kNginx) {
    out += fmt::format(
        "server {{ listen {0}:@TLS_PORT@ ssl; server_name {1}; ssl_certificate @FOLDER@/{1}.crt; "
        "ssl_certificate_key @FOLDER@/{1}.key; {2} {3} }}\n",
        host.address, host.name, host.tls, host.https);
  }
  return out;
}

}  // namespace

bool listens(const std::string& ip, std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  ::inet_pton(AF_INET, ip.c_str(), &address.sin_addr);
  const bool yes = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return yes;
}

Result<std::unique_ptr<MuteServer>> MuteServer::start(const std::string& address,
                                                      std::uint16_t port, std::string answer) {
  std::unique_ptr<MuteServer> server(new MuteServer(std::move(answer)));
  server->listener_ = listen_on(address, port);
  if (server->listener_ < 0) return fail(Code::kUnavailable, "cannot listen on " + address);
  server->thread_ = std::jthread([&s = *server](std::stop_token stop) { s.serve(stop); });
  return server;
}

MuteServer::~MuteServer() {
  if (thread_.joinable()) {
    thread_.request_stop();
    thread_.join();
  }
  for (const int fd : peers_) ::close(fd);
  if (listener_ >= 0) ::close(listener_);
}

void MuteServer::serve(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    pollfd entry{listener_, POLLIN, 0};
    if (::poll(&entry, 1, 50) <= 0) continue;
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) continue;
    if (!answer_.empty()) ::send(fd, answer_.data(), answer_.size(), MSG_NOSIGNAL);
    peers_.push_back(fd);
  }
}

Result<LabWeb::Files> LabWeb::issue(const LabDomain& domain, const LabHost& host) const {
  const WallTime now = SystemClock().wall();
  CertificateSpec spec = authority_.good_leaf(host.name, now);
  // By which CAA records know it.
  spec.issuer_url = "http://certificates.authority.lab/intermediate.crt";
  if (host.certificate) host.certificate(spec);
  if (host.self_signed) {
    LR_TRY(const TestCertificate alone, make_certificate(spec));
    return Files{alone.certificate, alone.key};
  }
  if (!host.authority.empty()) {
    CertificateSpec above{.common_name = "X1", .organization = host.authority, .ca = true};
    above.from = now - std::chrono::days(400);
    above.until = now + std::chrono::days(400);
    spec.issuer_url.clear();
    LR_TRY(const TestCertificate issuer, make_certificate(above, &authority_.root));
    LR_TRY(const TestCertificate other, make_certificate(spec, &issuer));
    const TestCertificate row[] = {other, issuer};
    return Files{pem_chain(row), other.key};
  }
  LR_TRY(const TestCertificate leaf, authority_.issue(spec));
  if (host.chain) return Files{host.chain(authority_, leaf), leaf.key};
  const TestCertificate row[] = {leaf, authority_.intermediate};
  (void)domain;
  return Files{pem_chain(row), leaf.key};
}

std::vector<std::string> words_of(const TlsProgram& program) {
  std::istringstream more(program.settings);
  std::vector<std::string> words;
  if (program.kind == TlsServer::kOpenssl) {
    words = {"/usr/bin/openssl",
             "s_server",
             "-accept",
             fmt::format("{}:{}", program.address, program.port),
             "-cert",
             program.chain,
             "-cert_chain",
             program.chain,
             "-key",
             program.key,
             "-quiet",
             program.behaviour};
  } else {
    std::string priority;
    more >> priority;
    words = {"/usr/bin/gnutls-serv",
             program.behaviour,
             "--quiet",
             "--noticket",
             fmt::format("--port={}", program.port),
             "--x509certfile",
             program.chain,
             "--x509keyfile",
             program.key,
             "--priority",
             priority};
  }
  for (std::string word; more >> word;) words.push_back(word);
  return words;
}

Result<> LabWeb::start_program(const LabHost& host, const Files& files) {
  TlsProgram wanted{.kind = host.server, .address = host.address, .port = https_port()};
  wanted.chain = folder_->write(host.name + ".crt", files.chain).string();
  wanted.key = folder_->write(host.name + ".key", files.key).string();
  wanted.settings = host.tls;
  wanted.behaviour = "-www";
  if (host.server == TlsServer::kGnutls) {
    // It listens on every address, so that it needs a port of its own.
    wanted.port = free_port();
    wanted.behaviour = "--http";
    LR_TRY(auto relay, DelayRelay::start_at(host.address, https_port(), wanted.port));
    relays_.push_back(std::move(relay));
  }
  const std::vector<std::string> words = words_of(wanted);
  LR_TRY(auto program, ChildProcess::start(words, folder_->path() / (host.name + ".log")));
  const auto until = std::chrono::steady_clock::now() + 20s;
  while (program->running() && std::chrono::steady_clock::now() < until) {
    if (listens(host.address, https_port())) {
      programs_.push_back(std::move(program));
      return {};
    }
    std::this_thread::sleep_for(20ms);
  }
  return fail(Code::kUnavailable, host.name + " does not start: " + program->output());
}

Result<> LabWeb::start_own(const LabDomain& domain, const LabHost& host) {
  if (host.server == TlsServer::kStalling || host.server == TlsServer::kGarbage) {
    const std::string answer = host.server == TlsServer::kGarbage ? "SSH-2.0-lab\r\n" : "";
    LR_TRY(auto mute, MuteServer::start(host.address, https_port(), answer));
    mutes_.push_back(std::move(mute));
    return {};
  }
  LR_TRY(const Files files, issue(domain, host));
  return start_program(host, files);
}

Result<std::unique_ptr<LabWeb>> LabWeb::start(const std::vector<LabDomain>& domains) {
  auto web = std::make_unique<LabWeb>();
  LR_TRY(web->authority_, TestAuthority::make(SystemClock().wall()));
  LR_TRY(web->folder_, ScratchFolder::make());
  web->folder_->write("root.pem", web->authority_.root.certificate);
  NginxSetup setup{.http = kHttp, .files = {}};
  for (const LabDomain& domain : domains) {
    for (const LabHost& host : domain.hosts) {
      setup.http += server_blocks(host);
      if (host.https.empty() || host.server != TlsServer::kNginx) continue;
      LR_TRY(const Files files, web->issue(domain, host));
      setup.files[host.name + ".crt"] = files.chain;
      setup.files[host.name + ".key"] = files.key;
    }
  }
  LR_TRY(web->nginx_, NginxServer::start(setup));
  for (const LabDomain& domain : domains) {
    for (const LabHost& host : domain.hosts) {
      if (host.server == TlsServer::kNginx) continue;
      LR_TRY_VOID(web->start_own(domain, host));
    }
  }
  return web;
}

}  // namespace lr::domain::lab
