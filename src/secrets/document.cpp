#include "secrets/document.h"

#include <utility>

namespace lr::secrets {

std::string_view surface_name(Surface surface) {
  switch (surface) {
    case Surface::kTree:
      return "file";
    case Surface::kGit:
      return "git";
    case Surface::kPage:
      return "page";
    case Surface::kBundle:
      return "bundle";
    case Surface::kSourceMap:
      return "source map";
    case Surface::kHar:
      return "har";
    case Surface::kLog:
      return "log";
    case Surface::kEnvironment:
      return "environment";
    case Surface::kConfiguration:
      return "configuration";
    case Surface::kPrompt:
      return "prompt";
    case Surface::kImage:
      return "image layer";
  }
  return "file";
}

void Coverage::skip(std::string path, std::string reason) {
  ++skipped;
  if (gaps.size() < kGapsKept) gaps.push_back({std::move(path), std::move(reason)});
}

void Coverage::add(const Coverage& other) {
  documents += other.documents;
  bytes += other.bytes;
  decoded_bytes += other.decoded_bytes;
  objects += other.objects;
  skipped += other.skipped;
  for (const Gap& gap : other.gaps) {
    if (gaps.size() == kGapsKept) break;
    gaps.push_back(gap);
  }
}

void DocumentVisitor::share(std::size_t count, const Task& task) {
  for (std::size_t number = 0; number < count; ++number) task(number, *this);
}

}  // namespace lr::secrets
