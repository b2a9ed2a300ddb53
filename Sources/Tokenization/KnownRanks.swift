/// The rank files that are published, told by how many tokens they have and what the last one is, and
/// the special tokens that go with them but are written down elsewhere.
enum KnownRanks {
  private static let files: [(family: SplitPattern.Name, count: Int, last: String)] = [
    (.gpt2, 50_256, " gazed"), (.gpt2, 50_280, String(repeating: " ", count: 25)),
    (.cl100k, 100_256, " Conveyor"), (.o200k, 199_998, " cocos"), (.llama3, 128_000, "锦"),
    (.llama4, 200_000, "(ge"), (.qwen2, 151_643, "⽗"), (.qwen35, 248_044, "ありますか"),
  ]

  /// The family of a file with so many tokens and this last one.
  static func family(of count: Int, last: [UInt8]?) -> SplitPattern.Name? {
    files.first { $0.count == count && Array($0.last.utf8) == last }?.family
  }

  /// The special tokens of a family.
  static func specialTokens(of family: SplitPattern.Name) -> [AddedToken] {
    let numbered: [(Int, String)] =
      switch family {
      case .gpt2: [(50_256, "<|endoftext|>")]
      case .cl100k:
        [
          (100_257, "<|endoftext|>"), (100_258, "<|fim_prefix|>"), (100_259, "<|fim_middle|>"),
          (100_260, "<|fim_suffix|>"), (100_276, "<|endofprompt|>"),
        ]
      case .o200k: [(199_999, "<|endoftext|>"), (200_018, "<|endofprompt|>")]
      case .llama3: numbered(llama3, from: 128_000)
      case .llama4: numbered(llama4, from: 200_000)
      case .qwen2: numbered(["<|endoftext|>", "<|im_start|>", "<|im_end|>"], from: 151_643)
      case .qwen35: numbered(qwen35, from: 248_044)
      case .deepseekV3, .tekken, .kimi: []
      }
    return numbered.map { AddedToken(id: TokenID(Int32($0.0)), content: Array($0.1.utf8), flags: .special) }
  }

  private static func numbered(_ names: [String], from first: Int) -> [(Int, String)] {
    names.enumerated().map { (first + $0, $1) }
  }

  private static let llama3: [String] =
    [
      "<|begin_of_text|>", "<|end_of_text|>", "<|reserved_special_token_0|>", "<|reserved_special_token_1|>",
      "<|finetune_right_pad_id|>", "<|step_id|>", "<|start_header_id|>", "<|end_header_id|>", "<|eom_id|>",
      "<|eot_id|>", "<|python_tag|>", "<|image|>",
    ] + (2..<246).map { "<|reserved_special_token_\($0)|>" }

  private static let llama4: [String] = {
    let text = (0..<6).map { "<|text_post_train_reserved_special_token_\($0)|>" }
    let later = (8..<69).map { "<|text_post_train_reserved_special_token_\($0)|>" }
    let vision = (0..<1048).map { "<|vision_reserved_special_token_\($0)|>" }
    let reasoning = (0..<8).map { "<|reasoning_reserved_special_token_\($0)|>" }
    var named = [
      "<|begin_of_text|>", "<|end_of_text|>", "<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>",
    ]
    named += ["<|header_start|>", "<|header_end|>", "<|eom|>", "<|eot|>", "<|step|>"]
    named += text
    named += ["<|python_start|>", "<|python_end|>", "<|finetune_right_pad|>"]
    named += later
    named += ["<|image_start|>", "<|image_end|>"]
    named += vision[..<2]
    named += ["<|tile_x_separator|>", "<|tile_y_separator|>"]
    named += vision[2..<6]
    named += ["<|image|>", vision[6], "<|patch|>"]
    named += vision[7...]
    named += reasoning
    named += ["<|reasoning_thinking_start|>", "<|reasoning_thinking_end|>"]
    return named + (0..<2048 - named.count).map { "<|reserved_special_token_\($0)|>" }
  }()

  private static let qwen35 = [
    "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|object_ref_start|>", "<|object_ref_end|>",
    "<|box_start|>", "<|box_end|>", "<|quad_start|>", "<|quad_end|>", "<|vision_start|>", "<|vision_end|>",
    "<|vision_pad|>", "<|image_pad|>", "<|video_pad|>", "<tool_call>", "</tool_call>", "<|fim_prefix|>",
    "<|fim_middle|>", "<|fim_suffix|>", "<|fim_pad|>", "<|repo_name|>", "<|file_sep|>", "<tool_response>",
    "</tool_response>", "<think>", "</think>", "<|audio_start|>", "<|audio_end|>", "<tts_pad>",
    "<tts_text_bos>", "<tts_text_eod>", "<tts_text_bos_single>", "<|audio_pad|>",
  ]
}
