"""Makes a study as large as wanted out of a few real traces, for `reading.sh`.

python3 repeat.py TIMES FOLDER TOPK

TOPK holds JSONL files named `MODEL-on-SOURCE.jsonl`. Every record stands TIMES times in the file of the same name in FOLDER,
each time with another `trace_id`; `study.yaml` beside them compares sft and rl with base on text of their own.
"""

import pathlib
import re
import sys

times, folder, source = int(sys.argv[1]), pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
folder.mkdir(parents=True, exist_ok=True)
study = ["schemaVersion: 1", "models:", "  - {name: base, role: reference}"]
study += [f"  - {{name: {model}, role: tuned}}" for model in ("sft", "rl")] + ["traces:"]
for tuned in ("sft", "rl"):
    for model in ("base", tuned):
        name = f"{model}-on-{tuned}.jsonl"
        lines = (source / name).read_text().splitlines(keepends=True)
        with open(folder / name, "w") as file:
            for copy in range(times):
                for line in lines:
                    file.write(re.sub(r'("trace_id": "[^"]*)"', rf'\1.{copy}"', line, count=1))
        study.append(f"  - {{model: {model}, source: {tuned}, files: {name}}}")
(folder / "study.yaml").write_text("\n".join(study) + "\n")
