public import Tokenization

/// Why a trace could not be read or paired: where, what was found, what was expected, and the remedy.
public struct TraceError: Error, Equatable, Sendable {
  /// The file.
  public var file: String
  /// The line, counted from 1, in a file of lines.
  public var line: Int?
  /// The sequence, where the file holds several.
  public var sequence: String?
  /// What is wrong.
  public var problem: Problem

  /// A problem at a place.
  public init(file: String, line: Int? = nil, sequence: String? = nil, _ problem: Problem) {
    self.file = file
    self.line = line
    self.sequence = sequence
    self.problem = problem
  }

  /// What can be wrong.
  public enum Problem: Error, Equatable, Sendable {
    // MARK: The file as a whole

    /// The file does not exist.
    case missing
    /// The path names a directory.
    case directory
    /// The system does not let it be read; the reason is the system's.
    case unreadable(reason: String)
    /// The file has no bytes.
    case empty
    /// Another program has written to the file since it was opened. Both in bytes.
    case changed(found: Int, expected: Int)
    /// A compressed stream, called by this name, cannot be unpacked.
    case compression(stream: String, CompressionFault)
    /// The folder for temporary files takes no more than was written, in bytes; the reason is the system's.
    case scratch(folder: String, written: Int, reason: String)
    /// The file is something else.
    case foreign(ForeignFormat)
    /// The file begins like nothing known; these are its first bytes.
    case unrecognised(beginning: [UInt8])
    /// The file has another length than its own header asks for. Both in bytes.
    case fileSize(found: Int, expected: Int)
    /// The file ends before the part that says how long it must be. Both in bytes.
    case headerCut(found: Int, expected: Int)
    /// A llama.cpp file ends early, but so many chunks of it are whole. Sizes in bytes.
    case chunksCut(found: Int, expected: Int, wholeChunks: Int, chunks: Int)
    /// A llama.cpp header has a number that cannot be: the name and the value.
    case headerNumber(name: String, value: Int)

    // MARK: Tensors

    /// The header breaks a rule of the safetensors format.
    case safetensorsHeader(SafetensorsFault)
    /// No tensor has one of these names; the file holds the others.
    case noTensor(wanted: [String], found: [String])
    /// A tensor has a type that cannot be read here.
    case tensorType(tensor: String, found: String, expected: [String])
    /// A tensor has another shape than the trace needs.
    case tensorShape(tensor: String, found: [Int], expected: String)
    /// A batch of several sequences does not say which of its tokens are padding.
    case noAttentionMask(batchSize: Int)
    /// A member of an archive is packed by another method than DEFLATE; the number is the archive's own.
    case packedMember(name: String, method: Int)
    /// A pickle is cut, or holds something else than tensors, numbers and texts.
    case pickle(PickleFault)
    /// An archive is not what its own directory says; what is wrong, as half a sentence.
    case archive(ArchiveFault)
    /// The predicted positions must rise and lie inside the sequence; this one, at this row, does not.
    case position(Int, row: Int, tokens: Int)

    // MARK: JSON

    /// The text is not the JSON it should be. The column counts bytes from 1 in its line.
    case json(JSONFault.Reason, column: Int)
    /// A JSON object has none of the members of a trace, but these.
    case notATrace(keys: [String])
    /// A record holds no logprobs, or null in their place.
    case noLogprobs
    /// The tokens are given as text, without ids.
    case textTokens
    /// The token at this index is named by a text which is that of no token of the vocabulary, or may be that of several.
    case unknownText(String, index: Int, candidates: Int)
    /// The record gives ids and texts, and the vocabulary calls most of so many tokens otherwise; the first of them.
    case otherVocabulary(token: TokenID, text: String, known: String, tokens: Int, of: Int)
    /// The record holds probabilities that a sampler has changed, and no logprobs.
    case probabilities
    /// A server answered with an error; the reason is the server's.
    case failedRequest(reason: String)
    /// The entries name the most probable tokens, and nothing names the sampled ones.
    case sampledTokenUnknown
    /// A record has logprobs but no token ids of the text they belong to.
    case noTokenIDs
    /// A list of logprobs has another length than the list of tokens it belongs to.
    case rowCount(found: Int, expected: Int)
    /// There are more or fewer lists of likely tokens than tokens that they stand beside.
    case listCount(found: Int, expected: Int)
    /// The rows are packed, and no file beside them says how.
    case noDistillationConfig
    /// The file that says how rows are packed lacks a setting, or has one that cannot be.
    case distillationSetting(name: String, found: String?)
    /// A list of a row has another length than it must. Both in elements, which are bytes in packed rows.
    case distilledBytes(column: String, row: Int, found: Int, expected: Int)
    /// A row says that it is about another token than the token list has at this index.
    case emittedToken(index: Int, found: TokenID, expected: TokenID)
    /// A value above 0 is no logprob.
    case logitsInsteadOfLogprobs(value: Double, index: Int)

    // MARK: Sequences and pairs

    /// The stated prompt length, in the file's words, is not within the sequence.
    case promptLength(String, tokens: Int)
    /// A token id that no vocabulary of this size has. Without a size: an id below 0, or above 32 bits.
    case tokenID(Int, index: Int, vocabularySize: Int?)
    /// Two sequences have the same id; the other one stands at this line or index.
    case duplicateSequence(id: String, firstPlace: Int)
    /// The file has no sequence of this id.
    case noSequence(id: String)
    /// The traces are about different tokens, from this index on.
    case tokensDiffer(index: Int, reference: TokenID, tuned: TokenID, tunedFile: String)
    /// One trace has more tokens than the other.
    case lengthsDiffer(reference: Int, tuned: Int, tunedFile: String)
    /// The traces put the border between prompt and response at different places.
    case promptLengthsDiffer(reference: Int, tuned: Int, tunedFile: String)
    /// The rows of the two traces have different lengths.
    case vocabularySizesDiffer(reference: Int, tuned: Int, tunedFile: String)
    /// The traces have no predicted token in common.
    case nothingInCommon(tunedFile: String)
    /// Two files of several sequences have no sequence by the same name.
    case noSharedSequence(tunedFile: String)
    /// The values of the two files do not mean the same.
    case refused(TraceRefusal)
  }
}
