extension TokenCategories {
  /// The rules that an index is made with.
  ///
  /// Connectives are those of RL-Probe and the words that Huan et al. (arXiv 2507.00432, Figure 5) show as
  /// logical-structural; their own lists are not published. Single letters are content: they are mostly variables.
  public static let standard = TokenCategories(
    categories: [
      Rule("format", special: true),
      Rule("whitespace", every: ["whitespace"]),
      Rule("discourse marker", words: discourseMarkers),
      Rule("connective", words: connectives),
      Rule(
        "format",
        words: [
          "**", "***", "****", "#", "##", "###", "####", "---", "```", "boxed", "</", "think", "<think>",
          "</think>",
        ], holding: ["**", "##", "```", "---"]),
      Rule(
        "code",
        words: [
          "def", "elif", "func", "const", "printf", "println", "async", "await", "lambda", "null", "none",
          "nullptr", "str", "len", "self", "bool", "struct", "sizeof",
        ], holding: ["()", "{}", "[]", "=>", "->", "==", "!=", "::", "&&", "||", "();", ");", "('", "(\""]),
      Rule("digit", every: ["digit"]),
      Rule(
        "mathematical symbol",
        words: [
          "\\", "frac", "dfrac", "sqrt", "cdot", "times", "div", "sum", "pi", "theta", "alpha", "beta",
          "infty",
          "leq", "geq", "neq", "pm", "sin", "cos", "tan", "log", "ln", "mod", "circ", "angle", "$", "$$",
        ], every: ["mathematics", "+-*/=<>^±×÷√∞°"]),
      Rule("punctuation", every: ["punctuation"]),
    ],
    wordKinds: [
      Rule("format", special: true),
      Rule("structural", words: discourseMarkers + connectives),
      Rule("content", every: ["letter", "'’-"]),
    ])

  private static let discourseMarkers = [
    "wait", "hmm", "hm", "okay", "ok", "alright", "oh", "ah", "aha", "uh", "um", "well", "yep", "yeah", "yes",
    "actually", "maybe", "perhaps", "probably", "likely", "might", "let", "lets", "let's", "again", "indeed",
    "anyway", "sure", "check", "confirm", "verify", "remember", "recall", "see", "look", "think", "right",
    "hold", "sorry", "now",
  ]

  private static let connectives = [
    "therefore", "thus", "hence", "so", "because", "since", "if", "then", "when", "where", "given",
    "assuming",
    "implies", "follows", "means", "consequently", "however", "but", "although", "though", "unless",
    "another",
    "alternatively", "first", "firstly", "second", "secondly", "third", "thirdly", "finally", "lastly",
    "next",
    "also", "and", "or", "nor", "yet", "which", "while", "whereas", "moreover", "furthermore", "additionally",
    "otherwise", "instead", "suppose", "for", "that", "there", "this", "these", "those", "as", "until",
    "before",
    "after", "once", "whether", "either", "neither", "both", "rather", "still", "besides", "overall",
  ]
}
