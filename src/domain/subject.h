// What a product promises about its domain, as the checks of this room read it: filled from the
// contract's sections `domains`, `mail` and `edge`, or from a bare name.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/secret.h"
#include "domain/dns.h"
#include "text/ip.h"
#include "text/yaml.h"

namespace lr::domain {

/// Which of Mozilla's server side TLS guidelines (6.0) a host promises to meet.
enum class TlsProfile : std::uint8_t { kIntermediate, kModern };

enum class DmarcPromise : std::uint8_t { kNone, kQuarantine, kReject };

/// Where product mail is handed in, for the proof of the mail path (RFC 6409).
struct Submission {
  std::string host{};
  std::uint16_t port = 587;
  bool implicit_tls = false;  ///< smtps:// (RFC 8314).
  std::string user{};         ///< "" when the server asks for none.
  std::shared_ptr<const Secret> password{};
};

/// Where the proof's message is expected to arrive.
struct Mailbox {
  enum class Kind : std::uint8_t { kSink, kMaildir, kImap };
  Kind kind = Kind::kSink;
  std::string address{};  ///< Of the recipient: "probe@acme.example".
  std::string path{};     ///< kMaildir: the folder; kSink: "host:port" to listen on.
  std::string host{};     ///< kImap.
  std::uint16_t port = 993;
  std::string user{};
  std::shared_ptr<const Secret> password{};
};

struct MailPromise {
  std::string domain{};                  ///< Of the From address.
  bool sends = true;                     ///< False: nobody may send as this domain.
  bool receives = true;                  ///< False: a null MX is expected (RFC 7505).
  std::vector<std::string> selectors{};  ///< DKIM selectors in use.
  std::vector<std::string> senders{};    ///< Hosts and addresses that product mail leaves from.
  bool bulk = false;                     ///< The bulk sender rules of the large receivers apply.
  std::optional<DmarcPromise> dmarc{};   ///< Least policy; by default quarantine.
  std::string from{};                    ///< Address that product mail is from; "" unknown.
  std::optional<Submission> submission{};
  std::optional<Mailbox> mailbox{};
};

struct EdgePromise {
  std::string provider{};  ///< "cloudflare", "other"; "" for none.
  std::string zone_id{};   ///< Cloudflare's.
  std::string api = "https://api.cloudflare.com/client/v4";
  std::shared_ptr<const Secret> token{};
  std::vector<text::IpAddress> origins{};  ///< Where the origin answers, behind the edge.
  std::vector<text::IpPrefix> ranges{};    ///< The edge's own addresses, when not the known ones.
  std::vector<std::string>
      private_paths{};  ///< Answers that no cache may keep: "/v1/conversations".
  std::vector<std::string> public_paths{};  ///< Answers that may be cached, for contrast.
};

struct Subject {
  std::string domain{};                    ///< Lower case, A-labels, no trailing dot.
  bool from_contract = false;              ///< False: only a name was given, promises are guesses.
  std::vector<std::string> web_hosts{};    ///< Names with a web server: primary, www, subdomains.
  std::vector<std::string> redirects{};    ///< Names that must lead to the primary one.
  std::vector<std::string> staging{};      ///< Names that must not lead to production.
  std::vector<std::string> nameservers{};  ///< As promised; empty: not promised.
  std::vector<std::string> issuers{};      ///< CAA values of the CAs in use: "letsencrypt.org".
  bool dnssec = false;                     ///< Promised; when false, unsigned is only advice.
  bool hsts_preload = false;               ///< Promised.
  TlsProfile tls = TlsProfile::kIntermediate;
  MailPromise mail{};
  EdgePromise edge{};
  std::string file{};  ///< Contract or zone file, for locations; "".
  text::Mark at{};     ///< Its line of the domain.
  /// Lines of `file` by record, when it is a zone file.
  std::map<std::pair<std::string, RecordType>, std::uint32_t> record_lines{};
};

}  // namespace lr::domain
