# lr_registry(folder plural out): src/audit/checks/cors_reflection.cpp must define
# `extern const CheckDef check_cors_reflection`. This writes all_checks.gen.cpp with a sorted table
# `std::span<const CheckDef* const> all_checks()`. No macro, no static constructor: main passes the
# table on.
function(lr_registry folder plural out)
  set(singular_checks check)
  set(type_checks CheckDef)
  set(namespace_checks lr::audit)
  set(header_checks audit/check.h)
  set(singular_filters filter)
  set(type_filters FilterDef)
  set(namespace_filters lr::guard)
  set(header_filters guard/filter.h)
  set(singular_verbs verb)
  set(type_verbs VerbDef)
  set(namespace_verbs lr::cli)
  set(header_verbs cli/verb.h)
  set(singular_areas area)
  set(type_areas Area)
  set(namespace_areas lr::domain)
  set(header_areas domain/check.h)
  # Every part of the domain room defines areas of its own.
  set(parent_areas ${folder}/../*)
  set(parent ${folder})
  if(DEFINED parent_${plural})
    set(parent ${parent_${plural}})
  endif()
  file(GLOB files CONFIGURE_DEPENDS ${parent}/${plural}/*.cpp)
  list(FILTER files EXCLUDE REGEX "_test\\.cpp$")
  list(SORT files)
  set(declarations "")
  set(rows "")
  foreach(file ${files})
    get_filename_component(stem ${file} NAME_WE)
    set(symbol ${singular_${plural}}_${stem})
    string(APPEND declarations "extern const ${type_${plural}} ${symbol};\n")
    string(APPEND rows "    &${symbol},\n")
  endforeach()
  set(generated ${CMAKE_BINARY_DIR}/generated/all_${plural}.gen.cpp)
  file(CONFIGURE OUTPUT ${generated} CONTENT
"// Generated from the files of ${plural}/ by cmake/Registry.cmake.
#include <array>
#include <span>

#include \"${header_${plural}}\"

namespace ${namespace_${plural}} {
${declarations}
namespace {
constexpr auto kTable = std::to_array<const ${type_${plural}}*>({
${rows}});
}  // namespace

std::span<const ${type_${plural}}* const> all_${plural}() { return kTable; }
}  // namespace ${namespace_${plural}}
" @ONLY)
  set(${out} ${generated} PARENT_SCOPE)
endfunction()
