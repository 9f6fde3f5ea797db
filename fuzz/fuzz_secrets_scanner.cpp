// The secret scanner on any bytes: what it reports lies inside the document, and a scan of what
// changed reports nothing that the full scan does not.
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <tuple>

#include "fuzz/reach.h"
#include "secrets/scanner.h"

namespace lr::secrets {
namespace {

using fuzz::require;

enum class State { kScanned, kFound, kDecoded, kChanged };
fuzz::Reach<4> reach({"documents", "findings", "encoded pieces", "changed scans"});

using Found = std::tuple<std::string, std::string, std::uint64_t, std::size_t>;

class Checker final : public CandidateSink {
 public:
  void found(const Candidate& candidate) override {
    require(candidate.rule != nullptr, "a finding has a rule");
    require(candidate.match.find(candidate.secret) != std::string_view::npos ||
                candidate.secret.empty(),
            "the match holds the secret");
    std::string via;
    for (const std::string& hop : candidate.place.via) via += hop;
    all.insert({candidate.rule->id, via, candidate.place.offset, candidate.secret.size()});
    reach.mark(State::kFound);
  }
  std::set<Found> all;
};

const Catalogue& rules() {
  static const auto catalogue = Catalogue::built_in();
  require(catalogue.has_value(), "the built-in rules load");
  return **catalogue;
}

void run(std::string_view bytes) {
  reach.run();
  Document document;
  document.path = "a.env";
  document.bytes = bytes;
  Checker full;
  Scanner scanner(rules(), full);
  scanner.visit(document);
  reach.mark(State::kScanned);
  if (scanner.coverage().decoded_bytes > 0) reach.mark(State::kDecoded);
  const Range changed{bytes.size() / 3, bytes.size() / 2};
  Checker part;
  Scanner again(rules(), part);
  again.visit_changed(document, {&changed, 1});
  reach.mark(State::kChanged);
  for (const Found& found : part.all) {
    require(full.all.contains(found), "a changed scan finds what the full scan finds");
  }
}

}  // namespace
}  // namespace lr::secrets

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lr::secrets::run({reinterpret_cast<const char*>(data), size});
  return 0;
}
