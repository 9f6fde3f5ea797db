#include "faults.h"

#include "lab_postfix.h"

namespace lr::domain::lab {

LabDomain domain_with(const Fault& fault) {
  LabDomain out = fault.base(std::string(fault.name));
  fault.change(out);
  return out;
}

LabDomain held_domain() {
  LabDomain out = product_domain("mail-held");
  out.mail_path = LabMailPath{.taking = {"smtpd_sender_restrictions = static:HOLD"}};
  return out;
}

std::vector<LabDomain> hostile_domains() {
  std::vector<LabDomain> out{product_domain("stalling"), product_domain("nonsense"),
                             product_domain("many-names")};
  out[0].own_server().server = TlsServer::kStalling;
  out[1].own_server().server = TlsServer::kGarbage;
  out[2].host(out[2].name).certificate = [](CertificateSpec& spec) {
    for (int i = 0; i < 10'000; ++i)
      spec.names.push_back("n" + std::to_string(i) + ".many-names.lab");
  };
  return out;
}

std::vector<Fault> all_faults() {
  std::vector<Fault> out;
  for (auto* const table :
       {dns_faults,  dangling_faults, delegation_faults,  dnssec_faults,  zone_key_faults,
        spf_faults,  spf_tree_faults, dkim_faults,        dmarc_faults,   mx_faults,
        smtp_faults, starttls_faults, certificate_faults, renewal_faults, chain_faults,
        tls_faults,  old_tls_faults,  tls_detail_faults,  web_faults,     page_faults}) {
    for (Fault& fault : table()) out.push_back(std::move(fault));
  }
  if (!LabPostfix::obstacle().empty()) return out;
  for (auto* const table : {signature_faults, mail_path_faults, content_faults}) {
    for (Fault& fault : table()) out.push_back(std::move(fault));
  }
  return out;
}

}  // namespace lr::domain::lab
