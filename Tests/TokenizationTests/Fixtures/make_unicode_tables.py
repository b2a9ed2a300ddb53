"""Writes Sources/Tokenization/GeneralCategoryRuns.swift from the Unicode 16 database.

    pip install unicodedata2==16.0.0
    python make_unicode_tables.py > ../../../Sources/Tokenization/GeneralCategoryRuns.swift
"""

import textwrap

import unicodedata2

CATEGORIES = "Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf Cs Co Cn".split()
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcd"

assert unicodedata2.unidata_version == "16.0.0"
runs = []
for point in range(0x110000):
    category = unicodedata2.category(chr(point))
    if runs and runs[-1][0] == category:
        runs[-1][1] += 1
    else:
        runs.append([category, 1])
text = "".join(LETTERS[CATEGORIES.index(c)] + ("" if n == 1 else str(n)) for c, n in runs)

print(f"// Made by make_unicode_tables.py from unicodedata2 16.0.0: {len(runs)} runs of one general category,")
print("// in the order of the code points: a letter for the category, then the length if it is not 1.")
print("// Pinned, because the standard library follows the toolchain to newer versions of Unicode,")
print("// and a letter that the reference tokenizers do not know yet would be cut differently.")
print()
print("enum GeneralCategoryRuns {")
print('  static let unicode16: StaticString = """')
print("    " + "\\\n    ".join(textwrap.wrap(text, 100)))
print('    """')
print("}")
