#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
#
# mutation.py SOURCE LIMIT JOBS SHARED COMPILE... -- LINK... -- TEST...: would the tests notice?
# Of the files below at most LIMIT mutants are made, each with one condition negated or one
# statement dropped. Each is compiled, linked with the other objects, which LINK names, into
# a library with the name SHARED, and met by the TESTs until the first that fails: they are linked
# with that library (see `make mutation`). A mutant that no test notices is a line on standard
# output, FILE: LINE: FUNCTION: WHAT, and the status is then 1. docs/mutation.md of SOURCE explains
# some, by the same words without the number: they are counted only.
import concurrent.futures
import itertools
import os
import pathlib
import re
import resource
import subprocess
import sys
import tempfile
import zlib

FILES = [
    "queue/file", "queue/journal", "queue/queued_message", "queue/retries", "queue/resting",
    "queue/attempt", "queue/attempt_end", "deliver/failover", "deliver/delivery",
    "smtp/transaction", "smtp/transaction_data",
]
SECONDS = 60  # for a test: a mutant may go round for ever
MEMORY = 4 << 30  # octets, for each process
NO_STATEMENT = re.compile(
    r"(return|const|constexpr|auto|static|struct|class|enum|using|case|default|if|else|for|while|do|"
    r"switch|goto|try|throw|private|public|namespace|template)\b")


def blank(text):
    """Comments and literals without their contents, octet for octet."""
    pattern = re.compile(r"//[^\n]*|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])'", re.S)
    return pattern.sub(
        lambda found: (" " if found[0][0] == "/" else "_") * len(found[0]), text)


def closing(text, at):
    """Where the bracket that opens at `at` closes."""
    depth = 0
    for here in range(at, len(text)):
        depth += (text[here] in "([{") - (text[here] in ")]}")
        if depth == 0:
            return here
    return len(text)


def negations(text):
    """Conditions of if and while, of a test that is returned or named: (begin, end)."""
    for found in re.finditer(r"\b(?:if|while) \(", text):
        begin, end = found.end(), closing(text, found.end() - 1)
        begin = max(begin, text.rfind(";", begin, end) + 1)
        if not re.search(r"[^=!<>]=[^=]", text[begin:end]):
            yield begin, end
    for found in re.finditer(r"(?:\breturn|const bool \w+ =)\s", text):
        end = text.find(";", found.end())
        if re.search(r"&&|\|\||==|!=| [<>]=? |^!", text[found.end():end]):
            yield found.end(), end


def statements(text):
    """Those that stand alone, on lines of their own: (begin, end)."""
    for found in re.finditer(r"[;{}:)] *\n[ \n]*(?=[\w*+:])|(?<=else)\n +", text):
        begin = found.end()
        end = begin
        while end < len(text) and text[end] not in ";{}":
            end = closing(text, end) + 1 if text[end] in "([" else end + 1
        body = text[begin:end]
        if end < len(text) and text[end] == ";" and not NO_STATEMENT.match(body) and \
                re.search(r"[(=+]|\b(?:break|continue)$", body) and \
                not re.search(r"= (?:delete|default|0)$", body) and \
                not re.match(r"[\w:<>,&* ]+ [\w]+(\(| =|\{)", body):
            yield begin, end


def function_at(text, at):
    """The last that began before, at the left or in a class."""
    names = re.findall(r"^(?:    )?(?! )[^;{}()\[\]=]*?([\w~]+)\([^;{}\[]*\)[^;{}\[]*\{",
                       text[:at], re.M)
    names = [name for name in names if name not in ("if", "for", "while", "switch", "catch")]
    return names[-1] if names else "?"


def flat(text):
    return re.sub(r"\s+", " ", text)


def mutants_of(source, name):
    text = (source / "src" / f"{name}.cc").read_text()
    shape = blank(text)
    changes = [(begin, end, f"!({text[begin:end]})", "not (" + flat(text[begin:end]) + ")")
               for begin, end in negations(shape)]
    changes += [(begin, end, "", "without " + flat(text[begin:end]))
                for begin, end in statements(shape)]
    for begin, end, instead, what in sorted(changes):
        line = text.count("\n", 0, begin) + 1
        yield {"file": name, "line": line,
               "what": f"{function_at(shape, begin)}: {what}",
               "text": text[:begin] + instead + text[end:]}


def chosen(mutants, limit):
    """So many, by a hash of their words: a change of one place does not choose anew in others."""
    def place(mutant):
        return zlib.crc32(f"{mutant['file']}: {mutant['what']}".encode())
    kept = {id(one) for one in sorted(mutants, key=place)[:limit]}
    return [one for one in mutants if id(one) in kept]


def run(command, place, seconds):
    environment = dict(os.environ, LD_LIBRARY_PATH=str(place), TMPDIR=str(place))
    with subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          start_new_session=True) as process:
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            return -9


def compiled(mutant, compiler, place):
    """The command that the build has for the object, with the mutant's text."""
    target = f"src/{mutant['file'].replace('/', '/libsallyport_a-', 1)}.o"
    source = place / pathlib.Path(mutant["file"] + ".cc").name
    source.write_text(mutant["text"])
    output = place / "mutant.o"
    command = compiler + ["-w", "-o", str(output), "-c", str(source)]
    return target if run(command, place, 300) == 0 else None


def verdict(mutant, compiler, link, shared, tests):
    with tempfile.TemporaryDirectory(prefix="mutant.") as folder:
        place = pathlib.Path(folder)
        target = compiled(mutant, compiler, place)
        if target is None:
            return "no program"
        objects = [str(place / "mutant.o") if word == target else word for word in link]
        if run(objects + ["-o", str(place / shared)], place, 300) != 0:
            return "no program"
        # A test's own mail server and files are in its TMPDIR, which goes with the mutant.
        for test in tests:
            if run([test], place, SECONDS) != 0:
                return "noticed"
        return "not noticed"


def main():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    source, limit, jobs, shared = pathlib.Path(sys.argv[1]), *sys.argv[2:5]
    compiler, link, tests = [
        list(words) for dashes, words in itertools.groupby(sys.argv[5:], "--".__eq__)
        if not dashes]
    mutants = chosen([one for name in FILES for one in mutants_of(source, name)], int(limit))
    known = (source / "docs/mutation.md").read_text()
    verdicts = []
    unknown = 0
    with concurrent.futures.ThreadPoolExecutor(int(jobs)) as pool:
        for one, what in zip(mutants, pool.map(
                lambda one: verdict(one, compiler, link, shared, tests), mutants)):
            verdicts.append(what)
            if what == "not noticed" and f"`{one['file']}: {one['what']}`" not in known:
                unknown += 1
                print(f"{one['file']}: {one['line']}: {one['what']}", flush=True)
    for what in sorted(set(verdicts)):
        print(f"{verdicts.count(what)} {what}")
    return 1 if unknown else 0


sys.exit(main())
