#include "base/processors.h"

#include <sched.h>

#include <algorithm>
#include <thread>

namespace lr {

std::size_t usable_processors() {
  cpu_set_t set;
  // Fails where there are more processors than fit the set.
  if (::sched_getaffinity(0, sizeof set, &set) == 0) {
    return static_cast<std::size_t>(std::max(1, CPU_COUNT(&set)));
  }
  return std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace lr
