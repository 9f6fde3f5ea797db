// A folder that is gone when the test is.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "base/rng.h"

namespace lr::store {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    SystemRng rng;
    path_ = std::filesystem::temp_directory_path() / ("lr-store-" + rng.hex(8));
    std::filesystem::create_directory(path_);
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::string file(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace lr::store
