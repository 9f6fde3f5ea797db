// The program in this process, as a user meets it: words in, exit code and text out.
#pragma once

#include <string>
#include <vector>

namespace lr::cli {

struct Outcome {
  int code = 0;
  std::string out;
  std::string err;
};

/// `words` come behind the program's name.
Outcome launch(std::vector<std::string> words);

}  // namespace lr::cli
