"""Cuts layers out of stored hidden states, and computes the PCA shift with NumPy and scikit-learn.

usage: make_latent.py DIRECTORY [--all]

DIRECTORY holds MODEL.TASK.safetensors of the models base, sft and rl with `hidden_states` (means over tokens) and
`hidden_states_padded_mean`, [layers, texts, width] in F32. Writes beside this script MODEL.TASK.safetensors with three
of the layers, and expected.json with d and every layer's projections in both poolings. With --all it writes no
file, and prints the figures of all layers and tasks.

The procedure is that of the paper's script: scikit-learn's PCA fitted on the base model, projections without centring.
"""

import json
import pathlib
import struct
import sys

import numpy as np
import sklearn
from sklearn.decomposition import PCA

HERE = pathlib.Path(__file__).parent
NAMES = {"masked": "hidden_states", "padded": "hidden_states_padded_mean"}
TASK, LAYERS = "math500", [0, 15, 30]


def read(path):
    data = path.read_bytes()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + size])
    tensors = {}
    for name in NAMES.values():
        start, end = header[name]["data_offsets"]
        tensors[name] = np.frombuffer(data[8 + size + start : 8 + size + end], "<f4").reshape(header[name]["shape"])
    return tensors, header["__metadata__"]


def write(path, tensors, metadata):
    header, body = {"__metadata__": metadata}, b""
    for name, tensor in tensors.items():
        raw = tensor.astype("<f4").tobytes()
        offsets = [len(body), len(body) + len(raw)]
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": offsets}
        body += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + body)


def shift(base, tuned):
    layers = []
    for before, after in zip(base.astype(np.float64), tuned.astype(np.float64)):
        axes = PCA(n_components=2, svd_solver="full").fit(before).components_
        layers.append([(x @ axis).mean() for axis in axes for x in (before, after)])
    layers = np.array(layers)
    moved = (layers[:, [1, 3]] - layers[:, [0, 2]]).mean(0)
    return {"distance": float(np.hypot(*moved)), "layers": layers.tolist()}


def main():
    directory = pathlib.Path(sys.argv[1])
    if "--all" in sys.argv:
        for path in sorted(directory.glob("base.*.safetensors")):
            for model in ("sft", "rl"):
                base, _ = read(path)
                tuned, _ = read(directory / path.name.replace("base", model, 1))
                for pooling, name in NAMES.items():
                    print(path.name, model, pooling, repr(shift(base[name], tuned[name])["distance"]))
        return
    files = {}
    for model in ("base", "sft", "rl"):
        tensors, metadata = read(directory / f"{model}.{TASK}.safetensors")
        files[model] = {name: tensor[LAYERS] for name, tensor in tensors.items()}
        write(HERE / f"{model}.{TASK}.safetensors", files[model], metadata)
    expected = {"numpy": np.__version__, "scikit-learn": sklearn.__version__}
    for model in ("sft", "rl"):
        expected[model] = {p: shift(files["base"][n], files[model][n]) for p, n in NAMES.items()}
    (HERE / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


main()
