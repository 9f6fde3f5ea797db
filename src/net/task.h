// The coroutine type of the project. Rules (enforced by tools/lint_coroutines.py): co_await stands
// alone in its statement; coroutines are named functions taking parameters by value or references
// owned by the awaiting scope; no capturing lambda coroutines; nothing is detached.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "base/error.h"

namespace lr::net {

namespace asio = boost::asio;

using Executor = asio::io_context::executor_type;

/// Failures are values; an exception out of a Task is a bug.
template <class T = void>
using Task = asio::awaitable<Result<T>, Executor>;

}  // namespace lr::net
