"""Writes arrays, PyTorch archives and hidden states with the libraries' own writers, and what they must read as.

Made with Python 3.11, NumPy 2.4.6, PyTorch 2.15.0 and safetensors 0.8.0; `bf16.npy` with ml_dtypes 0.5.
The pickles `d.pt`, `l.pt` and `t.pt` and the other arrays of `arrays/` were written by NumPy 2.4.6 and PyTorch 2.13.
Run it in this folder.
"""

import json
import os

import numpy as np
import torch
from safetensors.torch import save_file

GOOD = torch.tensor([[0.0, 1.0, 2.0, 3.0], [1.0, 0.0, -1.0, 2.0], [0.5, 0.25, 0.0, -0.5]])
TOKENS = torch.tensor([1, 2, 0, 3])

# arange(6) in other types; row i predicts token i + 1 of tokens.npy, which lies beside them.
np.save("arrays/f64.npy", np.arange(6, dtype=np.float64).reshape(2, 3))
np.save("arrays/tokens.npy", np.arange(3))


def save(name, value, **options):
    torch.save(value, f"pytorch/{name}.pt", **options)


save("dict", {"tokens": TOKENS, "logits": GOOD, "trace_id": "tiny", "prompt_length": torch.tensor(2)})
save("protocol4", {"tokens": TOKENS, "logits": GOOD, "trace_id": "tiny", "prompt_length": 2}, pickle_protocol=4)
save("lists", {"input_ids": TOKENS.tolist(), "logits": GOOD.double(), "trace_id": "tiny", "prompt_length": 2,
               "loss_mask": [0, 0, 1, 1], "temperature": 0.7, "nested": {"logits": GOOD}, "none": None})
save("transposed", {"tokens": TOKENS.flip(0).flip(0), "logits": GOOD.T.contiguous().T.bfloat16()})
wide = torch.full((5, 9), 7.0, dtype=torch.float16)
wide[1:4, 2:6] = GOOD
save("slice", {"tokens": torch.arange(-3, 9)[[4, 5, 3, 6]], "logits": wide[1:4, 2:6]})
both = torch.stack([TOKENS, TOKENS * 0], dim=1)
save("strided", {"tokens": both[:, 0], "logits": torch.stack([GOOD, GOOD + 1], dim=2)[:, :, 0]})
save("generate", {"tokens": TOKENS, "logits": tuple(row[None] for row in GOOD)})
save("rows", list(GOOD))
np.save("pytorch/rows.tokens.npy", TOKENS.numpy())
save("single", GOOD)
np.save("pytorch/single.tokens.npy", TOKENS.numpy())
parameters = torch.nn.ParameterDict({"logits": torch.nn.Parameter(GOOD)}).state_dict()
parameters["tokens"] = TOKENS
save("ordered", parameters)
# What slime dumps with --dump-details: samples with tensors after training, with lists before.
TRAINED = [
    {"tokens": torch.tensor([5, 6, 7, 8, 9]), "response_length": 3, "loss_mask": [1, 0, 1], "sample_index": 0,
     "rollout_log_probs": torch.tensor([-0.5, -1.0, -2.0]), "log_probs": torch.tensor([-0.5, -1.25, -2.0]),
     "ref_log_probs": torch.tensor([-0.75, -1.5, -2.5]), "teacher_log_probs": None, "advantages": torch.ones(3)},
    {"tokens": torch.tensor([5, 6, 3, 2]), "response_length": 2, "loss_mask": [1, 1], "sample_index": 1,
     "rollout_log_probs": torch.tensor([-0.125, -0.5]), "log_probs": torch.tensor([-0.25, -0.5]),
     "ref_log_probs": torch.tensor([-0.5, -0.5]), "teacher_log_probs": None, "advantages": torch.ones(2)},
]
save("slime-train", {"format_version": 2, "rollout_id": 3, "rank": 0, "samples": TRAINED, "dp_shards": [0]})
save("slime-rollout", {"rollout_id": 3, "samples": [
    {"group_index": 0, "index": sample["sample_index"], "prompt": "2+2=", "tokens": sample["tokens"].tolist(),
     "response": "4", "response_length": sample["response_length"], "label": "4", "reward": 1.0,
     "loss_mask": None, "weight_versions": ["1"], "rollout_log_probs": sample["rollout_log_probs"].tolist(),
     "status": "completed", "metadata": {}} for sample in TRAINED]})
# What is refused.
save("expanded", {"tokens": TOKENS, "logits": GOOD[0].clone().expand(3, 4)})
save("float8", {"tokens": TOKENS, "logits": GOOD.to(torch.float8_e4m3fn)})
save("legacy", {"tokens": TOKENS, "logits": GOOD}, _use_new_zipfile_serialization=False)


class Hostile:
    def __reduce__(self):
        return os.system, ("touch /tmp/a-pickle-was-executed",)


save("hostile", {"tokens": TOKENS, "logits": GOOD, "extra": Hostile()})

# Hidden states and an output head; the expected scores are products in float64.
torch.manual_seed(5)
hidden = torch.randn(3, 13).bfloat16()
head = torch.randn(4, 13).half()
bias = torch.randn(4)
plain = hidden.double() @ head.double().T
save_file({"tokens": TOKENS, "hidden_states": hidden, "lm_head.weight": head}, "hidden/one.safetensors")
save_file({"tokens": TOKENS, "last_hidden_state": hidden[None], "lm_head": head, "lm_head.bias": bias},
          "hidden/bias.safetensors")
save_file({"tokens": TOKENS, "hidden_states": hidden}, "hidden/apart.safetensors")
save_file({"model.embed_tokens.weight": head, "model.norm.weight": bias}, "hidden/apart.lm_head.safetensors")
save_file({"tokens": TOKENS, "hidden_states": hidden}, "hidden/headless.safetensors")
save_file({"tokens": TOKENS, "hidden_states": hidden, "lm_head": head[:, :12].contiguous()}, "hidden/narrow.safetensors")
with open("hidden/golden.json", "w") as file:
    json.dump({"plain": plain.tolist(), "bias": (plain + bias.double()).tolist()}, file)
