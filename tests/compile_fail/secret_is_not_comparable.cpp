// Comparing a Secret with == would leak its prefix through time.
#include "base/secret.h"

bool same(const lr::Secret& a, const lr::Secret& b) {
#ifdef MUST_NOT_COMPILE
  return a == b;
#else
  return a.empty() == b.empty();
#endif
}
