// Whether looking at deltas finds what looking at whole objects finds.
//
//     bench_secrets_delta make RULES FOLDER FIRST COUNT    histories as streams of git fast-import
//     bench_secrets_delta compare REPOSITORY...            one JSON object for all of them
//
// The histories are made of the samples of all rules (RULES: the folder of rule files), as they
// stand and encoded, that edits break, mend, move and copy.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/rng.h"
#include "crypto/digest.h"
#include "secrets/git/git_source.h"
#include "secrets/rule_file.h"
#include "secrets/samples.h"
#include "secrets/scanner.h"

namespace {

namespace fs = std::filesystem;
using namespace lr;
using namespace lr::secrets;

constexpr std::string_view kBreak = "-broken by this-";
constexpr std::uint64_t kCommitsMax = 12;
constexpr std::size_t kLineBytesMax = 80;

struct Template {
  std::string rule;
  std::string text;
};

/// What text can be made of: every sample of every rule.
class Pieces {
 public:
  static Result<Pieces> load(const fs::path& folder) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
    std::ranges::sort(files);
    Pieces pieces;
    for (const fs::path& file : files) {
      std::ifstream in(file, std::ios::binary);
      const std::string text{std::istreambuf_iterator<char>(in), {}};
      LR_TRY(const auto rules, parse_rule_file(text, file.filename().string()));
      for (const Rule& rule : rules) {
        for (const auto* samples : {&rule.positive, &rule.negative}) {
          for (const std::string& sample : *samples) pieces.all_.push_back({rule.id, sample});
        }
      }
    }
    if (pieces.all_.empty()) return fail(Code::kNotFound, folder.string() + " has no samples");
    return pieces;
  }

  /// A sample with values of its own, or "" for one that cannot be made.
  Sample sample(Rng& rng) const {
    const Template& chosen = all_[rng.below(all_.size())];
    auto made = expand_sample(chosen.text, chosen.rule, rng.below(1'000'000));
    return made ? std::move(*made) : Sample{};
  }

 private:
  std::vector<Template> all_;
};

std::string wrapped(std::string text, std::size_t width) {
  for (std::size_t at = width; at < text.size(); at += width + 1) text.insert(at, 1, '\n');
  return text;
}

std::string percent(std::string_view text) {
  std::string out;
  for (const char c : text) out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  return out;
}

std::string filler(Rng& rng) {
  std::string line(rng.below(4) * 4, ' ');
  while (line.size() < kLineBytesMax && rng.below(8) != 0) line += rng.hex(1 + rng.below(6)) + " ";
  return line + "\n";
}

std::string piece(const Pieces& pieces, Rng& rng) {
  if (rng.below(3) != 0) return filler(rng);
  std::string text = pieces.sample(rng).text;
  switch (rng.below(10)) {
    case 0:
      return "data: " + crypto::base64_encode(text) + "\n";
    case 1:
      return wrapped(crypto::base64_encode(text), 64) + "\n";
    case 2:
      return "q=" + percent(text) + "\n";
    case 3:
      return text.insert(rng.below(text.size() + 1), kBreak) + "\n";
    case 4:
      return "{\"k\": \"" + text + "\"}\n";
    default:
      return text + "\n";
  }
}

std::string text_of(const Pieces& pieces, Rng& rng, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += piece(pieces, rng);
  return text;
}

void edit(std::string& text, const Pieces& pieces, Rng& rng) {
  for (std::uint64_t edits = 1 + rng.below(4); edits > 0; --edits) {
    const std::size_t at = rng.below(text.size() + 1);
    const std::size_t size = rng.below(120);
    switch (rng.below(7)) {
      case 0:
        text.insert(at, text_of(pieces, rng, 1 + rng.below(3)));
        break;
      case 1:
        text.erase(at, size);
        break;
      case 2:  // A piece is copied: cuts on three sides.
        text.insert(rng.below(text.size() + 1), text.substr(at, size * 4));
        break;
      case 3:
        text.insert(at, 1, "\n \"'=:x;\\"[rng.below(9)]);
        break;
      case 4:
        text.insert(at, kBreak);
        break;
      case 5:
        text.replace(at, size, piece(pieces, rng));
        break;
      default: {  // What broke a sample goes away.
        const std::size_t broken = text.find(kBreak, at);
        if (broken != std::string::npos) text.erase(broken, kBreak.size());
      }
    }
  }
}

