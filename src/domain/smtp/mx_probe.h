// What the mail servers of a domain say when they are asked, up to RCPT and never further: no
// message is ever sent. Gathered once for each address, judged elsewhere.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/network.h"
#include "domain/smtp/session.h"

namespace lr::domain {

/// Why something could not be asked or was not answered.
struct Trouble {
  bool silence = false;  ///< A time limit: nobody could say.
  std::string why;
};

/// A recipient that only an open relay takes.
struct RelayForm {
  std::string name;       ///< "foreign recipient"
  std::string mail_from;  ///< Without brackets.
  std::string recipient;
  /// The path ends in the domain itself, so that a server that takes any local part takes it too.
  bool looks_local = false;
};
/// The classic forms for a server of `domain`.
std::vector<RelayForm> relay_forms(std::string_view domain);

struct MxFacts {
  std::string host{};
  net::Endpoint endpoint{};
  bool own_machine = false;  ///< The connection does not leave this machine.
  std::optional<Trouble> connect{};
  std::optional<Trouble> greeting_trouble{};
  SmtpReply greeting{};  ///< Code 0 when there was none.
  SmtpReply hello{};
  SmtpCapabilities plain{};  ///< Before TLS.
  std::optional<net::TlsSession> tls{};
  std::optional<Trouble> tls_trouble{};
  std::optional<bool> injection{};  ///< A command sent behind STARTTLS was obeyed under TLS.
  SmtpReply vrfy{};
  SmtpReply expn{};
  SmtpReply postmaster{};
  SmtpReply anybody{};  ///< RCPT of a mailbox that cannot exist.
  std::vector<std::pair<RelayForm, SmtpReply>> relay{};
  std::optional<Trouble> mailbox_trouble{};  ///< The questions from vrfy on were cut short.
  std::string transcript{};
  std::size_t connections = 0;
};

/// The mail servers of a domain by preference (RFC 5321 section 5.1).
struct MailServers {
  std::vector<MailExchange> hosts{};  ///< Without MX records: the domain itself.
  bool null_mx = false;               ///< RFC 7505: no mail is taken.
  bool implicit = false;              ///< No MX record: the domain's own address is meant.
  std::optional<std::string> failed{};
  Trust trust = Trust::kUnknown;  ///< Of the MX answer.
};
MailServers mail_servers_of(Resolver& resolver, std::string_view domain);

inline constexpr std::size_t kMxHosts = 5;
inline constexpr std::size_t kMxAddresses = 2;  ///< Of each host: the first IPv4 and IPv6 one.
/// How we call ourselves: a name that cannot belong to anybody (RFC 6761).
inline constexpr std::string_view kProbeName = "launch-ready-probe.invalid";

struct MxProbeOptions {
  std::string domain{};   ///< Whose mail it is.
  bool tls_only = false;  ///< No question behind the handshake.
};

struct MxProbeResult {
  std::vector<MxFacts> facts{};
  std::vector<std::pair<std::string, Trouble>> unresolved{};  ///< Hosts without an address.
};
/// All hosts at once. Blocks; bounded by the network's deadline and the limits above.
MxProbeResult probe_mail_servers(const Network& network, const MailServers& servers,
                                 const MxProbeOptions& options);

}  // namespace lr::domain
