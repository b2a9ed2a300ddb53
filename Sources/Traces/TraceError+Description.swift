import Tokenization

extension TraceError: CustomStringConvertible {
  /// One line: the place, the problem in one sentence, the remedy in another.
  public var description: String {
    let lineAndColumn = line.map { ":\($0)" } ?? ""
    let inSequence = sequence.map { "sequence \"\($0)\": " } ?? ""
    return "\(file)\(lineAndColumn): \(inSequence)\(problem.statement) \(problem.remedy)"
  }
}

extension TraceError.Problem {
  /// What is wrong: one sentence, with the numbers found and expected.
  var statement: String {
    fileStatement ?? tensorStatement ?? recordStatement ?? pairStatement ?? ""
  }

  private var fileStatement: String? {
    switch self {
    case .missing: "there is no such file."
    case .directory: "this is a directory, not a file."
    case .unreadable(let reason): "the file cannot be read: \(reason)."
    case .empty: "the file is empty."
    case .changed(let found, let expected):
      "the file was written to while it was read: it had \(bytes(expected)) and has \(found)."
    case .compression(let stream, let fault): "the \(stream) cannot be unpacked: \(fault.statement)."
    case .scratch(let folder, let written, let reason):
      "a temporary file in \"\(folder)\" takes no more than \(bytes(written)): \(reason)."
    case .foreign(let format): "this is \(format.name), not a trace."
    case .unrecognised(let beginning):
      "the file begins with the bytes \(hexadecimal(beginning)), with which no known format begins."
    case .fileSize(let found, let expected):
      "the file has \(bytes(found)), but its header asks for \(bytes(expected))."
    case .headerCut(let found, let expected):
      "the file ends after \(bytes(found)), inside its header of \(bytes(expected))."
    case .chunksCut(let found, let expected, let whole, let chunks):
      "the file has \(bytes(found)), but its header asks for \(bytes(expected)): \(whole) of \(chunks) chunks are whole."
    case .headerNumber(let name, let value): "the header says \(name) = \(value), which cannot be."
    default: nil
    }
  }

  private var tensorStatement: String? {
    switch self {
    case .safetensorsHeader(let fault): "the safetensors header is broken: \(fault.statement)."
    case .noTensor(let wanted, let found):
      found.isEmpty
        ? "the file holds no tensors."
        : "no tensor is named \(quoted(wanted, joinedBy: " or ")); the file holds \(quoted(found, joinedBy: ", "))."
    case .tensorType(let tensor, let found, let expected):
      "tensor \"\(tensor)\" has the type \(found), but only \(expected.joined(separator: ", ")) can be read here."
    case .tensorShape(let tensor, let found, let expected):
      "tensor \"\(tensor)\" has the shape \(found), where \(expected) is expected."
    case .noAttentionMask(let batchSize):
      "the batch of \(batchSize) sequences has no \"attention_mask\", so that padding cannot be told from text."
    case .packedMember(let name, let method):
      "array \"\(name)\" is packed by method \(method), but only 0 (stored) and 8 (deflated) can be read."
    case .pickle(let fault): "the pickle is not opened: \(fault.statement)."
    case .archive(let fault):
      fault.isOfArray ? "\(fault.statement)." : "the archive is broken: \(fault.statement)."
    case .position(let position, let row, let tokens):
      "row \(row) predicts token \(position), but positions must rise and lie in 0...\(tokens - 1)."
    default: nil
    }
  }

  private var recordStatement: String? {
    switch self {
    case .json(let reason, let column):
      "at byte \(column) of the line, \(reason.statement)."
    case .notATrace(let keys):
      keys.isEmpty
        ? "the JSON holds no trace."
        : "the JSON object holds \(quoted(keys, joinedBy: ", ")), but no logprobs of a trace."
    case .noLogprobs: "the record holds no logprobs."
    case .textTokens: "the record names its tokens by their text and not by their ids."
    case .unknownText(let text, let index, let candidates):
      candidates == 0
        ? "token \(index) is the text \"\(text)\", which is no token of the vocabulary."
        : "token \(index) is the text \"\(text)\", which may be any of \(candidates) tokens of the vocabulary."
    case .otherVocabulary(let token, let text, let known, let tokens, let all):
      "the record calls id \(token) \"\(text)\", but the vocabulary calls it \"\(known)\"; so it is with \(tokens) of \(all) entries."
    case .probabilities: "the record holds probabilities after the sampler and no logprobs."
    case .failedRequest(let reason):
      "the request failed, and the record holds an error and no text: \(reason.hasSuffix(".") ? String(reason.dropLast()) : reason)."
    case .sampledTokenUnknown:
      "each entry names the most probable token and not the sampled one, as mlx_lm.server writes them."
    case .noTokenIDs: "the record holds logprobs, but not the ids of the tokens they belong to."
    case .rowCount(let found, let expected):
      "there \(found == 1 ? "is" : "are") \(count(found, "row")), but \(expected) are expected for the tokens."
    case .listCount(let found, let expected):
      "there \(found == 1 ? "is 1 list" : "are \(found) lists") of likely tokens beside the tokens of a text, but \(expected) are expected."
    case .noDistillationConfig: "the rows are packed, and nothing beside the file says how."
    case .distillationSetting(let name, let found):
      found.map { "\(DistillationConfig.fileName) says \(name) = \"\($0)\", which cannot be read here." }
        ?? "\(DistillationConfig.fileName) does not say \(name)."
    case .distilledBytes(let column, let row, let found, let expected):
      "row \(row) of \"\(column)\" has \(count(found, "element")), where \(expected) are expected."
    case .emittedToken(let index, let found, let expected):
      "the row of token \(index) is about id \(found), but the token list says \(expected)."
    case .logitsInsteadOfLogprobs(let value, let index):
      "a logprob of token \(index) is \(value), but no logprob is above 0."
    default: nil
    }
  }