std::string history(const Pieces& pieces, Rng& rng) {
  std::string path = rng.below(3) == 0 ? pieces.sample(rng).path : "";
  if (path.empty() || path.starts_with('/')) path = rng.below(2) == 0 ? "src/a.py" : ".env";
  std::string text = text_of(pieces, rng, 10 + rng.below(60));
  std::string stream;
  const std::uint64_t commits = 3 + rng.below(kCommitsMax - 2);
  for (std::uint64_t i = 0; i < commits; ++i) {
    edit(text, pieces, rng);
    stream += fmt::format(
        "commit refs/heads/main\ncommitter A <a@b.test> {} +0000\ndata 1\nx\n"
        "M 100644 inline {}\ndata {}\n{}\n",
        1'700'000'000 + i, path, text.size(), text);
  }
  return stream;
}

Result<> make(const fs::path& rules, const fs::path& folder, std::uint64_t first,
              std::uint64_t count) {
  LR_TRY(const Pieces pieces, Pieces::load(rules));
  for (std::uint64_t number = first; number < first + count; ++number) {
    SeededRng rng(number);
    std::ofstream out(folder / fmt::format("{}.stream", number), std::ios::binary);
    out << history(pieces, rng);
    out.close();
    if (!out) return fail(Code::kUnavailable, "cannot write below " + folder.string());
  }
  return {};
}

using Hash = std::size_t;
Hash hash(std::string_view text) { return std::hash<std::string_view>{}(text); }

/// What was found, by name of the file, and by object and place in it.
class Found final : public CandidateSink {
 public:
  void found(const Candidate& candidate) override {
    const Place& place = candidate.place;
    const auto name =
        std::tuple(hash(place.path), hash(candidate.rule->id), hash(candidate.secret));
    if (by_name.insert(name).second) {
      what[name] = fmt::format("{} at {}:{}:{} {} via {}", candidate.rule->id, place.path,
                               place.line, place.column, place.object, fmt::join(place.via, ">"));
    }
    by_place.emplace(hash(place.path) ^ hash(place.object), place.offset, place.line,
                     hash(candidate.rule->id), hash(candidate.secret));
  }
  std::set<std::tuple<Hash, Hash, Hash>> by_name;
  std::map<std::tuple<Hash, Hash, Hash>, std::string> what;  ///< For a reader; holds no value.
  std::set<std::tuple<Hash, std::uint64_t, std::uint32_t, Hash, Hash>> by_place;
};

/// Has everything looked at twice: as the deltas say, and whole.
class Both final : public DocumentVisitor {
 public:
  Both(Scanner& by_delta, Scanner& whole) : by_delta_(by_delta), whole_(whole) {}
  void visit(const Document& document) override {
    by_delta_.visit(document);
    whole_.visit(document);
  }
  void visit_changed(const Document& document, std::span<const Range> changed) override {
    ++deltas;
    by_delta_.visit_changed(document, changed);
    whole_.visit(document);
  }
  std::uint64_t deltas = 0;

 private:
  Scanner& by_delta_;
  Scanner& whole_;
};

struct Totals {
  std::uint64_t repositories = 0, deltas = 0, places = 0, distinct = 0, missed = 0, extra = 0,
                unread = 0;
};

template <typename Set>
std::uint64_t only_in(const Set& a, const Set& b) {
  return static_cast<std::uint64_t>(
      std::ranges::count_if(a, [&](const auto& one) { return !b.contains(one); }));
}

Result<> compare_one(const Catalogue& catalogue, const std::string& path, Totals& totals) {
  LR_TRY(const auto source, git::GitSource::open(path));
  Found by_delta;
  Found by_whole;
  ScannerOptions options;
  options.least = Confidence::kLow;
  Scanner delta_scanner(catalogue, by_delta, options);
  Scanner whole_scanner(catalogue, by_whole, options);
  Both both(delta_scanner, whole_scanner);
  Coverage coverage;
  LR_TRY_VOID(source->read(both, coverage));
  const std::uint64_t missed = only_in(by_whole.by_name, by_delta.by_name);
  const std::uint64_t extra = only_in(by_delta.by_place, by_whole.by_place);
  if (missed + extra > 0) fmt::print(stderr, "{}: missed {}, extra {}\n", path, missed, extra);
  for (const auto& [name, text] : by_whole.what) {
    if (!by_delta.by_name.contains(name)) fmt::print(stderr, "  missed {}\n", text);
  }
  ++totals.repositories;
  totals.deltas += both.deltas;
  totals.places += by_whole.by_place.size();
  totals.distinct += by_whole.by_name.size();
  totals.missed += missed;
  totals.extra += extra;
  totals.unread += coverage.skipped;
  return {};
}

Result<> compare(std::span<char*> repositories) {
  LR_TRY(const auto catalogue, Catalogue::built_in());
  Totals totals;
  for (const char* path : repositories) LR_TRY_VOID(compare_one(*catalogue, path, totals));
  fmt::print(
      "{{\"repositories\":{},\"deltas\":{},\"places\":{},\"distinct\":{},\"missed\":{},"
      "\"extra\":{},\"unread\":{}}}\n",
      totals.repositories, totals.deltas, totals.places, totals.distinct, totals.missed,
      totals.extra, totals.unread);
  return {};
}

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

Result<> run(std::span<char*> arguments) {
  const std::string_view verb = arguments.size() > 1 ? arguments[1] : "";
  if (verb == "make" && arguments.size() == 6) {
    return make(arguments[2], arguments[3], number(arguments[4]), number(arguments[5]));
  }
  if (verb == "compare" && arguments.size() > 2) return compare(arguments.subspan(2));
  return fail(Code::kInvalidArgument, "give make RULES FOLDER FIRST COUNT, or compare REPOSITORY…");
}

}  // namespace

int main(int count, char** arguments) {
  const auto done = run({arguments, static_cast<std::size_t>(count)});
  if (!done) fmt::print(stderr, "bench_secrets_delta: {}\n", done.error().detail());
  return done ? 0 : 2;
}
