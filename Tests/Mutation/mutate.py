#!/usr/bin/env python3
"""Does a test notice when a rule of the gate compares the wrong way round?

    Tests/Mutation/mutate.py [RULE …]        all rules, or those whose file begins so: BudgetRule

In a copy of Trading, Controls and their tests each comparison of each rule becomes an operator of its own, which does what
it did until the environment picks it; then it answers the opposite. Where it decides on a limit (`isBeyond:`), a second
mutant moves the limit by one: > becomes >=. What a rule asks of order, program and terms with yes or no, and what a share of an
amount decides, is negated in the same way. So all mutants are one build, and each is one run of its rule's own tests; of what
rules on exposure share (Worths) it is one run of all.
Prints a line for each mutant; exit 1 when one survives or a rule has none.
"""
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
COMPARISON = re.compile(r"(?<= )(>=|<=|==|!=|>|<)(?= )")
QUESTION = re.compile(
    r"(?<![\w.])(?:order|program\.pointee|terms\.pointee|conditions|order\.intent|intent)\.(?:is|has|requires|forbids|closes)[A-Z]\w*"
    r"(?:\(\.?\w+\))?(?![\w.(])")
# A share of an amount decides.
SHARE = re.compile(r"[\w.]+\.isAbove\((?:[^()]|\([^()]*\))*\) \?\? false")
OPPOSITE = {">": "<=", "<": ">=", ">=": "<", "<=": ">", "==": "!=", "!=": "=="}
NEIGHBOUR = {">": ">=", "<": "<=", ">=": ">", "<=": "<"}
# What follows in Worths.swift decides for several rules.
SHARED = "extension Findings {"
# Mathematical operators, one a mutated place.
SYMBOLS = [chr(c) for c in list(range(0x2200, 0x2300)) + list(range(0x2A00, 0x2B00))]
PACKAGE = """// swift-tools-version: 6.2
import PackageDescription
let settings: [SwiftSetting] = [.enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility")]
let package = Package(name: "mutants", targets: [
    .target(name: "CStrategyABI"),
    .target(name: "Trading", dependencies: ["CStrategyABI"], swiftSettings: settings),
    .target(name: "Controls", dependencies: ["Trading"], swiftSettings: settings),
    .testTarget(name: "ControlsTests", dependencies: ["Trading", "Controls"], swiftSettings: settings),
], cLanguageStandard: .c11)
"""


class Place:
    """One comparison: its number is the mutant that negates it; the negative one moves its limit."""

    def __init__(self, number, rule, line, source, operator, decides):
        self.number, self.rule, self.line, self.source = number, rule, line, source
        self.operator, self.decides = operator, decides

    def mutants(self):
        if self.operator == "?":
            yield self.number, "the answer is turned round"
            return
        yield self.number, f"{self.operator} becomes {OPPOSITE[self.operator]}"
        if self.decides and self.operator in NEIGHBOUR:
            yield -self.number, f"{self.operator} becomes {NEIGHBOUR[self.operator]}"


def mutate(text, rule, places, before=0):
    """The rule's text, which begins behind `before` lines, with its comparisons replaced."""
    lines = text.split("\n")
    for index, line in enumerate(lines):
        code = line.split("//")[0]
        if not code.strip() or code.strip().startswith(("case ", "func ", "static func ", "mutating func ")):
            continue

        def replace(match):
            rest = code[match.end():].strip()
            if rest.startswith("nil"):  # Has a meaning of its own for the compiler.
                return match.group()
            decides = "isBeyond:" in code or "isBeyond =" in code
            places.append(Place(len(places) + 1, rule, before + index + 1, line.strip(), match.group(), decides))
            return SYMBOLS[len(places) - 1]

        def ask(match):
            places.append(Place(len(places) + 1, rule, before + index + 1, line.strip(), "?", False))
            return f"turned({len(places)}, {match.group()})"

        verdict = code.strip()
        if verdict.startswith("isBeyond: ") and verdict.endswith(",") and not COMPARISON.search(code):
            # No operator: the whole answer.
            answer = verdict.removeprefix("isBeyond: ").removesuffix(",")
            places.append(Place(len(places) + 1, rule, before + index + 1, verdict, "?", False))
            lines[index] = f"isBeyond: turned({len(places)}, {answer}),"
            continue
        mutated = COMPARISON.sub(replace, code)
        if not code.strip().startswith(("let ", "///")):
            mutated = SHARE.sub(ask, QUESTION.sub(ask, mutated))
        lines[index] = mutated + line[len(code):]
    return "\n".join(lines)


