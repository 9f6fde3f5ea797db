# Precompiled headers for the full builds: what nearly every file includes, compiled once. The
# quick loop (preset dev) does without, so that a missing #include shows.
option(LR_PCH "Precompile the headers that nearly every file includes" OFF)

set(LR_PURE_HEADERS <algorithm> <array> <chrono> <expected> <functional> <map> <memory> <optional>
    <span> <string> <string_view> <variant> <vector> <fmt/format.h> <boost/json.hpp>)
# Only where Asio is linked: its headers hold static objects.
set(LR_IO_HEADERS <boost/asio/awaitable.hpp> <boost/asio/io_context.hpp>)
set(LR_IO_ROOMS net store probe audit guard lab cli e2e)

function(lr_precompiled_headers name)
  add_library(${name} OBJECT ${CMAKE_BINARY_DIR}/generated/precompiled.cpp)
  target_precompile_headers(${name} PRIVATE ${ARGN})
  target_link_libraries(${name} PRIVATE Threads::Threads fmt::fmt Boost::json)
endfunction()

if(LR_PCH)
  add_compile_options("SHELL:-Xclang -fno-pch-timestamp" -pthread)
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/precompiled.cpp CONTENT "")
  lr_precompiled_headers(lr_pch_pure ${LR_PURE_HEADERS})
  lr_precompiled_headers(lr_pch_io ${LR_PURE_HEADERS} ${LR_IO_HEADERS})
  if(LR_TESTS)
    lr_precompiled_headers(lr_pch_pure_test ${LR_PURE_HEADERS} <gtest/gtest.h>)
    lr_precompiled_headers(lr_pch_io_test ${LR_PURE_HEADERS} ${LR_IO_HEADERS} <gtest/gtest.h>)
    target_link_libraries(lr_pch_pure_test PRIVATE GTest::gtest)
    target_link_libraries(lr_pch_io_test PRIVATE GTest::gtest)
  endif()
endif()

# lr_precompile(target room [TEST])
function(lr_precompile target room)
  if(NOT LR_PCH)
    return()
  endif()
  set(kind pure)
  if(room IN_LIST LR_IO_ROOMS)
    set(kind io)
  endif()
  if("TEST" IN_LIST ARGN)
    string(APPEND kind _test)
  endif()
  target_precompile_headers(${target} REUSE_FROM lr_pch_${kind})
endfunction()