  private var pairStatement: String? {
    switch self {
    case .tokenID(let id, let index, let size):
      "token \(index) has the id \(id), which is outside 0...\(size.map { $0 - 1 } ?? Int(Int32.max))."
    case .promptLength(let text, let tokens):
      "the prompt length \"\(text)\" is not in 0...\(tokens), the length of the sequence."
    case .duplicateSequence(let id, let line):
      "sequence \"\(id)\" stands in the file twice, first on line \(line)."
    case .noSequence(let id): "the file holds no sequence \"\(id)\"."
    case .tokensDiffer(let index, let reference, let tuned, let file):
      "token \(index) has the id \(reference), but \(tuned) in \(file)."
    case .lengthsDiffer(let reference, let tuned, let file):
      "the sequence has \(count(reference, "token")), but \(tuned) in \(file)."
    case .promptLengthsDiffer(let reference, let tuned, let file):
      "the prompt has \(count(reference, "token")), but \(tuned) in \(file)."
    case .vocabularySizesDiffer(let reference, let tuned, let file):
      "a row has \(count(reference, "score")), but \(tuned) in \(file)."
    case .nothingInCommon(let file): "no response token has a row both here and in \(file)."
    case .noSharedSequence(let tunedFile): "the file shares no sequence with \(tunedFile)."
    case .refused(let refusal): refusal.statement
    default: nil
    }
  }

