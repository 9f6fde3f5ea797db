// read_site FOLDER MARKER...: reads a built site from disk as if it were served at https://site/,
// and prints for each marker every place where it was seen, with its original place.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "secrets/sources/web.h"

namespace lr::secrets {
namespace {

class FolderFetcher final : public Fetcher {
 public:
  explicit FolderFetcher(std::filesystem::path root) : root_(std::move(root)) {}
  Result<Fetched> fetch(const text::Url& url, std::size_t) override {
    const std::string path = text::percent_decode(url.target.substr(1, url.target.find('?') - 1));
    std::ifstream file(root_ / (path.empty() ? "index.html" : path), std::ios::binary);
    Fetched answer;
    answer.status = file ? 200 : 404;
    if (path.empty()) answer.headers.add("Content-Type", "text/html");
    answer.body.assign(std::istreambuf_iterator<char>(file), {});
    return answer;
  }

 private:
  std::filesystem::path root_;
};

class MarkerVisitor final : public DocumentVisitor {
 public:
  MarkerVisitor(char** begin, char** end) : markers_(begin, end) {}
  void visit(const Document& document) override {
    for (const std::string& marker : markers_) {
      const std::size_t at = document.bytes.find(marker);
      if (at == std::string_view::npos) continue;
      const std::string_view before = document.bytes.substr(0, at);
      Place place;
      place.path = document.path;
      place.via = {document.via.begin(), document.via.end()};
      place.line = 1 + static_cast<std::uint32_t>(std::ranges::count(before, '\n'));
      place.column = static_cast<std::uint32_t>(at - before.rfind('\n'));
      found.push_back({marker, std::move(place)});
    }
  }
  void visit_changed(const Document& document, std::span<const Range>) override { visit(document); }
  std::vector<std::pair<std::string, Place>> found;

 private:
  std::vector<std::string> markers_;
};

int run(int count, char** arguments) {
  if (count < 3) return 2;
  FolderFetcher fetcher(arguments[1]);
  WebSource source(fetcher, {.start = {*text::parse_url("https://site/")}, .asset_origins = {}});
  MarkerVisitor visitor(arguments + 2, arguments + count);
  Coverage coverage;
  if (!source.read(visitor, coverage)) return 1;
  for (auto& [marker, place] : visitor.found) {
    Place* places[] = {&place};
    source.locate(places);
    std::printf("%s|%s|%s|%s:%u\n", marker.c_str(), place.path.c_str(),
                place.via.empty() ? "" : place.via.back().c_str(), place.original.c_str(),
                place.line);
  }
  for (const Coverage::Gap& gap : coverage.gaps) {
    std::printf("gap|%s|%s\n", gap.path.c_str(), gap.reason.c_str());
  }
  return 0;
}

}  // namespace
}  // namespace lr::secrets

int main(int count, char** arguments) { return lr::secrets::run(count, arguments); }
