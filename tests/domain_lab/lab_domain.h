// A domain of the laboratory: its zone, how its parent delegates it, its web servers, and what is
// promised about it. Clean ones come from functions; a fault changes one of them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/subject.h"
#include "domain/testing/certificates.h"
#include "domain/testing/zone_signer.h"

namespace lr::domain::lab {

/// Of the product at its mail server.
inline constexpr std::string_view kLabPassword = "very-hidden-word";

/// What listens on port 443 of a host.
enum class TlsServer {
  kNginx,     ///< The shared one.
  kOpenssl,   ///< `openssl s_server` with LabHost::tls as its arguments; needs its own address.
  kGnutls,    ///< `gnutls-serv` with LabHost::tls as its priority and more words; as kOpenssl.
  kStalling,  ///< Accepts, and says nothing; needs its own address.
  kGarbage,   ///< Answers a handshake with bytes that are no TLS; needs its own address.
};

/// One virtual host.
struct LabHost {
  std::string name{};  ///< "www.plain.lab"
  std::string address = "127.0.80.1";
  TlsServer server = TlsServer::kNginx;
  /// Inside its server block for port 80; "" for none.
  std::string http = "return 301 https://$host$request_uri;";
  std::string https{};  ///< Inside its server block for port 443; "" for none.
  std::string tls{};    ///< More lines of nginx, or see TlsServer.
  /// Changes its certificate before it is issued.
  std::function<void(CertificateSpec&)> certificate{};
  /// What is served instead of the leaf and its intermediate; gets the leaf.
  std::function<std::string(const TestAuthority&, const TestCertificate&)> chain{};
  /// Who issues: nothing is the laboratory's intermediate; true makes it self-signed.
  bool self_signed = false;
  /// Instead of the laboratory's intermediate, one of an authority that calls itself so.
  std::string authority{};
};

/// One mail server, at port 25 of its address; see mail_servers.py.
struct LabMailServer {
  std::string name{};     ///< "mx1.mailhost.lab", in its banner and its certificate.
  std::string address{};  ///< "127.0.25.1"
  /// "no_starttls", "open_relay", "plain_auth", "vrfy", "stall", "self_signed", "old_tls"…
  std::vector<std::string> faults{};
  /// Who answers behind STARTTLS: nothing is the server itself; kOpenssl and kGnutls are programs
  /// with `tls` as for LabHost, which know TLS and no SMTP.
  std::optional<TlsServer> behind{};
  std::string tls{};
  TestKey key = TestKey::kP256;
};

/// How the product's mail leaves: through Postfix and OpenDKIM, see lab_postfix.h. The settings are
/// Postfix's own, "name = value".
struct LabMailPath {
  bool milter = true;            ///< OpenDKIM signs.
  std::string signing_domain{};  ///< d= of the signature; "" the domain itself.
  std::string selector = "k1";
  std::string private_key{};             ///< PEM; "" the one of dkim_record(2048).
  std::string password{kLabPassword};    ///< What the product has.
  std::vector<std::string> taking{};     ///< Of the server that takes its mail.
  std::vector<std::string> rewriting{};  ///< Of what happens before the signature.
  std::vector<std::string> sending{};    ///< Of the client that sends the mail on.
  // Lines of regular expressions and actions.
  std::string signed_headers{};  ///< Before the signature.
  std::string sent_headers{};    ///< Behind it.
  std::string sent_body{};
};

struct LabDomain {
  std::string name{};                    ///< "plain.lab"
  std::vector<std::string> records{};    ///< Lines of its zone file, relative to `name`.
  std::optional<ZoneSigning> signing{};  ///< Nothing: an unsigned zone.
  /// Edits the zone file after it was signed.
  std::function<std::string(std::string)> tamper{};
  /// What stands in the parent, relative to the parent; "" for the usual servers.
  std::string delegation{};
  /// DS record in the parent, made from the true one; nothing: the true one.
  std::function<std::string(const std::string&)> ds{};
  bool transfers = false;  ///< Anybody may have the whole zone.
  /// Another version of the zone for the server at kOtherServer; "" for none.
  std::vector<std::string> other_records{};
  std::vector<LabHost> hosts{};
  std::vector<LabMailServer> mail_servers{};
  std::optional<LabMailPath> mail_path{};
  Subject subject{};

  /// Takes out the lines that start with `prefix`. Fails the test when there is none.
  LabDomain& without(std::string_view prefix);
  LabDomain& with(std::string line);
  /// without() and with().
  LabDomain& instead(std::string_view prefix, std::string line);
  LabHost& host(std::string_view of_name);
  /// The host of the domain's own name, at an address that only it has.
  LabHost& own_server();
};

// Addresses of the laboratory, in networks of their own like in the world.
inline constexpr std::string_view kResolverAddress = "127.0.53.10";  ///< Has every zone.
inline constexpr std::string_view kServerA = "127.1.53.1";           ///< ns1.dns-a.lab
inline constexpr std::string_view kServerB = "127.2.53.1";           ///< ns2.dns-b.lab
inline constexpr std::string_view kParentServer = "127.0.53.2";      ///< Only the root and "lab".
inline constexpr std::string_view kOtherServer = "127.3.53.1";       ///< ns3.dns-c.lab
inline constexpr std::string_view kSilentAddress = "127.9.53.1";     ///< Nobody listens.
inline constexpr std::string_view kWebAddress = "127.0.80.1";
/// Where the provider takes mail from its customers.
inline constexpr std::string_view kSubmissionHost = "submission.mailhost.lab";
inline constexpr std::string_view kSubmissionAddress = "127.0.25.10";

/// A product as it should be: web on apex and www, mail through a provider, everything published.
LabDomain product_domain(const std::string& label);
/// product_domain() with DNSSEC.
LabDomain signed_domain(const std::string& label);
/// For LabMailPath: adds what RFC 8058 asks for.
std::string unsubscribe_fields(const std::string& name);
/// A name that neither sends nor receives mail.
LabDomain mailless_domain(const std::string& label);

/// The ten that nothing is wrong with.
std::vector<LabDomain> clean_domains();

/// A TXT record's text as one or more quoted strings of at most 255 bytes.
std::string quoted_strings(std::string_view text);
/// "v=DKIM1; k=rsa; p=…" with a fresh key of that size; the 2048-bit one is made once.
std::string dkim_record(int bits);
/// The private key of dkim_record(2048), PEM.
std::string usual_dkim_key();
struct DkimPair {
  std::string record{};
  std::string private_key{};  ///< PEM.
};
DkimPair dkim_pair(int bits);
std::string dkim_ed25519_record();

}  // namespace lr::domain::lab
