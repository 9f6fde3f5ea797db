#include "domain/tls/verdict.h"

namespace lr::domain::tls {

void tell(Inspection& inspection, std::string_view about, const std::vector<Verdict>& verdicts) {
  for (const Verdict& verdict : verdicts) {
    switch (verdict.kind) {
      case Verdict::Kind::kProved:
        inspection.proved(verdict.check, about);
        break;
      case Verdict::Kind::kFound:
        inspection.found(verdict.check, verdict.found);
        break;
      case Verdict::Kind::kUnproved:
        inspection.unproved(verdict.check, about, verdict.reason);
        break;
      case Verdict::Kind::kNotApplicable:
        inspection.not_applicable(verdict.check, verdict.reason);
        break;
    }
  }
}

}  // namespace lr::domain::tls
