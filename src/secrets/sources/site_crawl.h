// One reading of a site: what to ask for next, and what to make of the answers.
#pragma once

#include <deque>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "secrets/sources/chunk_names.h"
#include "secrets/sources/inflate.h"
#include "secrets/sources/site_links.h"
#include "secrets/sources/source_map.h"
#include "secrets/sources/web.h"

namespace lr::secrets::sources {

/// By its content type, or by its first bytes when it has none.
bool is_html(const Fetched& answer);

class SiteCrawl {
 public:
  /// Everything outlives the crawl.
  struct Parties {
    Fetcher& fetcher;
    DocumentVisitor& visitor;
    Coverage& coverage;
  };
  SiteCrawl(const Parties& parties, const WebOptions& options)
      : fetcher_(parties.fetcher),
        visitor_(parties.visitor),
        coverage_(parties.coverage),
        options_(options) {}

  Result<> run();

  BundleOrigins& origins() { return origins_; }
  std::vector<Observation>& observations() { return observations_; }
  std::size_t requests() const { return requests_; }

 private:
  /// Why a URL is asked for: it decides what its absence means.
  enum class Reason : std::uint8_t { kStart, kNamed, kLink, kGuess };
  struct Job {
    text::Url url;
    LinkKind kind = LinkKind::kPage;
    Reason reason = Reason::kNamed;
    std::size_t redirects = 0;
  };
  struct ChunkRule {
    ChunkName name;
    text::Url from;
  };

  // What to ask for.
  void allow(std::string origin) { origins_allowed_.insert(std::move(origin)); }
  bool allowed(const Job& job);
  void enqueue(Job job);
  void enqueue_reference(const Job& from, std::string_view reference, LinkKind kind, Reason reason);
  void enqueue_well_known(const Job& start);
  void enqueue_chunks(const text::Url& from, std::string_view script);
  void enqueue_chunk(const ChunkRule& rule, std::string_view id);

  // What comes back.
  void work_off();
  std::optional<Fetched> get(const text::Url& url);
  bool decode_body(const text::Url& url, Fetched& answer);
  void process(const Job& job);
  void redirect(const Job& job, const Fetched& answer);
  void note_status(const Job& job, int status);
  void take(const Job& job, const Fetched& answer);
  void take_page(const Job& job, const std::string& html);
  void take_file(const Job& job, const Fetched& answer);
  void take_references(const Job& from, std::string_view text);
  void take_headers(const text::Url& url, const Fetched& answer);

  // Source maps.
  void find_map(const text::Url& bundle, const Fetched& answer);
  void fetch_map(const text::Url& bundle, std::string_view text, std::string_view reference);
  void use_map(const text::Url& bundle, std::string_view bundle_text, const text::Url& at,
               std::string_view map_text);
  void visit_sources(std::string_view path, const SourceMap& map);

  void visit(Surface surface, std::string_view path, std::string_view bytes, std::string step);
  void skip(const text::Url& url, std::string reason);
  void observe(Observation::Kind kind, std::string url, std::string detail);

  Fetcher& fetcher_;
  DocumentVisitor& visitor_;
  Coverage& coverage_;
  const WebOptions& options_;
  BundleOrigins origins_;
  std::vector<Observation> observations_;
  Inflater inflater_;

  std::set<std::string, std::less<>> origins_allowed_;
  std::set<std::string, std::less<>> origins_foreign_;
  std::set<std::string, std::less<>> seen_;
  std::deque<Job> named_;
  std::deque<Job> guesses_;
  PublicPaths public_paths_;
  std::vector<ChunkRule> chunk_rules_;
  std::set<std::string, std::less<>> chunk_ids_;
  std::size_t requests_ = 0;
  std::size_t pages_ = 0;
  std::uint64_t bytes_ = 0;
  bool started_ = false;    ///< A start page came.
  bool exhausted_ = false;  ///< A bound was reached, and noted.
};

}  // namespace lr::secrets::sources
