"""The lints must be able to fail."""

import unittest

import lint_coroutines
import tidy


class CoroutineLint(unittest.TestCase):
    def test_allowed_forms(self):
        for text in (
            "auto v = co_await f(names, std::move(x));",
            "co_await f(a);",
            "co_return co_await f(a);",
            "LR_CO_TRY(auto v, co_await f(a));",
            "LR_CO_TRY_VOID(co_await f(a));",
            "if (ready) co_await f(a);",
            "const std::size_t n = co_await stream.read_some(out);",
            "result = co_await f(a);",
            "// if (co_await f()) in a comment",
        ):
            self.assertEqual(list(lint_coroutines.lint_text("Task<> g() { " + text + "\n}")), [], text)

    def test_refused_forms(self):
        for text in (
            "if (co_await f(a)) return;",
            "while (!co_await f(a)) {}",
            "auto v = c ? co_await f() : x;",
            "g(co_await f(a));",
            "auto v = Opt{.name = co_await f()};",
            "co_await f([x] { return x; });",
            "co_await f(Opt{.name = x});",
            "auto v = co_await f(a) + co_await f(b);",
            "auto v = 1 + co_await f(a);",
            "asio::co_spawn(e, f(), asio::detached);",
        ):
            self.assertNotEqual(list(lint_coroutines.lint_text("Task<> g() { " + text + "\n}")), [], text)


class TidyRules(unittest.TestCase):
    def problems(self, check, *arguments):
        judge = tidy.Tidy()
        check(judge, *arguments)
        return judge.problems

    def test_a_room_may_not_look_up(self):
        rooms, whys = tidy.read_deps("base: |\ntext: base | re2\nwhy pure: no sockets\n")
        refused = self.problems(tidy.check_include, "src/base/a.cpp", 3, "text/url.h", rooms, whys)
        self.assertEqual(len(refused), 1)
        self.assertIn("no sockets", refused[0])
        self.assertEqual(
            self.problems(tidy.check_include, "src/text/a.cpp", 3, "base/error.h", rooms, whys), [])

    def test_a_type_is_defined_once(self):
        one = "namespace lr::a {\nstruct Form {\n};\n}  // namespace lr::a\n"
        other = one.replace("lr::a", "lr::b")
        hidden = ("namespace lr::a {\nnamespace {\nstruct Form {\n};\n}  // namespace\n"
                  "}  // namespace lr::a\n")
        self.assertEqual(self.problems(tidy.check_one_definition,
                                       {"a.h": one, "b.h": other, "c.cpp": hidden}), [])
        refused = self.problems(tidy.check_one_definition, {"a.h": one, "b.h": one})
        self.assertEqual(len(refused), 1)
        self.assertIn("lr::a::Form is also defined in a.h", refused[0])

    def test_foreign_headers_are_listed(self):
        rooms, whys = tidy.read_deps("text: | re2\n")
        self.assertEqual(
            self.problems(tidy.check_include, "src/text/a.cpp", 1, "re2/re2.h", rooms, whys), [])
        self.assertEqual(
            len(self.problems(tidy.check_include, "src/text/a.cpp", 1, "boost/asio.hpp", rooms,
                              whys)), 1)

    def test_banned_words(self):
        self.assertTrue(self.problems(tidy.check_lines, "src/text/a.cpp", ["std::regex r;"]))
        self.assertTrue(self.problems(tidy.check_lines, "src/guard/a.cpp", ["throw 1;"]))
        self.assertFalse(self.problems(tidy.check_lines, "src/cli/a.cpp", ["throw 1;"]))
        self.assertTrue(self.problems(tidy.check_lines, "src/a.cpp", ["x" * 101]))

    def test_parameters_are_counted_at_the_top_level(self):
        self.assertEqual(tidy.count_parameters("()"), 0)
        self.assertEqual(tidy.count_parameters("(int a, std::map<int, int> b)"), 2)


if __name__ == "__main__":
    unittest.main()
