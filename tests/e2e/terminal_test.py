"""What long work shows on a terminal, and that it is silent in a pipe."""

import fcntl
import json
import os
import pty
import re
import select
import struct
import subprocess
import termios
import unittest

import program


class Screen:
    """Runs one verb with stderr, and stdout if asked, on a terminal of so many columns."""

    def __init__(self, words, columns=80, term="xterm", output=False, env=None):
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        environment = {**os.environ, "TERM": term, **(env or {})}
        process = subprocess.Popen([program.PROGRAM, *words], stdin=subprocess.DEVNULL,
                                   stdout=theirs if output else subprocess.PIPE, stderr=theirs,
                                   env=environment)
        os.close(theirs)
        self.out = b""
        self.shown = b""
        self._collect(ours, process)
        self.code = process.wait(timeout=program.PATIENCE)
        os.close(ours)

    def _collect(self, terminal, process):
        sources = [terminal] + ([process.stdout] if process.stdout else [])
        while sources:
            for source in select.select(sources, [], [], program.PATIENCE)[0]:
                try:
                    data = os.read(source if source == terminal else source.fileno(), 65536)
                except OSError:  # The other side of a terminal is gone.
                    data = b""
                if not data:
                    sources.remove(source)
                elif source == terminal:
                    self.shown += data
                else:
                    self.out += data
        if process.stdout:
            process.stdout.close()

    def lines(self):
        """What stood on the progress line, one after the other."""
        drawn = self.shown.decode().split("\r")
        return [text.replace("\x1b[K", "") for text in drawn if text.replace("\x1b[K", "").strip()]


class Progress(unittest.TestCase):
    def start_lab(self):
        """A lab whose limits nobody has used up."""
        folder = program.Folder()
        self.addCleanup(folder.remove)
        lab = subprocess.Popen([program.PROGRAM, "lab", "--defects", "none", "--json",
                                "--write-contract", str(folder.path / "lab")],
                               stdout=subprocess.PIPE, text=True)
        self.addCleanup(lab.stdout.close)
        self.addCleanup(lab.wait)
        self.addCleanup(lab.terminate)
        return folder.path, json.loads(lab.stdout.readline())["contract"]

    def words(self, *more):
        folder, contract = self.start_lab()
        return ["audit", "--contract", contract, "--only", "HEADERS,CORS,INPUT", "--out",
                str(folder / "reports"), *more]

    def test_a_terminal_shows_rate_and_time_left_and_is_clean_afterwards(self):
        screen = Screen(self.words())
        self.assertEqual(screen.code, 0, screen.shown)
        lines = screen.lines()
        self.assertGreater(len(lines), 3, screen.shown)
        pattern = re.compile(r"^audit \d+/\d+ [a-z_.]+ · \d+ requests( · \d+/s)?( · about \d+ .*)?$")
        for line in lines:
            self.assertRegex(line, pattern)
        self.assertTrue(any("/s · about" in line and "left" in line for line in lines), lines)
        self.assertTrue(screen.shown.endswith(b"\r\x1b[K"), screen.shown[-80:])
        self.assertNotIn(b"\n", screen.shown)
        self.assertIn(b"READY", screen.out)

    def test_the_line_keeps_moving_while_one_check_takes_long(self):
        # So few requests per second make every check take long.
        screen = Screen(self.words("--max-rps", "40", "--deadline", "4s"))
        lines = screen.lines()
        checks = {re.search(r" ([a-z_]+\.[a-z_]+) ", line).group(1) for line in lines}
        self.assertGreater(len(lines), 2 * len(checks) + 5, lines)

    def test_a_narrow_terminal_never_wraps(self):
        for columns in (30, 50):
            with self.subTest(columns):
                for line in Screen(self.words(), columns=columns).lines():
                    self.assertLess(len(line), columns, line)

    def test_a_pipe_a_dumb_terminal_and_quiet_stay_silent(self):
        piped = program.run(*self.words())
        self.assertEqual(piped.stderr, "")
        self.assertNotIn("\x1b", piped.stdout)
        self.assertEqual(Screen(self.words(), term="dumb").shown, b"")
        self.assertEqual(Screen(self.words("--quiet")).shown, b"")

    def test_colour_is_for_terminals_that_want_it(self):
        coloured = re.compile(rb"\x1b\[[0-9;]+m")
        self.assertRegex(Screen(self.words(), output=True).shown, coloured)
        plain = Screen(self.words(), output=True, env={"NO_COLOR": "1"}).shown
        self.assertNotRegex(plain, coloured)
        self.assertIn(b"READY", plain)


if __name__ == "__main__":
    unittest.main()
