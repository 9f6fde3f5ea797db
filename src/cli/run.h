#pragma once

namespace lr::cli {

/// The whole program: parses, runs one verb, returns the exit code. Never throws.
int run(int argc, char** argv);

}  // namespace lr::cli
