// The verbs as data, for completion and for tools that start the program.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "cli/help_text.h"
#include "text/json.h"

namespace lr::cli {
namespace {

namespace json = boost::json;

json::object verb_object(const VerbDef& verb) {
  json::array usage;
  for (const std::string& line : usage_lines(verb)) usage.emplace_back(line);
  json::array subverbs;
  for (const SubverbDef& subverb : verb.subverbs) {
    subverbs.push_back(json::object{{"name", subverb.name}, {"text", subverb.text}});
  }
  json::array flags;
  for (const FlagDef& flag : verb.flags) {
    flags.push_back(json::object{{"name", flag.name},
                                 {"value", flag.value},
                                 {"text", flag.text},
                                 {"default", flag.fallback}});
  }
  json::array examples;
  for (const Example& example : verb.examples) {
    examples.push_back(json::object{{"command", example.command}, {"text", example.text}});
  }
  return json::object{{"name", verb.name},
                      {"summary", verb.summary},
                      {"description", verb.description},
                      {"usage", std::move(usage)},
                      {"subverbs", std::move(subverbs)},
                      {"flags", std::move(flags)},
                      {"examples", std::move(examples)}};
}

}  // namespace

std::string verbs_json(Verbs verbs) {
  json::array all;
  for (const VerbDef* verb : verbs) all.push_back(verb_object(*verb));
  return text::pretty_json(all);
}

}  // namespace lr::cli
