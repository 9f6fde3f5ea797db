#include "faults.h"

namespace lr::domain::lab {

std::vector<Fault> dns_faults() {
  return {
      {.name = "no-address",
       .change = [](LabDomain& d) { d.without("www A"); },
       .found = {"addresses.none"}},
  };
}

}  // namespace lr::domain::lab
