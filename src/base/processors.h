// How many threads can work at the same time.
#pragma once

#include <cstddef>

namespace lr {

/// Processors that this thread may run on (sched_getaffinity(2)), at least one. Fewer than the
/// machine has under taskset(1), in a container with a CPU set, or in a service with CPUAffinity=.
std::size_t usable_processors();

}  // namespace lr
