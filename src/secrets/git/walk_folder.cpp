#include "secrets/git/walk_folder.h"

#include <sys/stat.h>

#include <set>
#include <utility>

#include "secrets/git/folder.h"

namespace lr::secrets::git {
namespace {

class Walk {
 public:
  Walk(const std::string& root, const std::function<void(const std::string&)>& file,
       const std::function<bool(const std::string&)>& enter)
      : root_(root), file_(file), enter_(enter) {}

  void into(const std::string& below, int depth) {
    struct stat info{};
    const std::string folder = below.empty() ? root_ : root_ + "/" + below;
    if (::stat(folder.c_str(), &info) != 0 || depth > kFolderDepth) return;
    if (!entered_.emplace(info.st_dev, info.st_ino).second) return;
    const auto names = list_folder(folder);
    if (!names) return file_(below);
    for (const std::string& name : *names) {
      const std::string path = below.empty() ? name : below + "/" + name;
      if (!is_folder(root_ + "/" + path)) {
        file_(path);
      } else if (!enter_ || enter_(path)) {
        into(path, depth + 1);
      }
    }
  }

 private:
  const std::string& root_;
  const std::function<void(const std::string&)>& file_;
  const std::function<bool(const std::string&)>& enter_;
  std::set<std::pair<dev_t, ino_t>> entered_;
};

}  // namespace

void walk_folder(const std::string& folder, const std::function<void(const std::string&)>& file,
                 const std::function<bool(const std::string&)>& enter) {
  Walk(folder, file, enter).into("", 0);
}

}  // namespace lr::secrets::git
