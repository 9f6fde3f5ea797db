#include "lab_postfix.h"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "base/clock.h"
#include "base/secret.h"
#include "domain/testing/free_port.h"
#include "lab_web.h"

namespace lr::domain::lab {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr auto kStart = 30s;
/// Below the root of their queue, as postfix-script makes them.
constexpr const char* kQueueFolders[] = {"active", "bounce",   "corrupt",  "defer",   "deferred",
                                         "flush",  "hold",     "incoming", "private", "saved",
                                         "trace",  "maildrop", "public",   "pid"};

constexpr std::string_view kMain =
    "compatibility_level = 3.6\nqueue_directory = {0}/queue\ndata_directory = {0}/data\n"
    "command_directory = /usr/sbin\ndaemon_directory = /usr/lib/postfix/sbin\n"
    "mail_owner = postfix\nsetgid_group = postdrop\ndefault_privs = nobody\n"
    "maillog_file = {0}/log\nmaillog_file_prefixes = {0}\n"
    "inet_interfaces = all\ninet_protocols = ipv4\nmyhostname = mx1.mailhost.lab\n"
    "mydestination =\nlocal_recipient_maps =\nalias_maps =\nrelay_domains =\nmynetworks =\n"
    "smtpd_banner = $myhostname ESMTP\nsmtpd_peername_lookup = no\n"
    "append_dot_mydomain = no\nsmtp_dns_support_level = disabled\nsmtp_host_lookup = native\n"
    "transport_maps = texthash:{0}/transport\n"
    "smtpd_tls_cert_file = {0}/chain.pem\nsmtpd_tls_key_file = {0}/key.pem\n"
    "smtpd_tls_security_level = may\nsmtpd_tls_auth_only = yes\nsmtpd_sasl_auth_enable = yes\n"
    "smtpd_sasl_type = dovecot\nsmtpd_sasl_path = private/auth\n"
    "smtpd_recipient_restrictions = permit_sasl_authenticated, reject\n"
    "smtpd_relay_restrictions = permit_sasl_authenticated, reject\n"
    "smtpd_milters = inet:127.0.0.1:{1}\nmilter_default_action = tempfail\n"
    // As from the provider's address, which SPF records name.
    "smtp_bind_address = 127.0.25.1\nsmtp_tls_security_level = encrypt\n";

constexpr std::string_view kServices =
    "qmgr unix n - n 300 1 qmgr\nrewrite unix - - n - - trivial-rewrite\n"
    "bounce unix - - n - 0 bounce\ndefer unix - - n - 0 bounce\ntrace unix - - n - 0 bounce\n"
    "error unix - - n - - error\nretry unix - - n - - error\nanvil unix - - n - 1 anvil\n"
    "scache unix - - n - 1 scache\ntlsmgr unix - - n 1000? 1 tlsmgr\n"
    "proxymap unix - - n - - proxymap\npostlog unix-dgram n - n - 1 postlogd\n";

constexpr std::string_view kSigner =
    "Mode s\nBackground no\nSyslog no\nSocket inet:{1}@127.0.0.1\nKeyTable file:{0}/keys\n"
    "SigningTable refile:{0}/signing\nInternalHosts {0}/internal\n"
    "ExternalIgnoreList {0}/internal\nRequireSafeKeys no\nCanonicalization relaxed/simple\n"
    "OversignHeaders From\n"
    // Its own list knows List-Unsubscribe, but not the field of RFC 8058.
    "SignHeaders *,+list-unsubscribe,+list-unsubscribe-post\n";

constexpr std::string_view kPasswords =
    "protocols =\nbase_dir = {0}/dovecot\nstate_dir = {0}/dovecot-state\nlog_path = /dev/stderr\n"
    "ssl = no\ndefault_internal_user = dovecot\ndefault_internal_group = dovecot\n"
    "default_login_user = dovenull\nauth_mechanisms = plain login\n"
    "service anvil {{\n  chroot =\n}}\nservice auth {{\n"
    "  unix_listener {0}/queue/private/auth {{\n    mode = 0666\n  }}\n}}\n"
    "passdb {{\n  driver = static\n  args = user=app password={1}\n}}\n"
    "userdb {{\n  driver = static\n  args = uid=dovecot gid=dovecot home=/nonexistent\n}}\n";

std::string label_of(const LabDomain& domain) {
  return domain.name.substr(0, domain.name.find('.'));
}

std::string options(const std::vector<std::string>& settings) {
  std::string out;
  for (const std::string& setting : settings) out += "\n  -o { " + setting + " }";
  return out + "\n";
}

/// Waits until `ready` holds, or `program` has ended.
template <class Ready>
Result<> wait_for(const std::string& what, ChildProcess& program, Ready ready) {
  const auto until = std::chrono::steady_clock::now() + kStart;
  while (program.running() && std::chrono::steady_clock::now() < until) {
    if (ready()) return {};
    std::this_thread::sleep_for(20ms);
  }
  return fail(Code::kUnavailable, what + " does not start: " + program.output());
}

}  // namespace

