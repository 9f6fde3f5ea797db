#include "lab_mail.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <chrono>
#include <thread>

#include "base/clock.h"
#include "domain/testing/free_port.h"
#include "lab_web.h"

namespace lr::domain::lab {
namespace {

using namespace std::chrono_literals;

Result<boost::json::object> described(const LabMailServer& server, const TestAuthority& authority,
                                      const ScratchFolder& folder) {
  const WallTime now = SystemClock().wall();
  const bool alone = std::ranges::find(server.faults, "self_signed") != server.faults.end();
  CertificateSpec spec = authority.good_leaf(server.name, now);
  spec.key = server.key;
  // An RSA key also for the key exchange of old, which encrypts with it.
  if (server.key != TestKey::kP256) spec.key_usage = "critical,digitalSignature,keyEncipherment";
  LR_TRY(const TestCertificate leaf, alone ? make_certificate(spec) : authority.issue(spec));
  const TestCertificate row[] = {leaf, authority.intermediate};
  boost::json::object out;
  out["address"] = server.address;
  out["name"] = server.name;
  out["certificate"] =
      folder.write(server.name + ".crt", alone ? leaf.certificate : pem_chain(row)).string();
  out["key"] = folder.write(server.name + ".key", leaf.key).string();
  boost::json::array faults;
  for (const std::string& fault : server.faults) faults.emplace_back(fault);
  out["faults"] = std::move(faults);
  return out;
}

std::vector<LabMailServer> all_servers(const std::vector<LabDomain>& domains) {
  std::vector<LabMailServer> out = {{.name = "mx1.mailhost.lab", .address = "127.0.25.1"},
                                    {.name = "mx2.mailhost.lab", .address = "127.0.25.2"}};
  for (const LabDomain& domain : domains) {
    out.insert(out.end(), domain.mail_servers.begin(), domain.mail_servers.end());
  }
  return out;
}

}  // namespace

Result<std::uint16_t> LabMail::start_behind(const LabMailServer& server, const std::string& chain,
                                            const std::string& key) {
  const bool openssl = server.behind == TlsServer::kOpenssl;
  const TlsProgram wanted{.kind = *server.behind,
                          .address = "127.0.0.1",
                          .port = free_port(),
                          .chain = chain,
                          .key = key,
                          .settings = server.tls,
                          .behaviour = openssl ? "-rev" : "--echo"};
  LR_TRY(auto program,
         ChildProcess::start(words_of(wanted), folder_->path() / (server.name + ".log")));
  const auto until = std::chrono::steady_clock::now() + 20s;
  while (program->running() && std::chrono::steady_clock::now() < until) {
    if (listens("127.0.0.1", wanted.port)) {
      behind_.push_back(std::move(program));
      return wanted.port;
    }
    std::this_thread::sleep_for(20ms);
  }
  return fail(Code::kUnavailable, server.name + " does not start: " + program->output());
}

Result<std::unique_ptr<LabMail>> LabMail::start(const std::vector<LabDomain>& domains,
                                                const TestAuthority& authority) {
  auto mail = std::make_unique<LabMail>();
  LR_TRY(mail->folder_, ScratchFolder::make());
  mail->port_ = free_port();
  boost::json::array servers;
  for (const LabMailServer& server : all_servers(domains)) {
    LR_TRY(auto one, described(server, authority, *mail->folder_));
    if (server.behind) {
      LR_TRY(const std::uint16_t port,
             mail->start_behind(server, std::string(one["certificate"].as_string()),
                                std::string(one["key"].as_string())));
      one["behind"] = port;
    }
    servers.emplace_back(std::move(one));
  }
  boost::json::object configuration;
  configuration["port"] = mail->port_;
  configuration["servers"] = std::move(servers);
  const auto file = mail->folder_->write("servers.json", boost::json::serialize(configuration));
  LR_TRY(mail->program_,
         ChildProcess::start(
             {"/usr/bin/python3", LR_SOURCE_DIR "/tests/domain_lab/mail_servers.py", file.string()},
             mail->folder_->path() / "log"));
  const auto until = std::chrono::steady_clock::now() + 30s;
  while (mail->program_->running() && std::chrono::steady_clock::now() < until) {
    if (mail->program_->output().contains("ready")) return mail;
    std::this_thread::sleep_for(20ms);
  }
  return fail(Code::kUnavailable, "the mail servers do not start: " + mail->program_->output());
}

}  // namespace lr::domain::lab
