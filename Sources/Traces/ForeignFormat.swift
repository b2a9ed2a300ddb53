/// Kinds of files that hold no trace, or hold one in a form that must be converted first.
public enum ForeignFormat: String, CaseIterable, Hashable, Sendable {
  case arrow, arrowStream, evaluationSamples, gguf, gzip, hdf5, inspectLog, legacyPyTorch, olderDistillation,
    parquet, pdf, pickle
  case png, sqlite, tar, text, utf16, zip, zstandard

  /// How a person would call it, with its article.
  public var name: String {
    switch self {
    case .arrow: "an Arrow file"
    case .arrowStream: "an Arrow stream"
    case .evaluationSamples: "a file of lm-evaluation-harness samples"
    case .gguf: "a GGUF model"
    case .gzip: "a gzip archive in a compressed file"
    case .hdf5: "an HDF5 file"
    case .inspectLog: "an Inspect log"
    case .olderDistillation: "a data set in DistillKit's older codec"
    case .parquet: "a Parquet table"
    case .pdf: "a PDF document"
    case .pickle: "a Python pickle"
    case .png: "a PNG image"
    case .legacyPyTorch: "a PyTorch file in the format before version 1.6"
    case .sqlite: "an SQLite database"
    case .tar: "a tar archive"
    case .text: "text that is no JSON"
    case .utf16: "text in UTF-16"
    case .zip: "a zip archive"
    case .zstandard: "a Zstandard archive in a compressed file"
    }
  }

  /// What its owner can do, a sentence that starts with a verb.
  public var remedy: String {
    switch self {
    case .arrow: Self.recordsRemedy("pyarrow.ipc.open_file(FILE).read_all()")
    case .arrowStream: Self.recordsRemedy("pyarrow.ipc.open_stream(FILE).read_all()")
    case .evaluationSamples:
      "Score its texts again and keep every token: it holds one summed logprob per answer, from which no position can be measured."
    case .gguf: "Run the model with llama-perplexity --save-all-logits FILE and pass that file."
    case .gzip, .zstandard: "Unpack the outer one: one compression around a file is read."
    case .hdf5:
      "Convert it: safetensors.numpy.save_file({k: v[()] for k, v in h5py.File(FILE).items()}, \"trace.safetensors\")."
    case .inspectLog: "Unpack it and pass a JSON file that keeps token ids and logprobs."
    case .olderDistillation:
      "Capture it again with distillkit.sample_logits_vllm: the older codec keeps logits without the sum over the vocabulary."
    case .parquet: Self.recordsRemedy("pyarrow.parquet.read_table(FILE)")
    case .pdf, .png, .text:
      "Pass a file of logits or logprobs; `tokenshift inspect --help` lists the formats."
    case .pickle:
      "Load it where it was made, since a pickle can run any program: numpy.savez(\"trace.npz\", **pickle.load(open(FILE, \"rb\")))."
    case .legacyPyTorch: "Save it again: torch.save(torch.load(FILE, weights_only=True), \"trace.pt\")."
    case .sqlite:
      "Pass a file of logits or logprobs; to read an index use `summary`, `tokens`, `top` or `query`."
    case .utf16: "Convert it: iconv -f UTF-16 -t UTF-8 FILE > trace.jsonl."
    case .tar, .zip: "Unpack it and pass the files in it."
    }
  }

  /// One line of Python that writes the rows of a table as JSON lines.
  private static func recordsRemedy(_ table: String) -> String {
    "Convert it: open(\"trace.jsonl\", \"w\").writelines(json.dumps(r) + \"\\n\" for r in \(table).to_pylist())."
  }
}
