# Everything comes from Debian packages; tools/setup.sh installs them.
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_package(OpenSSL 3 REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(re2 REQUIRED IMPORTED_TARGET re2)
add_library(re2::re2 ALIAS PkgConfig::re2)
pkg_check_modules(hs REQUIRED IMPORTED_TARGET libhs)
pkg_check_modules(deflate REQUIRED IMPORTED_TARGET libdeflate)
pkg_check_modules(tomlplusplus REQUIRED tomlplusplus)  # Headers only.
# Not by pkg-config: its file asks for the libraries of a static link, too.
find_path(UNBOUND_INCLUDE_DIR unbound.h REQUIRED)
find_library(UNBOUND_LIBRARY unbound REQUIRED)
add_library(unbound::unbound UNKNOWN IMPORTED)
set_target_properties(unbound::unbound PROPERTIES IMPORTED_LOCATION ${UNBOUND_LIBRARY}
                      INTERFACE_INCLUDE_DIRECTORIES ${UNBOUND_INCLUDE_DIR})
find_path(IDN2_INCLUDE_DIR idn2.h REQUIRED)
find_library(IDN2_LIBRARY idn2 REQUIRED)
add_library(idn2::idn2 UNKNOWN IMPORTED)
set_target_properties(idn2::idn2 PROPERTIES IMPORTED_LOCATION ${IDN2_LIBRARY}
                      INTERFACE_INCLUDE_DIRECTORIES ${IDN2_INCLUDE_DIR})
if(LR_TESTS)
  find_package(GTest REQUIRED)
endif()
