// The seeded faults: what is changed about a clean domain, and which checks must say so.
#pragma once

#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lab_domain.h"
#include "lab_world.h"

namespace lr::domain::lab {

struct Fault {
  std::string_view name{};  ///< Also the domain's first label: "spf-plus-all".
  LabDomain (*base)(const std::string& label) = product_domain;
  void (*change)(LabDomain& domain) = nullptr;
  std::vector<std::string_view> found{};    ///< Ids of checks that must find it.
  std::vector<std::string_view> follows{};  ///< Ids that may find something, too, and rightly.
  Scope scope = Scope::kRecords;
};

/// For the names of failing tests.
inline void PrintTo(const Fault& fault, std::ostream* out) { *out << fault.name; }

std::vector<Fault> dns_faults();
std::vector<Fault> spf_faults();
std::vector<Fault> spf_tree_faults();
std::vector<Fault> dkim_faults();
std::vector<Fault> dmarc_faults();
std::vector<Fault> dangling_faults();
std::vector<Fault> delegation_faults();
std::vector<Fault> dnssec_faults();
std::vector<Fault> zone_key_faults();
std::vector<Fault> certificate_faults();
std::vector<Fault> renewal_faults();
std::vector<Fault> chain_faults();
std::vector<Fault> tls_faults();
std::vector<Fault> old_tls_faults();
std::vector<Fault> tls_detail_faults();
std::vector<Fault> web_faults();
std::vector<Fault> page_faults();
std::vector<Fault> mx_faults();
std::vector<Fault> smtp_faults();
std::vector<Fault> starttls_faults();
// Seen only where Postfix can run, see LabPostfix::obstacle().
std::vector<Fault> signature_faults();
std::vector<Fault> mail_path_faults();
std::vector<Fault> content_faults();

/// Domains with servers that stall, answer nonsense or show huge certificates.
std::vector<LabDomain> hostile_domains();

/// Its mail is accepted and kept back. No row of the table: to see that takes a minute's patience.
LabDomain held_domain();

std::vector<Fault> all_faults();
/// The clean domain of its base, changed.
LabDomain domain_with(const Fault& fault);

}  // namespace lr::domain::lab
