#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
#
# coverage.py SOURCE: which lines of SOURCE/src and SOURCE/ctl the tests have run that were built
# and run with --coverage in this directory. A table of the folders goes to standard output, and
# every line to html/index.html. On what becomes of a message (FOLDERS) no line may go untested
# without a word: docs/untested.md of SOURCE has each as it is written, as often as it is not run,
# with its reason. The status is 1 if one is missing there.
import collections
import json
import os
import pathlib
import subprocess
import sys

FOLDERS = ["deliver", "queue", "smtp"]


def folder_of(path):
    parts = pathlib.Path(path).parts
    return parts[0] if parts[0] == "ctl" else parts[1] if len(parts) > 2 else "."


def measured(source):
    os.makedirs("html", exist_ok=True)
    subprocess.run(
        ["gcovr", "--root", source, "--filter", f"{source}/src/", "--filter", f"{source}/ctl/",
         "--object-directory", ".", "--exclude-throw-branches", "--html-details",
         "html/index.html", "--json", "lines.json", "src", "ctl", "tests"], check=True)
    files = json.loads(pathlib.Path("lines.json").read_text())["files"]
    return {one["file"]: {line["line_number"]: line["count"] for line in one["lines"]
                          if not line.get("gcovr/noncode")} for one in files}


def table(counts):
    folders = {"all": []}
    for path, lines in counts.items():
        folders.setdefault(folder_of(path), []).extend(lines.values())
        folders["all"].extend(lines.values())
    for name, lines in sorted(folders.items()):
        run = sum(count > 0 for count in lines)
        print(f"{name:10} {len(lines):6} lines {run:6} run {100 * run / len(lines):5.1f} %")


def unexplained(source, counts):
    """Lines of FOLDERS that no test has run, and docs/untested.md has not, or not so often."""
    explained = collections.Counter()
    for line in (source / "docs/untested.md").read_text().splitlines():
        if line.startswith("### "):
            path = line.removeprefix("### ").strip("`")
        elif line.startswith("    "):
            explained[path, line.strip()] += 1
    for path, lines in sorted(counts.items()):
        if folder_of(path) not in FOLDERS:
            continue
        texts = (source / path).read_text().splitlines()
        for number in (number for number, count in sorted(lines.items()) if count == 0):
            text = texts[number - 1].strip()
            explained[path, text] -= 1
            if explained[path, text] < 0:
                yield f"{path}:{number}: {text}"


def main():
    source = pathlib.Path(sys.argv[1]).resolve()
    counts = measured(source)
    if not counts:
        sys.exit("coverage: nothing was counted")
    table(counts)
    print(f"Line by line: {os.getcwd()}/html/index.html")
    untested = list(unexplained(source, counts))
    for line in untested:
        print(f"not run, and not in docs/untested.md: {line}")
    sys.exit(1 if untested else 0)


main()
