#include "cli/run.h"

int main(int argc, char** argv) { return lr::cli::run(argc, argv); }
