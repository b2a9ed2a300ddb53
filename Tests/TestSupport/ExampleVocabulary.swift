/// A small vocabulary file of each kind that is read.
public enum ExampleVocabulary {
  /// Byte-level BPE: every part of a `tokenizer.json` that has numbers, lists or expressions.
  public static let tokenizerJSON = #"""
    {"version":"1.0","added_tokens":[{"id":5,"content":"<s>","single_word":false,"lstrip":true,"rstrip":false,
    "normalized":false,"special":true},{"id":6,"content":"ba","normalized":true,"special":false}],
    "normalizer":{"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"Replace","pattern":{"String":"x"},
    "content":"a"}]},"pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"Split","pattern":
    {"Regex":"\\p{N}{1,3}|[^\\r\\na-c]?b+|\\s+(?!\\S)|\\s+"},"behavior":"Isolated","invert":false},{"type":"Digits",
    "individual_digits":true},{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}]},
    "decoder":{"type":"ByteLevel"},"model":{"type":"BPE","dropout":null,"unk_token":null,"byte_fallback":false,
    "ignore_merges":false,"vocab":{"a":0,"b":1,"Ġ":2,"ab":3,"Ġab":4},"merges":["a b",["Ġ","ab"]]}}
    """#

  /// Characters with bytes for those that are missing, as Llama 2 has them.
  public static let charactersJSON = #"""
    {"added_tokens":[{"id":0,"content":"<unk>","special":true}],"normalizer":{"type":"Prepend","prepend":"▁"},
    "pre_tokenizer":{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":false},
    "decoder":{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},
    {"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]},
    "model":{"type":"BPE","unk_token":"<unk>","fuse_unk":true,"byte_fallback":true,
    "vocab":{"<unk>":0,"<0x0A>":1,"▁":2,"a":3,"▁a":4},"merges":["▁ a"]}}
    """#

  /// Pieces with scores, of which tokens are shown only.
  public static let unigramJSON = #"""
    {"added_tokens":[{"id":1,"content":"</s>","special":true}],"decoder":{"type":"Metaspace","replacement":"▁"},
    "model":{"type":"Unigram","unk_id":0,"vocab":[["<unk>",0.0],["</s>",0.0],["▁a",-1.5],["b",-2.25]]}}
    """#

  /// Pieces that go on with a word, of which tokens are shown only.
  public static let wordPieceJSON = #"""
    {"decoder":{"type":"WordPiece","prefix":"##"},"model":{"type":"WordPiece","unk_token":"[UNK]",
    "continuing_subword_prefix":"##","vocab":{"[UNK]":0,"a":1,"##b":2}}}
    """#

  /// "a" 0, "b" 1, " " 2, "ab" 3, and the Chinese character for "world" 5: a rank is missing.
  public static let ranks = "YQ== 0\nYg== 1\nIA== 2\nYWI= 3\n5LiW 5\n"

  /// `vocab.json` and, from `#version` on, `merges.txt`.
  public static let pieces = "{\"a\":0,\"b\":1,\"Ġ\":2,\"ab\":3,\"Ġab\":4}#version: 0.2\na b\nĠ ab\n"

  /// Four ranks behind three special tokens, one of which has a name.
  public static let tekken = #"""
    {"config":{"pattern":"\\p{L}+| \\p{L}+|\\s","num_vocab_tokens":4,"default_vocab_size":7,
    "default_num_special_tokens":3,"version":"v3"},"vocab":[{"rank":0,"token_bytes":"YQ==","token_str":"a"},
    {"rank":1,"token_bytes":"Yg==","token_str":"b"},{"rank":2,"token_bytes":"IA==","token_str":" "},
    {"rank":3,"token_bytes":"YWI=","token_str":"ab"}],"special_tokens":[{"rank":1,"token_str":"<s>","is_control":true}]}
    """#

  /// A BPE model: <unk> 0, ▁ 1, a 2, b 3, ab 4, ▁a 5, a word 6 of the user's, and a newline as a byte 7.
  public static let sentencePiece = sentencePieceFile(and: [("<0x0A>", 0, 6)])

  /// The pieces up to the user's word, and others: each with its score and its kind.
  public static func sentencePieceFile(
    type: UInt8 = 2, removesSpaces: UInt8 = 0, and others: [(String, Float, UInt8)] = []
  ) -> BinaryFile {
    var file = BinaryFile()
    let pieces: [(String, Float, UInt8)] = [
      ("<unk>", 0, 2), ("▁", -9, 1), ("a", -10, 1), ("b", -11, 1), ("ab", -1, 1), ("▁a", -2, 1),
      ("<w>", 0, 4),
    ]
    for (text, score, kind) in pieces + others {
      var piece = BinaryFile()
      piece.field(1, Array(text.utf8))
      piece.bytes.append(2 << 3 | 5)
      piece.number(score.bitPattern)
      piece.bytes += [3 << 3, kind]
      file.field(1, piece.bytes)
    }
    file.field(2, [3 << 3, type])
    file.field(3, [3 << 3, 1, 4 << 3, removesSpaces])
    return file
  }

  /// "a" 0, "b" 1, "Ġ" 2, "ab" 3, "<s>" 4, which is a control token, with the merge a b; a value of every type.
  public static let gguf = ggufFile(model: "gpt2")

  /// The same tokens as those of a SentencePiece model.
  public static let ggufPieces = ggufFile(model: "llama")

  private static func ggufFile(model: String) -> BinaryFile {
    var file = BinaryFile(bytes: Array("GGUF".utf8))
    file.number(UInt32(3))
    file.number(UInt64(0))
    file.number(UInt64(9))
    for (name, text) in [("tokenizer.ggml.model", model), ("tokenizer.ggml.pre", "gpt-2")] {
      file.entry(name, type: 8)
      file.string(text)
    }
    file.entry("general.alignment", type: 4)
    file.number(UInt32(32))
    file.entry("tokenizer.ggml.add_space_prefix", type: 7)
    file.number(UInt8(1))
    file.entry("general.scale", type: 12)
    file.number((0.5).bitPattern)
    for (name, list) in [
      ("tokenizer.ggml.tokens", ["a", "b", "Ġ", "ab", "<s>"]), ("tokenizer.ggml.merges", ["a b"]),
    ] {
      file.entry(name, type: 9)
      file.number(UInt32(8))
      file.number(UInt64(list.count))
      for text in list { file.string(text) }
    }
    file.entry("tokenizer.ggml.token_type", type: 9)
    file.number(UInt32(5))
    file.number(UInt64(5))
    for kind in [1, 1, 1, 1, 3] as [Int32] { file.number(kind) }
    file.entry("tokenizer.ggml.scores", type: 9)
    file.number(UInt32(6))
    file.number(UInt64(5))
    for score in [-1, -2, -3, -0.5, 0] as [Float] { file.number(score.bitPattern) }
    return file
  }
}

extension BinaryFile {
  /// The name and the type of a value of a GGUF file.
  fileprivate mutating func entry(_ name: String, type: UInt32) {
    string(name)
    number(type)
  }
}