  /// What to do: a sentence that starts with a verb.
  var remedy: String {
    switch self {
    case .missing: "Check the path."
    case .directory: "Name the files in it."
    case .unreadable: "Copy it to a disk and check its permissions."
    case .changed: "Read it again when nothing writes to it any more."
    case .compression(_, .tooLarge): "Unpack it yourself if you trust it, and pass the unpacked file."
    case .compression(_, .windowTooLarge): "Pack it again with zstd --long=27 or less."
    case .compression: "Copy it again, or pack it again from the original."
    case .scratch: "Free some room, or set TMPDIR to a folder on a larger disk."
    case .empty, .fileSize, .headerCut: "Copy it again, or write it again where the disk has room."
    case .chunksCut:
      "Write it again where the disk has room: llama.cpp does not notice a full disk."
    case .foreign(let format): format.remedy
    case .unrecognised: "Pass a file of logits or logprobs; `tokenshift inspect --help` lists the formats."
    case .headerNumber, .safetensorsHeader: "Write the file again with the program that made it."
    case .noTensor(_, let found) where found.isEmpty:
      "Store the token ids and the logits of one sequence, as \"tokens\" and \"logits\"."
    case .noTensor(let wanted, _):
      switch wanted {
      case TensorFile.tokenNames:
        "Store the token ids of prompt and response with the scores, or beside them as tokens.npy."
      case OutputHead.weightNames:
        "Store the output head with the hidden states as \"lm_head\", or beside them as NAME.lm_head.safetensors."
      case [TensorFile.normaliserName]:
        "Store the logsumexp of each whole row: listed logits alone give no logprobs."
      default: "Name the tensor of scores with --tensor."
      }
    case .tensorType(_, "<V2", _), .tensorType(_, "|V2", _):
      "Save array.astype(numpy.float32): a NumPy file forgets that an array was bfloat16."
    case .tensorType(_, "|O", _): "Save an array of numbers: one of Python objects is a pickle."
    case .tensorType: "Convert the tensor before it is saved."
    case .tensorShape: "Save one sequence to a file, without padding."
    case .noAttentionMask:
      "Store \"attention_mask\" with 1 for text and 0 for padding, or one sequence to a file."
    case .packedMember: "Save with numpy.savez or numpy.savez_compressed."
    case .pickle:
      "Save only tensors, numbers and texts: torch.save({\"tokens\": ids, \"logits\": logits}, FILE)."
    case .archive(let fault): fault.remedy
    case .position: "Store for each row the index of the token that it predicts."
    case .json(.endsInside, _): "Check whether the file was copied whole."
    case .json: "Write the file with a JSON library."
    case .notATrace:
      "Pass records with \"choices\" or \"prompt_logprobs\"; `tokenshift inspect --help` shows them."
    case .noLogprobs: "Ask the engine for logprobs or prompt_logprobs when the text is scored."
    case .textTokens:
      "Name the vocabulary with --vocabulary or in the study, or ask the server with return_tokens_as_token_ids."
    case .otherVocabulary, .unknownText(_, _, candidates: 0):
      "Name the vocabulary of the model that read the text."
    case .unknownText: "Keep the token ids: ask the server with return_tokens_as_token_ids."
    case .probabilities: "Ask llama-server without post_sampling_probs."
    case .failedRequest: "Ask for it again, or take the record out of the file."
    case .sampledTokenUnknown: "Ask for logprobs without top_logprobs, or score the text with another engine."
    case .noTokenIDs: "Keep \"prompt_token_ids\": ask a server with return_token_ids."
    case .rowCount: "Keep one row for each token, or say with `positions` which ones the rows predict."
    case .listCount: "Score the text again: behind a list that is missing, each is about another token."
    case .noDistillationConfig: "Put the data set's \(DistillationConfig.fileName) beside it."
    case .distillationSetting:
      "Put the \(DistillationConfig.fileName) with which the data set was made beside it."
    case .distilledBytes:
      "Check that the file was converted whole, and that \(DistillationConfig.fileName) belongs to it."
    case .emittedToken: "Keep the ids that the model read, and do not tokenise the text again."
    case .logitsInsteadOfLogprobs: "Run the engine with logprobs_mode raw_logprobs."
    case .tokenID: "Score the text with the vocabulary that made its token ids."
    case .promptLength: "Count the tokens before the first one of the response."
    case .duplicateSequence: "Give each sequence its own trace_id."
    case .noSequence: "Run `tokenshift inspect` on the file to see the ids it holds."
    case .tokensDiffer, .lengthsDiffer: "Score the same token ids with both models."
    case .promptLengthsDiffer: "Cut the prompt at the same token for both models."
    case .vocabularySizesDiffer: "Compare models that share one vocabulary, and cut padding from both alike."
    case .nothingInCommon: "Keep the logprobs of the same tokens for both models."
    case .noSharedSequence: "Give the traces of one sequence the same trace_id in both files."
    case .refused(let refusal): refusal.remedy
    }
  }

  private func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
  }
  private func quoted(_ names: [String], joinedBy separator: String) -> String {
    names.map { "\"\($0)\"" }.joined(separator: separator)
  }
  private func bytes(_ number: Int) -> String { count(number, "byte") }
  private func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}

extension JSONFault.Reason {
  /// Half a sentence.
  var statement: String {
    switch self {
    case .expected(let what): "\(what) is expected"
    case .endsInside(let what):
      what.hasPrefix("before") ? "the text ends \(what)" : "the text ends inside \(what)"
    case .tooDeep: "arrays and objects are nested more than \(JSONCursor.deepest) deep"
    case .controlCharacter: "a control character stands in a string"
    case .badEscape: "a backslash is followed by no escape of JSON"
    case .notAnInteger: "a whole number is expected"
    case .repeatedKey(let key): "\"\(key)\" stands twice in one object"
    }
  }
}

extension SafetensorsFault {
  /// Half a sentence.
  var statement: String {
    switch self {
    case .json(let reason, let byte): "at byte \(byte), \(reason.statement)"
    case .duplicate(let name): "two tensors are named \"\(name)\""
    case .gap(let tensor, let begin, let expected):
      "tensor \"\(tensor)\" begins at \(begin), but the one before it ends at \(expected)"
    case .negative(let tensor): "tensor \"\(tensor)\" has a negative size"
    case .size(let tensor, let found, let expected):
      "tensor \"\(tensor)\" takes \(found) bytes, but its shape asks for \(expected)"
    case .overflow(let tensor, let shape): "the shape \(shape) of tensor \"\(tensor)\" is beyond 64 bits"
    case .unknownType(let tensor, let type): "tensor \"\(tensor)\" has the unknown type \"\(type)\""
    case .incomplete(let tensor): "tensor \"\(tensor)\" lacks its dtype, shape or data_offsets"
    }
  }
}
