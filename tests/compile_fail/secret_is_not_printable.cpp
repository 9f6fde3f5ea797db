// A Secret cannot be streamed, so it cannot slip into a log line.
#include <iostream>

#include "base/secret.h"

void print(const lr::Secret& secret) {
#ifdef MUST_NOT_COMPILE
  std::cout << secret;
#else
  std::cout << secret.empty();
#endif
}
