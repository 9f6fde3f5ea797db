#!/usr/bin/env python3
"""bundlers.py READ_SITE: builds one application with esbuild, webpack and Vite (from npm, in a
temporary folder), reads what they wrote with READ_SITE, and checks that every planted marker is
found in its chunk, in its source map, and at its original file and line."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

PACKAGES = ["esbuild@0.21", "vite@5", "webpack@5", "webpack-cli@5"]
# marker: (file, line)
PLANTED = {
    "planted-in-main": ("src/main.js", 2),
    "planted-in-lazy": ("src/lazy.js", 3),
    "planted-in-deep": ("src/deep.js", 1),
}
SOURCES = {
    "src/main.js": "// Übersicht 😀\nconsole.log('é😀', 'planted-in-main');\n"
                   "document.onclick = () => import('./lazy.js').then((m) => m.open());\n",
    "src/lazy.js": "export function open() {\n  // opens\n  console.log('planted-in-lazy');\n"
                   "  return import('./deep.js');\n}\n",
    "src/deep.js": "console.log('planted-in-deep');\nexport default 1;\n",
}
WEBPACK = """module.exports = {
  mode: 'production', devtool: '%(devtool)s', entry: './src/main.js',
  optimization: {runtimeChunk: %(runtime)s},
  output: {path: __dirname + '/%(out)s', publicPath: '/', filename: '%(folder)s/[name].js',
           chunkFilename: '%(folder)s/%(chunk)s'},
};
"""
WEBPACK_FORMS = {
    "webpack": {"devtool": "source-map", "runtime": "false", "folder": "static/js",
                "chunk": "[name].[contenthash:8].chunk.js"},
    "webpack, hidden maps": {"devtool": "hidden-source-map", "runtime": "'single'",
                             "folder": "js", "chunk": "[id].js"},
    "webpack, inline maps": {"devtool": "inline-source-map", "runtime": "'single'",
                             "folder": "c", "chunk": "[id].[chunkhash].mjs"},
}


def run(folder, *command):
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)


def page(kind, *scripts):
    tags = "".join(f'<script type="{kind}" src="{script}"></script>' for script in scripts)
    return f"<!doctype html><title>x</title>{tags}"


def build_esbuild(folder, maps):
    out = folder / f"dist-esbuild-{maps}"
    run(folder, "node_modules/.bin/esbuild", "src/main.js", "--bundle", "--minify", "--splitting",
        "--format=esm", f"--sourcemap={maps}", f"--outdir={out}/assets", "--log-level=error")
    (out / "index.html").write_text(page("module", "/assets/main.js"))
    return out


def build_webpack(folder, form):
    out = folder / ("dist-" + form.replace(" ", "-").replace(",", ""))
    config = WEBPACK % {"out": out.name, **WEBPACK_FORMS[form]}
    (folder / "webpack.config.js").write_text(config)
    run(folder, "node_modules/.bin/webpack")
    scripts = out.joinpath(WEBPACK_FORMS[form]["folder"])
    entries = [path.relative_to(out) for name in ("runtime.js", "main.js")
               for path in scripts.glob(name)]
    (out / "index.html").write_text(page("text/javascript", *(f"/{entry}" for entry in entries)))
    return out


def build_vite(folder):
    (folder / "index.html").write_text(page("module", "/src/main.js"))
    run(folder, "node_modules/.bin/vite", "build", "--sourcemap", "--outDir", "dist-vite",
        "--logLevel", "error")
    return folder / "dist-vite"


def check(name, reader, site):
    listed = subprocess.run([reader, site, *PLANTED], check=True, capture_output=True,
                            text=True).stdout.splitlines()
    rows = [line.split("|") for line in listed]
    problems = [" ".join(row) for row in rows if row[0] == "gap"]
    for marker, (file, line) in PLANTED.items():
        mine = [row for row in rows if row[0] == marker]
        located = [row for row in mine if row[2] == "" and row[3].startswith(f"{file}:{line}:")]
        in_map = [row for row in mine if row[2] == f"source {file}"
                  and row[3].endswith(f":{line}")]
        if not located:
            problems.append(f"{marker}: no chunk place that maps to {file}:{line}")
        if not in_map:
            problems.append(f"{marker}: not in the source map's text")
    print(f"front end: {name}: {len(rows)} places, {len(problems)} problems")
    for problem in problems:
        print(f"  {problem}")
    if problems:
        print("\n".join("  saw " + line for line in listed))
    return not problems


def main():
    reader = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path, text in SOURCES.items():
            (folder / path).parent.mkdir(exist_ok=True)
            (folder / path).write_text(text)
        (folder / "package.json").write_text('{"name": "site", "private": true}')
        run(folder, "npm", "install", "--silent", "--no-audit", "--no-fund", *PACKAGES)
        sites = {"vite": build_vite(folder)}
        sites.update({form: build_webpack(folder, form) for form in WEBPACK_FORMS})
        sites.update({f"esbuild, {maps} maps": build_esbuild(folder, maps)
                      for maps in ("linked", "external", "inline")})
        good = [check(bundler, reader, site) for bundler, site in sites.items()]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
