import Foundation
import Testing
import Traces

/// The whole message for each broken file of `samples/broken`, after the file's name.
@Suite struct BrokenFilesTests {
  /// Whole files, and the halves of pairs that differ only when they are compared.
  static let readable = [
    "columns.npz", "double.npz", "packed.jsonl.gz", "packed.jsonl.zst", "packed.npz",
    "nan-reference.safetensors", "nan-tuned.safetensors", "other-tokens.safetensors",
    "vocabulary-reference.safetensors", "vocabulary-tuned.safetensors", "whole.jsonl", "whole.kld",
    "whole.npz", "whole.safetensors",
  ]

  static let messages: [(file: String, message: String)] = [
    ("archive.zip", ": this is a zip archive, not a trace. Unpack it and pass the files in it."),
    (
      "array.npy",
      ": no tensor is named \"tokens\" or \"input_ids\"; the file holds \"logits\". Store the token ids of prompt and response with the scores, or beside them as tokens.npy."
    ),
    (
      "batch-without-mask.safetensors",
      ": the batch of 2 sequences has no \"attention_mask\", so that padding cannot be told from text. Store \"attention_mask\" with 1 for text and 0 for padding, or one sequence to a file."
    ),
    (
      "batch.safetensors",
      ": tensor \"tokens\" has the shape [4], where [2, tokens] is expected. Save one sequence to a file, without padding."
    ),
    (
      "comma.jsonl",
      ":2: at byte 18 of the line, a name in quotes is expected. Write the file with a JSON library."
    ),
    (
      "corrupt.jsonl.gz",
      ": the gzip stream cannot be unpacked: at byte 62 the library says \"invalid distance too far back\". Copy it again, or pack it again from the original."
    ),
    (
      "corrupt.jsonl.zst",
      ": the Zstandard stream cannot be unpacked: between bytes 0 and 203 the library says \"Restored data doesn't match checksum\". Copy it again, or pack it again from the original."
    ),
    (
      "deep.json",
      ":1: at byte 85 of the line, arrays and objects are nested more than 64 deep. Write the file with a JSON library."
    ),
    ("empty.jsonl", ": the file is empty. Copy it again, or write it again where the disk has room."),
    (
      "float8-logits.safetensors",
      ": tensor \"logits\" has the type F8_E4M3, but only F32, F16, BF16, F64 can be read here. Convert the tensor before it is saved."
    ),
    (
      "hole.safetensors",
      ": the safetensors header is broken: tensor \"logits\" begins at 20, but the one before it ends at 16. Write the file again with the program that made it."
    ),
    (
      "image.png",
      ": this is a PNG image, not a trace. Pass a file of logits or logprobs; `tokenshift inspect --help` lists the formats."
    ),
    (
      "integer-logits.safetensors",
      ": tensor \"logits\" has the type I32, but only F32, F16, BF16, F64 can be read here. Convert the tensor before it is saved."
    ),
    (
      "listed-logits.safetensors",
      ": no tensor is named \"logsumexp\"; the file holds \"indices\", \"logits\", \"tokens\". Store the logsumexp of each whole row: listed logits alone give no logprobs."
    ),
    (
      "lm-eval-samples.jsonl",
      ":1: this is a file of lm-evaluation-harness samples, not a trace. Score its texts again and keep every token: it holds one summed logprob per answer, from which no position can be measured."
    ),
    (
      "log.eval",
      ": this is an Inspect log, not a trace. Unpack it and pass a JSON file that keeps token ids and logprobs."
    ),
    (
      "logits.jsonl",
      ":1: sequence \"tiny\": a logprob of token 2 is 17.5, but no logprob is above 0. Run the engine with logprobs_mode raw_logprobs."
    ),
    (
      "missing-row.jsonl",
      ":1: sequence \"tiny\": there is 1 row, but 2 are expected for the tokens. Keep one row for each token, or say with `positions` which ones the rows predict."
    ),
    (
      "negative-position.safetensors",
      ": row 1 predicts token 1, but positions must rise and lie in 0...3. Store for each row the index of the token that it predicts."
    ),
    (
      "negative-token.jsonl",
      ":1: sequence \"tiny\": token 1 has the id -3, which is outside 0...2147483647. Score the text with the vocabulary that made its token ids."
    ),
    (
      "negative.kld",
      ": the header says n_vocab = -5, which cannot be. Write the file again with the program that made it."
    ),
    (
      "no-logprobs.jsonl",
      ":1: the record holds no logprobs. Ask the engine for logprobs or prompt_logprobs when the text is scored."
    ),
    (
      "no-token-ids.jsonl",
      ":1: sequence \"a\": the record holds logprobs, but not the ids of the tokens they belong to. Keep \"prompt_token_ids\": ask a server with return_token_ids."
    ),
    (
      "no-tokens.safetensors",
      ": no tensor is named \"tokens\" or \"input_ids\"; the file holds \"logits\". Store the token ids of prompt and response with the scores, or beside them as tokens.npy."
    ),
    (
      "notes.txt",
      ": this is text that is no JSON, not a trace. Pass a file of logits or logprobs; `tokenshift inspect --help` lists the formats."
    ),
    (
      "object.json",
      ":1: the JSON object holds \"name\", \"version\", but no logprobs of a trace. Pass records with \"choices\" or \"prompt_logprobs\"; `tokenshift inspect --help` shows them."
    ),
    (
      "object.pickle",
      ": this is a Python pickle, not a trace. Load it where it was made and save the tensors with safetensors: a pickle can run any program, so it is never opened."
    ),
    (
      "other-emitted.jsonl",
      ":1: sequence \"tiny\": the row of token 2 is about id 9, but the token list says 2. Keep the ids that the model read, and do not tokenise the text again."
    ),
    (
      "other-names.safetensors",
      ": no tensor is named \"logits\" or \"logprobs\"; the file holds \"lm_head_out\", \"tokens\". Name the tensor of scores with --tensor."
    ),
    (
      "outside-vocabulary.safetensors",
      ": token 2 has the id 9, which is outside 0...3. Score the text with the vocabulary that made its token ids."
    ),
    (
      "prompt-length.jsonl",
      ":1: sequence \"a\": the prompt length \"-1\" is not in 0...2, the length of the sequence. Count the tokens before the first one of the response."
    ),
    (
      "prompt-length.safetensors",
      ": the prompt length \"5\" is not in 0...4, the length of the sequence. Count the tokens before the first one of the response."
    ),
    (
      "rows.safetensors",
      ": there are 2 rows, but 3 are expected for the tokens. Keep one row for each token, or say with `positions` which ones the rows predict."
    ),
    (
      "sampled-token-unknown.json",
      ":1: each entry names the most probable token and not the sampled one, as mlx_lm.server writes them. Ask for logprobs without top_logprobs, or score the text with another engine."
    ),
    (
      "table.parquet",
      ": this is a Parquet table, not a trace. Convert it: datasets.load_dataset(\"parquet\", data_files=FILE)[\"train\"].to_json(\"trace.jsonl\")."
    ),
    (
      "tensors.h5",
      ": this is an HDF5 file, not a trace. Convert it: safetensors.numpy.save_file({\"tokens\": ids, \"logits\": logits}, \"trace.safetensors\")."
    ),
    (
      "tensors.pt",
      ": the file holds no tensors. Store the token ids and the logits of one sequence, as \"tokens\" and \"logits\"."
    ),
    (
      "text-tokens.jsonl",
      ":1: sequence \"a\": the record names its tokens by their text and not by their ids. Name the vocabulary with --vocabulary or in the study, or ask the server with return_tokens_as_token_ids."
    ),
    (
      "trailing.jsonl.gz",
      ": the gzip stream cannot be unpacked: 8 other bytes stand behind its end at byte 204. Copy it again, or pack it again from the original."
    ),
    (
      "trailing.kld",
      ": the file has 94 bytes, but its header asks for 92 bytes. Copy it again, or write it again where the disk has room."
    ),
    (
      "truncated-header.safetensors",
      ": the file ends after 40 bytes, inside its header of 232 bytes. Copy it again, or write it again where the disk has room."
    ),
    (
      "truncated.jsonl",
      ":2: at byte 412 of the line, the text ends inside an array or object. Check whether the file was copied whole."
    ),
    (
      "truncated.jsonl.gz",
      ": the gzip stream cannot be unpacked: it ends at byte 201, before its own end. Copy it again, or pack it again from the original."
    ),
    (
      "truncated.jsonl.zst",
      ": the Zstandard stream cannot be unpacked: it ends at byte 200, before its own end. Copy it again, or pack it again from the original."
    ),
    (
      "truncated.kld",
      ": the file has 82 bytes, but its header asks for 92 bytes: 1 of 2 chunks are whole. Write it again where the disk has room: llama.cpp does not notice a full disk."
    ),
    (
      "truncated.npz",
      ": the archive is broken: it has no directory at its end. Copy it again, or write it again where the disk has room."
    ),
    (
      "truncated.safetensors",
      ": the file has 293 bytes, but its header asks for 296 bytes. Copy it again, or write it again where the disk has room."
    ),
    (
      "twice.jsonl",
      ":3: sequence \"tiny\" stands in the file twice, first on line 1. Give each sequence its own trace_id."
    ),
    (
      "unknown.bin",
      ": the file begins with the bytes 00 01 02 03 04 05 06 07, with which no known format begins. Pass a file of logits or logprobs; `tokenshift inspect --help` lists the formats."
    ),
  ]

  @Test(arguments: messages.indices)
  func `each broken file is refused with its own message`(index: Int) {
    let (file, message) = Self.messages[index]
    #expect(messageOfReading(TestFiles.broken(file)) == file + message)
  }

  @Test(arguments: readable)
  func `the whole files can be read`(file: String) {
    #expect(messageOfReading(TestFiles.broken(file)) == nil)
  }

  @Test func `no file of the folder is left out`() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: TestFiles.broken(""))
    #expect(
      files.filter { $0 != "make_broken.py" }.sorted()
        == (Self.messages.map(\.file) + Self.readable).sorted())
  }

  @Test func `a missing file, a directory and a device are refused`() {
    #expect(
      messageOfReading("/nowhere/base.jsonl") == "base.jsonl: there is no such file. Check the path.")
    #expect(
      messageOfReading(TestFiles.broken(""))
        == "broken: this is a directory, not a file. Name the files in it.")
    #expect(
      messageOfReading("/dev/null")
        == "null: the file cannot be read: it is a pipe or a device, which cannot be mapped into memory. Copy it to a disk and check its permissions."
    )
  }
}