std::string LabPostfix::obstacle() {
  return ::geteuid() == 0 ? "" : "Postfix's master runs as root only, and this is not root";
}

std::string LabPostfix::log() const {
  return read_whole_file(at("log")) + signer_->output() + passwords_->output();
}

Result<> LabPostfix::prepare(const TestAuthority& authority) {
  LR_TRY(folder_, ScratchFolder::make());
  fs::permissions(folder_->path(), fs::perms(0755));
  const passwd* owner = ::getpwnam("postfix");
  if (owner == nullptr) return fail(Code::kUnavailable, "the package postfix is not installed");
  fs::create_directories(at("data"));
  for (const char* name : kQueueFolders) fs::create_directories(at("queue/") + name);
  for (const char* name : kQueueFolders) {
    if (std::string_view(name) == "pid") continue;
    const std::string path = at("queue/") + name;
    if (::chown(path.c_str(), owner->pw_uid, static_cast<gid_t>(-1)) != 0) {
      return fail(Code::kUnavailable, "the queue cannot be given to postfix");
    }
    fs::permissions(path, fs::perms(std::string_view(name) == "public" ? 0755 : 0700));
  }
  if (::chown(at("data").c_str(), owner->pw_uid, owner->pw_gid) != 0) {
    return fail(Code::kUnavailable, "the data cannot be given to postfix");
  }
  LR_TRY(const TestCertificate chain,
         authority.served_for(std::string(kSubmissionHost), SystemClock().wall()));
  folder_->write("chain.pem", chain.certificate);
  folder_->write("key.pem", chain.key);
  return {};
}

Result<> LabPostfix::start_signer(const std::vector<LabDomain>& domains) {
  milter_port_ = free_port();
  std::string keys;
  std::string signing;
  for (const LabDomain& domain : domains) {
    if (!domain.mail_path || !domain.mail_path->milter) continue;
    const LabMailPath& path = *domain.mail_path;
    const std::string label = label_of(domain);
    const std::string key = path.private_key.empty() ? usual_dkim_key() : path.private_key;
    keys += fmt::format("{} {}:{}:{}\n", label,
                        path.signing_domain.empty() ? domain.name : path.signing_domain,
                        path.selector, folder_->write(label + ".dkim", key).string());
    signing += fmt::format("*@{} {}\n", domain.name, label);
  }
  folder_->write("keys", keys);
  folder_->write("signing", signing);
  folder_->write("internal", "127.0.0.0/8\n");
  const auto file =
      folder_->write("opendkim.conf", fmt::format(kSigner, folder_->path().string(), milter_port_));
  LR_TRY(signer_, ChildProcess::start({"/usr/sbin/opendkim", "-f", "-x", file.string()},
                                      folder_->path() / "opendkim.log"));
  return wait_for("OpenDKIM", *signer_, [&] { return listens("127.0.0.1", milter_port_); });
}