def operators(places):
    """The replaced comparisons as Swift."""
    parts = [
        "import Glibc", "", 'let mutant = getenv("MUTANT").flatMap { Int(String(cString: $0)) } ?? 0', "",
        "func turned(_ number: Int, _ answer: Bool) -> Bool { (mutant == number) != answer }", "",
    ]
    for place in places:
        if place.operator == "?":
            continue
        symbol = SYMBOLS[place.number - 1]
        bound = "Equatable" if place.operator in ("==", "!=") else "Comparable"
        moved = f"mutant == -{place.number} ? a {NEIGHBOUR[place.operator]} b : " if place.operator in NEIGHBOUR else ""
        parts += [
            f"infix operator {symbol}: ComparisonPrecedence",
            f"func {symbol} <T: {bound}>(a: T, b: T) -> Bool {{",
            f"    mutant == {place.number} ? a {OPPOSITE[place.operator]} b : {moved}a {place.operator} b",
            "}",
        ]
    return "\n".join(parts) + "\n"


def copy(folder, wanted):
    """A package of Controls and its tests with all mutants in it; returns their places and the rules."""
    for path in ["Sources/CStrategyABI", "Sources/Trading", "Sources/Controls", "Tests/ControlsTests"]:
        shutil.copytree(os.path.join(TOP, path), os.path.join(folder, path))
    with open(os.path.join(folder, "Package.swift"), "w") as file:
        file.write(PACKAGE)
    places, rules = [], []
    for kind in ["Risk", "Compliance"]:
        base = os.path.join(folder, "Sources/Controls", kind)
        for name in sorted(os.listdir(base)):
            rule = name.removesuffix(".swift")
            if wanted and not any(rule.startswith(prefix) for prefix in wanted):
                continue
            rules.append(rule)
            with open(os.path.join(base, name)) as file:
                text = file.read()
            with open(os.path.join(base, name), "w") as file:
                file.write(mutate(text, rule, places))
    if not wanted or "Worths" in wanted:
        path = os.path.join(folder, "Sources/Controls/Worths.swift")
        with open(path) as file:
            valuation, _, decisions = file.read().partition(SHARED)
        with open(path, "w") as file:
            file.write(valuation + SHARED + mutate(decisions, "Worths", places, valuation.count("\n")))
    with open(os.path.join(folder, "Sources/Controls/Mutants.swift"), "w") as file:
        file.write(operators(places))
    return places, rules


def run(folder, rule, mutant, scratch):
    """Whether the tests of a rule pass with the mutant awake."""
    suite = "" if rule == "Worths" else f"{rule}Tests"
    result = subprocess.run(
        ["swift", "test", "--skip-build", "--scratch-path", scratch, "--filter", f"ControlsTests.{suite}"],
        cwd=folder, capture_output=True, text=True, timeout=120, env={**os.environ, "MUTANT": str(mutant)})
    ran = re.search(r"Test run with (\d+) test", result.stdout + result.stderr)
    if ran is None and result.returncode == 0 or ran and int(ran.group(1)) == 0:
        sys.exit(f"{rule} has no tests:\n{result.stdout}{result.stderr}")
    return result.returncode == 0


def main():
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        scratch = os.path.join(folder, ".build")
        places, rules = copy(folder, sys.argv[1:])
        build = subprocess.run(
            ["swift", "build", "--build-tests", "--scratch-path", scratch], cwd=folder, capture_output=True, text=True)
        if build.returncode != 0:
            sys.exit(f"the mutants do not build:\n{build.stdout[-6000:]}{build.stderr[-3000:]}")
        print(f"{len(places)} comparisons in {len(rules)} rules, built in {time.monotonic() - started:.0f} s", flush=True)
        failed = [rule for rule in rules if not run(folder, rule, 0, scratch)]
        if failed:
            sys.exit(f"without a mutant these fail already: {', '.join(failed)}")
        survivors = 0
        killed = 0
        work = [(place, number, what) for place in places for number, what in place.mutants()]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            passes = pool.map(lambda item: run(folder, item[0].rule, item[1], scratch), work)
            for (place, _, what), passed in zip(work, passes):
                survivors += passed
                killed += not passed
                print(f"{'SURVIVED' if passed else 'killed  '} {place.rule}:{place.line} {what}: {place.source}", flush=True)
    without = [rule for rule in rules if not any(place.rule == rule for place in places)]
    for rule in without:
        print(f"{rule} asks nothing that can be turned round")
    print(f"{killed} killed, {survivors} survived, in {time.monotonic() - started:.0f} s")
    sys.exit(1 if survivors or without else 0)


main()
