#include "secrets/sources/site_crawl.h"

#include <algorithm>
#include <array>
#include <utility>

#include "text/fields.h"

namespace lr::secrets::sources {
namespace {

constexpr std::size_t kChunkNames = 100'000;  ///< Tried in one crawl.

/// Files that hold configuration or lists of other files, by the tools that write them.
constexpr std::array kWellKnown = {
    "asset-manifest.json",
    "manifest.json",
    ".vite/manifest.json",
    "ngsw.json",
    "sw.js",
    "service-worker.js",
    "firebase-messaging-sw.js",
    "config.js",
    "config.json",
    "env.js",
    "env-config.js",
    "runtime-config.js",
};

/// "example.com" and "www.example.com": one redirecting to the other stays at home.
bool related(std::string_view a, std::string_view b) {
  return a == b || a.ends_with("." + std::string(b)) || b.ends_with("." + std::string(a));
}

}  // namespace

bool is_html(const Fetched& answer) {
  const auto type = answer.headers.get("content-type");
  if (type && !type->empty()) return text::lower_ascii(*type).contains("html");
  return answer.body.starts_with("<!") || answer.body.starts_with("<html");
}

Result<> SiteCrawl::run() {
  for (const std::string& origin : options_.asset_origins) allow(origin);
  for (const text::Url& url : options_.start) {
    allow(url.origin());
    enqueue({.url = url, .kind = LinkKind::kPage, .reason = Reason::kStart});
  }
  work_off();
  if (started_) return {};
  const std::string reason = coverage_.gaps.empty() ? "no address" : coverage_.gaps.back().reason;
  return fail(Code::kUnavailable, "no start page could be fetched: " + reason);
}

bool SiteCrawl::allowed(const Job& job) {
  const std::string origin = job.url.origin();
  if (origins_allowed_.contains(origin)) return true;
  if (job.kind == LinkKind::kScript && job.reason == Reason::kNamed &&
      origins_foreign_.insert(origin).second) {
    observe(Observation::Kind::kForeignOrigin, job.url.str(),
            "scripts from this origin were not read: it is not declared as the site's own");
  }
  return false;
}

void SiteCrawl::enqueue(Job job) {
  if (!allowed(job) || !seen_.insert(job.url.str()).second) return;
  if (job.kind == LinkKind::kPage && job.reason == Reason::kLink) {
    if (!options_.follow_links || pages_ >= options_.pages) return;
    ++pages_;
  }
  if (job.kind == LinkKind::kScript) public_paths_.add(job.url);
  (job.reason == Reason::kGuess ? guesses_ : named_).push_back(std::move(job));
}

void SiteCrawl::enqueue_reference(const Job& from, std::string_view reference, LinkKind kind,
                                  Reason reason) {
  auto url = reason == Reason::kGuess ? public_paths_.resolve(from.url, reference)
                                      : resolve_reference(from.url, reference);
  if (url) enqueue({.url = std::move(*url), .kind = kind, .reason = reason});
}

void SiteCrawl::enqueue_well_known(const Job& start) {
  if (!options_.probe) return;
  for (const std::string_view name : kWellKnown) {
    enqueue_reference(start, "/" + std::string(name), LinkKind::kAsset, Reason::kGuess);
    enqueue_reference(start, "./" + std::string(name), LinkKind::kAsset, Reason::kGuess);
  }
}

/// Rules and ids may stand in different scripts, so each new one meets all known of the other.
void SiteCrawl::enqueue_chunks(const text::Url& from, std::string_view script) {
  std::vector<std::string> fresh;
  for (std::string& id : loaded_chunk_ids(script)) {
    if (chunk_ids_.size() < kChunkNames && chunk_ids_.insert(id).second) {
      fresh.push_back(std::move(id));
    }
  }
  for (const ChunkRule& rule : chunk_rules_) {
    for (const std::string& id : fresh) enqueue_chunk(rule, id);
  }
  for (ChunkName& name : ChunkName::find(script)) {
    const ChunkRule rule{.name = std::move(name), .from = from};
    for (const std::string& id : rule.name.ids()) enqueue_chunk(rule, id);
    for (const std::string& id : chunk_ids_) enqueue_chunk(rule, id);
    if (chunk_rules_.size() < 64) chunk_rules_.push_back(rule);
  }
}

void SiteCrawl::enqueue_chunk(const ChunkRule& rule, std::string_view id) {
  if (guesses_.size() > kChunkNames) return;
  const auto name = rule.name.name(id);
  if (!name) return;
  const auto url = public_paths_.resolve(rule.from, *name);
  if (url) enqueue({.url = *url, .kind = LinkKind::kScript, .reason = Reason::kGuess});
}

void SiteCrawl::work_off() {
  while (!exhausted_ && (!named_.empty() || !guesses_.empty())) {
    std::deque<Job>& queue = named_.empty() ? guesses_ : named_;
    const Job job = std::move(queue.front());
    queue.pop_front();
    process(job);
  }
}

std::optional<Fetched> SiteCrawl::get(const text::Url& url) {
  if (requests_ >= options_.requests || bytes_ >= options_.total_bytes) {
    if (!std::exchange(exhausted_, true)) {
      skip(url, "and what follows: more requests or bytes than allowed for one site");
    }
    return std::nullopt;
  }
  ++requests_;
  auto answer = fetcher_.fetch(url, options_.body_bytes);
  if (!answer) {
    skip(url, "no answer: " + answer.error().detail());
    return std::nullopt;
  }
  bytes_ += answer->body.size();
  if (answer->body_cut) skip(url, "longer than allowed, its end was not read");
  if (!decode_body(url, *answer)) return std::nullopt;
  return std::move(*answer);
}

/// Takes off a content coding that came although none was asked for (RFC 9110 section 8.4).
bool SiteCrawl::decode_body(const text::Url& url, Fetched& answer) {
  const auto coding = answer.headers.get("content-encoding");
  if (!coding || coding->empty() || text::equals_ignoring_case(*coding, "identity")) return true;
  const auto header = gzip_header_size(answer.body);
  if (!text::equals_ignoring_case(*coding, "gzip") || !header) {
    skip(url, "content coding " + std::string(*coding) + " is not supported");
    return false;
  }
  const Inflated out =
      inflater_.inflate(std::string_view(answer.body).substr(*header), 0, options_.body_bytes);
  if (!out.problem.empty()) skip(url, std::string(out.problem));
  answer.body = std::string(out.view());
  bytes_ += answer.body.size();
  return true;
}

void SiteCrawl::process(const Job& job) {
  const auto answer = get(job.url);
  if (!answer) return;
  if (answer->status >= 300 && answer->status < 400) return redirect(job, *answer);
  if (answer->status >= 400) {
    note_status(job, answer->status);
    if (job.kind != LinkKind::kPage) return;
  }
  take(job, *answer);
}

void SiteCrawl::redirect(const Job& job, const Fetched& answer) {
  const auto location = answer.headers.get("location");
  if (!location) return;
  take_headers(job.url, answer);
  auto target = resolve_reference(job.url, *location);
  if (!target || job.redirects >= options_.redirects) {
    if (job.reason != Reason::kGuess) skip(job.url, "redirects too often or to no address");
    return;
  }
  if (job.reason == Reason::kStart) {
    if (related(job.url.host, target->host)) allow(target->origin());
    if (!origins_allowed_.contains(target->origin())) {
      return skip(job.url, "redirects to another site: " + target->origin());
    }
  }
  enqueue({.url = std::move(*target),
           .kind = job.kind,
           .reason = job.reason,
           .redirects = job.redirects + 1});
}

void SiteCrawl::note_status(const Job& job, int status) {
  const bool expected = job.reason == Reason::kGuess ||
                        (job.reason == Reason::kLink && status < 500 && status != 429);
  if (!expected) skip(job.url, "status " + std::to_string(status));
}

void SiteCrawl::take(const Job& job, const Fetched& answer) {
  const bool html = is_html(answer);
  if (html && job.kind != LinkKind::kPage) {
    // A single-page application answers every path with its page.
    if (job.reason != Reason::kGuess) skip(job.url, "a page came where a file should be");
    return;
  }
  started_ = started_ || (job.reason == Reason::kStart && answer.status < 400);
  take_headers(job.url, answer);
  if (html) return take_page(job, answer.body);
  take_file(job, answer);
}

void SiteCrawl::take_headers(const text::Url& url, const Fetched& answer) {
  std::string lines;
  for (const text::Header& header : answer.headers) {
    lines.append(header.name).append(": ").append(header.value).push_back('\n');
  }
  if (!lines.empty()) visit(Surface::kPage, url.str(), lines, "response headers");
}

void SiteCrawl::take_page(const Job& job, const std::string& html) {
  visit(Surface::kPage, job.url.str(), html, "");
  const PageLinks links = find_page_links(html);
  Job base = job;
  if (!links.base.empty()) {
    if (auto url = resolve_reference(job.url, links.base)) base.url = std::move(*url);
  }
  for (const PageLink& link : links.links) {
    enqueue_reference(base, link.reference, link.kind,
                      link.kind == LinkKind::kPage ? Reason::kLink : Reason::kNamed);
  }
  for (const std::string_view script : links.inline_scripts) {
    enqueue_chunks(base.url, script);
    take_references(base, script);
  }
  if (!links.next_build.empty()) {
    const std::string folder = "_next/static/" + links.next_build;
    for (const std::string_view name : {"/_buildManifest.js", "/_ssgManifest.js"}) {
      enqueue_reference(base, folder + std::string(name), LinkKind::kScript, Reason::kGuess);
      enqueue_reference(base, "/" + folder + std::string(name), LinkKind::kScript, Reason::kGuess);
    }
  }
  if (job.reason == Reason::kStart) enqueue_well_known(base);
}

void SiteCrawl::take_file(const Job& job, const Fetched& answer) {
  visit(Surface::kBundle, job.url.str(), answer.body, "");
  enqueue_chunks(job.url, answer.body);
  take_references(job, answer.body);
  find_map(job.url, answer);
}

void SiteCrawl::take_references(const Job& from, std::string_view text) {
  for (const std::string& reference : find_file_references(text)) {
    const bool script = reference.contains(".js") || reference.contains(".mjs");
    enqueue_reference(from, reference, script ? LinkKind::kScript : LinkKind::kAsset,
                      Reason::kGuess);
  }
}

void SiteCrawl::visit(Surface surface, std::string_view path, std::string_view bytes,
                      std::string step) {
  const std::vector<std::string> via =
      step.empty() ? std::vector<std::string>() : std::vector<std::string>{std::move(step)};
  visitor_.visit({.surface = surface, .path = path, .object = {}, .bytes = bytes, .via = via});
}

void SiteCrawl::skip(const text::Url& url, std::string reason) {
  coverage_.skip(url.str(), std::move(reason));
}

void SiteCrawl::observe(Observation::Kind kind, std::string url, std::string detail) {
  observations_.push_back({kind, std::move(url), std::move(detail)});
}

}  // namespace lr::secrets::sources