Result<> LabPostfix::start_passwords() {
  const auto file = folder_->write("dovecot.conf",
                                   fmt::format(kPasswords, folder_->path().string(), kLabPassword));
  LR_TRY(passwords_, ChildProcess::start({"/usr/sbin/dovecot", "-F", "-c", file.string()},
                                         folder_->path() / "dovecot.log"));
  return wait_for("Dovecot", *passwords_, [&] { return fs::exists(at("queue/private/auth")); });
}

/// An smtpd, a cleanup and an smtp client of the domain's own, so that each has its own faults.
std::string LabPostfix::services_of(LabDomain& domain, std::string& transport) const {
  const LabMailPath& path = *domain.mail_path;
  const std::string label = label_of(domain);
  const auto table = [&](const std::string& kind, const std::string& text) {
    return "regexp:" + folder_->write(label + "." + kind, text + "\n").string();
  };
  std::vector<std::string> taking = path.taking;
  taking.push_back("cleanup_service_name = cleanup-" + label);
  if (!path.milter) taking.emplace_back("smtpd_milters =");
  std::vector<std::string> rewriting = path.rewriting;
  if (!path.signed_headers.empty()) {
    rewriting.push_back("header_checks = " + table("header", path.signed_headers));
  }
  std::vector<std::string> sending = path.sending;
  if (!path.sent_headers.empty()) {
    sending.push_back("smtp_header_checks = " + table("sent-header", path.sent_headers));
  }
  if (!path.sent_body.empty()) {
    sending.push_back("smtp_body_checks = " + table("sent-body", path.sent_body));
  }
  const std::uint16_t in = free_port();
  const std::uint16_t out = free_port();
  Mailbox mailbox{.kind = Mailbox::Kind::kSink, .address = "probe@" + domain.name};
  mailbox.path = fmt::format("127.0.0.1:{}", out);
  transport += fmt::format("{} smtp-{}:[127.0.0.1]:{}\n", mailbox.address, label, out);
  domain.subject.mail.mailbox = std::move(mailbox);
  domain.subject.mail.submission =
      Submission{.host = std::string(kSubmissionHost), .port = in, .user = "app"};
  domain.subject.mail.submission->password = std::make_shared<const Secret>(path.password);
  domain.subject.mail.from = "app@" + domain.name;
  return fmt::format("{}:{} inet n - n - - smtpd{}", kSubmissionAddress, in, options(taking)) +
         fmt::format("cleanup-{} unix n - n - 0 cleanup{}", label, options(rewriting)) +
         fmt::format("smtp-{} unix - - n - - smtp{}", label, options(sending));
}

Result<> LabPostfix::start_master(std::vector<LabDomain>& domains) {
  std::string services(kServices);
  std::string transport;
  std::uint16_t last = 0;
  for (LabDomain& domain : domains) {
    if (!domain.mail_path) continue;
    services += services_of(domain, transport);
    last = domain.subject.mail.submission->port;
  }
  folder_->write("master.cf", services);
  folder_->write("transport", transport);
  folder_->write("main.cf", fmt::format(kMain, folder_->path().string(), milter_port_));
  LR_TRY(master_,
         ChildProcess::start({"/usr/lib/postfix/sbin/master", "-c", folder_->path().string(), "-d"},
                             folder_->path() / "master.log"));
  return wait_for("Postfix", *master_,
                  [&] { return listens(std::string(kSubmissionAddress), last); });
}

Result<std::unique_ptr<LabPostfix>> LabPostfix::start(std::vector<LabDomain>& domains,
                                                      const TestAuthority& authority) {
  auto postfix = std::make_unique<LabPostfix>();
  LR_TRY_VOID(postfix->prepare(authority));
  LR_TRY_VOID(postfix->start_passwords());
  LR_TRY_VOID(postfix->start_signer(domains));
  LR_TRY_VOID(postfix->start_master(domains));
  return postfix;
}

}  // namespace lr::domain::lab
