// The certificate that a server shows right now for a name, at one address: what other areas than
// `certificate` want to know of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/network.h"
#include "domain/tls/certificate_facts.h"

namespace lr::domain::tls {

struct ShownCertificate {
  std::string host{};  ///< Asked for with SNI.
  net::Endpoint endpoint{};
  enum class End : std::uint8_t {
    kShown,
    kClosed,  ///< Nobody listens there.
    kNoTls,   ///< Somebody does; no handshake succeeds.
    kSilent,  ///< Nobody can say.
  };
  End end = End::kSilent;
  std::string why{};                 ///< Unless kShown.
  std::vector<std::string> chain{};  ///< DER, for kShown.
  CertificateFacts leaf{};           ///< For kShown.
};

/// One handshake with each, several at once. Blocks, within the network's deadline and patience.
void look_at(const Network& network, std::vector<ShownCertificate>& all);

}  // namespace lr::domain::tls
