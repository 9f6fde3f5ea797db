// The laboratory's mail servers.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "domain/testing/certificates.h"
#include "domain/testing/process.h"
#include "lab_domain.h"

namespace lr::domain::lab {

class LabMail {
 public:
  static Result<std::unique_ptr<LabMail>> start(const std::vector<LabDomain>& domains,
                                                const TestAuthority& authority);
  std::uint16_t port() const { return port_; }

 private:
  /// The program that answers behind STARTTLS; its port on the loopback.
  Result<std::uint16_t> start_behind(const LabMailServer& server, const std::string& chain,
                                     const std::string& key);

  std::uint16_t port_ = 0;
  std::unique_ptr<ScratchFolder> folder_{};
  std::unique_ptr<ChildProcess> program_{};
  std::vector<std::unique_ptr<ChildProcess>> behind_{};
};

}  // namespace lr::domain::lab
