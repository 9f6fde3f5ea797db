#pragma once

#include "cli/verb.h"

namespace lr::cli {

/// `launchready secrets rules list|explain|lint`. Returns the exit code.
int run_secret_rules(const Arguments& arguments);

}  // namespace lr::cli
