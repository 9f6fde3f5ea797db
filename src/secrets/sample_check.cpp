#include "secrets/sample_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "secrets/samples.h"
#include "secrets/scanner.h"

namespace lr::secrets {
namespace {

/// Keeps whether one rule was found, and whether its secret held the generated piece.
class OneRule final : public CandidateSink {
 public:
  OneRule(std::string_view id, std::string_view piece) : id_(id), piece_(piece) {}
  void found(const Candidate& candidate) override {
    if (candidate.rule->id != id_) {
      others_ += (others_.empty() ? "" : ", ") + candidate.rule->id;
      return;
    }
    found_ = true;
    whole_ = whole_ || candidate.secret.find(piece_) != std::string_view::npos;
  }
  bool was_found() const { return found_; }
  bool held_piece() const { return whole_; }
  const std::string& others() const { return others_; }

 private:
  std::string_view id_;
  std::string_view piece_;
  std::string others_;
  bool found_ = false;
  bool whole_ = false;
};

/// What is wrong with one sample, or "".
std::string check_one(const Catalogue& catalogue, const Rule& rule, const Sample& sample,
                      bool positive) {
  OneRule sink(rule.id, sample.piece);
  ScannerOptions options;
  options.least = std::min(options.least, rule.confidence);
  Scanner scanner(catalogue, sink, options);
  Document document;
  document.path = sample.path;
  document.bytes = sample.text;
  scanner.visit(document);
  if (!positive) return sink.was_found() ? "is found" : "";
  if (!sink.was_found()) {
    return sink.others().empty() ? "is not found" : "is not found, but " + sink.others();
  }
  return sink.held_piece() ? "" : "is found, but the secret is not what was generated";
}

}  // namespace

std::vector<std::string> check_samples(const Catalogue& catalogue, const Rule& rule) {
  std::vector<std::string> problems;
  if (!rule.report) return problems;
  std::size_t index = 0;
  for (const bool positive : {true, false}) {
    const auto& samples = positive ? rule.positive : rule.negative;
    for (std::size_t i = 0; i < samples.size(); ++i) {
      const auto sample = expand_sample(samples[i], rule.id, index++);
      const std::string why =
          sample ? check_one(catalogue, rule, *sample, positive) : sample.error().detail();
      if (why.empty()) continue;
      problems.push_back(fmt::format("{}: {} sample {} {}", rule.id,
                                     positive ? "positive" : "negative", i + 1, why));
    }
  }
  return problems;
}

}  // namespace lr::secrets
