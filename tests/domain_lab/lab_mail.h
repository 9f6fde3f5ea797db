// The laboratory's mail servers.
#pragma once

#include <cstdint>
#include <memory>
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
  std::uint16_t port_ = 0;
  std::unique_ptr<ScratchFolder> folder_{};
  std::unique_ptr<ChildProcess> program_{};
};

}  // namespace lr::domain::lab
