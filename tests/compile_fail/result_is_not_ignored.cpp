// An Error that nobody looks at does not compile.
#include "base/error.h"

lr::Error trouble();

void call() {
#pragma clang diagnostic error "-Wunused-result"
#ifdef MUST_NOT_COMPILE
  trouble();
#else
  static_cast<void>(trouble());
#endif
}
