#include "domain/smtp/testing/mx_stage.h"

#include "text/ip.h"

namespace lr::domain {

Answer TrustedZone::query(std::string_view name, RecordType type) {
  Answer answer = zone.query(name, type);
  if (!answer.failed()) answer.trust = trust;
  return answer;
}

MxStage::MxStage()
    : now(SystemClock().wall()),
      authority(TestAuthority::make(now).value()),
      folder(ScratchFolder::make().value()) {
  folder->write("root.pem", authority.root.certificate);
  add("acme.example", RecordType::kMx, MailExchange{10, "mx.acme.example"});
  add("mx.acme.example", RecordType::kA, text::parse_ip("127.0.0.1").value());
  add("1.0.0.127.in-addr.arpa", RecordType::kPtr, HostName{"mx.acme.example"});
  subject.domain = "acme.example";
  subject.from_contract = true;
  subject.mail.domain = "acme.example";
}

TestCertificate MxStage::certificate(const std::string& name) const {
  return authority.served_for(name, now).value();
}

TestCertificate MxStage::expired(const std::string& name) const {
  CertificateSpec spec = authority.good_leaf(name, now);
  spec.until = now - std::chrono::hours(24);
  TestCertificate leaf = authority.issue(spec).value();
  leaf.certificate += authority.intermediate.certificate;
  return leaf;
}

Network MxStage::network(const ScriptedMx& server) {
  Network out{.resolver = resolver};
  out.now = now;
  out.connect_patience = milliseconds(2'000);
  out.ports[25] = server.port();
  out.ca_file = (folder->path() / "root.pem").string();
  return out;
}

void MxStage::add(const std::string& name, RecordType type, Rdata data) {
  resolver.zone.add({.name = name, .type = type, .ttl = 300, .data = std::move(data)});
}

}  // namespace lr::domain
