"""Writes the normalization tables as the normalizers of tokenizers 0.23.3 have them, which is Unicode 9.

    pip install tokenizers==0.23.3 unicodedata2==16.0.0
    python make_normalization_tables.py ../../../Sources/Tokenization
"""

import pathlib
import sys
import textwrap

import tokenizers
import unicodedata2
from tokenizers import normalizers

assert tokenizers.__version__ == "0.23.3"
nfc, nfd, nfkd = (n().normalize_str for n in (normalizers.NFC, normalizers.NFD, normalizers.NFKD))
POINTS = [p for p in range(0x110000) if not 0xD800 <= p < 0xE000]
HANGUL = range(0xAC00, 0xAC00 + 11172)
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def base36(n):
    return (base36(n // 36) if n >= 36 else "") + DIGITS[n % 36]


def is_combining(point):
    """Whether the reference moves the character when marks are put in order."""
    c = chr(point)
    return nfd("\u0315" + c) != "\u0315" + nfd(c) or nfd(c + "\u0334") != nfd(c) + "\u0334"


def runs_of_classes():
    runs = []
    for p in POINTS:
        k = unicodedata2.combining(chr(p))
        if k == 0 or unicodedata2.decomposition(chr(p)) or not is_combining(p):
            continue
        if runs and runs[-1][2] == k and runs[-1][0] + runs[-1][1] == p:
            runs[-1][1] += 1
        else:
            runs.append([p, 1, k])
    return " ".join(f"{base36(p)},{n},{k}".replace(",1,", ",,") for p, n, k in runs)


def canonical():
    """The first step of every canonical decomposition; `!` where it is not composed again."""
    entries, last = [], 0
    for p in POINTS:
        c = chr(p)
        if p in HANGUL or nfd(c) == c:
            continue
        parts = [int(x, 16) for x in unicodedata2.decomposition(c).split()]
        assert "".join(nfd(chr(x)) for x in parts) == nfd(c), hex(p)
        excluded = "!" if len(parts) == 2 and nfc(c) != c else ""
        entries.append(base36(p - last) + excluded + "," + ",".join(map(base36, parts)))
        last = p
    return " ".join(entries)


def compatible():
    """What compatibility decomposition makes of a character, where that is more than the canonical one."""
    entries, last = [], 0
    for p in POINTS:
        c = chr(p)
        if p in HANGUL or nfkd(c) == nfd(c):
            continue
        entries.append(base36(p - last) + "," + ",".join(base36(ord(x)) for x in nfkd(c)))
        last = p
    return " ".join(entries)


def literal(text):
    # The space at a cut is kept at the end of the line, in front of the backslash.
    lines = textwrap.wrap(text, 100)
    return '"""\n    ' + " \\\n    ".join(lines) + '\n    """'


HEADER = """// Made by make_normalization_tables.py from tokenizers 0.23.3, whose normalizers are at Unicode 9.
// Pinned to that: a vocabulary's texts were composed by it, and newer tables compose more.
"""
folder = pathlib.Path(sys.argv[1])
(folder / "CanonicalTable.swift").write_text(
    HEADER
    + f"""
/// Numbers are in base 36.
enum CanonicalTable {{
  /// Runs of code points with one combining class: the first, how many if not one, the class.
  static let classes: StaticString = {literal(runs_of_classes())}

  /// How far from the one before, `!` where composition leaves it out, and what it decomposes into.
  static let decompositions: StaticString = {literal(canonical())}
}}
"""
)
(folder / "CompatibilityTable.swift").write_text(
    HEADER
    + f"""
/// Numbers are in base 36.
enum CompatibilityTable {{
  /// How far from the one before, and what it decomposes into.
  static let decompositions: StaticString = {literal(compatible())}
}}
"""
)
