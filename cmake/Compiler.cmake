# One place for flags. Warnings are errors everywhere.
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()
add_compile_options(-Wall -Wextra -Wconversion -Wshadow -Wnon-virtual-dtor -Werror
                    -fno-omit-frame-pointer)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_compile_options(-Wthread-safety -fcolor-diagnostics)
  add_link_options(-fuse-ld=lld)
endif()
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1 -DNDEBUG")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
# Sanitizers: -O1 because it compiles as fast as anything that still runs fast, and the libraries'
# own assertions.
set(CMAKE_CXX_FLAGS_SANITIZE "-O1 -g1 -D_GLIBCXX_ASSERTIONS")
if(NOT LR_SANITIZE)
  add_compile_options($<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=2> -fstack-protector-strong)
else()
  add_compile_options(-fsanitize=${LR_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${LR_SANITIZE})
endif()
if(LR_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
find_program(LR_CCACHE ccache)
if(LR_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${LR_CCACHE})
endif()
# Asio takes coroutine frames from operator new, which remembers freed blocks per thread;
# aligned_alloc(3) does not, and nothing in a frame needs more than the usual alignment.
add_compile_definitions(BOOST_ASIO_DISABLE_STD_ALIGNED_ALLOC BOOST_ASIO_DISABLE_BOOST_ALIGN
                        BOOST_ASIO_RECYCLING_ALLOCATOR_CACHE_SIZE=8)
# Asio and Beast without the parts nobody uses, so that they compile faster.
add_compile_definitions(BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_ARRAY
                        BOOST_ASIO_DISABLE_BOOST_BIND BOOST_ASIO_DISABLE_BOOST_DATE_TIME
                        BOOST_ASIO_DISABLE_BOOST_REGEX BOOST_ASIO_SEPARATE_COMPILATION)
