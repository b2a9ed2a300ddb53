extension TokenizerJSONFile {
  /// The steps of the `pre_tokenizer`, and whether the model merges bytes and not characters.
  ///
  /// It merges bytes where the last step is `ByteLevel`; that step in an earlier place would have the
  /// others look at its alphabet, which nobody asks for.
  func cutSteps() throws(VocabularyError) -> (steps: [CutStep], usesBytes: Bool) {
    guard let part = json["pre_tokenizer"], !part.isNull else { return ([], false) }
    let parts = try flattened(part)
    var steps: [CutStep] = []
    var usesBytes = false
    for (place, part) in parts.enumerated() {
      let kind = try type(of: part)
      if kind == "ByteLevel" {
        guard place == parts.count - 1 else {
          throw error(.unsupported(part: "pre-tokenizer", name: "ByteLevel before another one"))
        }
        usesBytes = true
      }
      steps += try self.steps(part, kind)
    }
    return (Self.recognized(steps), usesBytes)
  }

  private func flattened(_ part: JSONValue) throws(VocabularyError) -> [JSONValue] {
    guard try type(of: part) == "Sequence" else { return [part] }
    var parts: [JSONValue] = []
    for inner in try list("pretokenizers", of: part) { parts += try flattened(inner) }
    return parts
  }

  private func steps(_ part: JSONValue, _ kind: String) throws(VocabularyError) -> [CutStep] {
    switch kind {
    case "ByteLevel":
      var steps: [CutStep] = part["add_prefix_space"]?.flag == false ? [] : [.prefixSpace]
      if part["use_regex"]?.flag != false { steps.append(.family(SplitPattern(.gpt2))) }
      return steps
    case "Split": return [try split(part)]
    case "Digits":
      let isIndividual = part["individual_digits"]?.flag == true
      return [.digits(CutStep.Behavior(kind: isIndividual ? .isolated : .contiguous))]
    case "Punctuation": return [.punctuation(try behavior(part, default: .isolated))]
    case "Metaspace": return [.metaspace(try metaspace(part))]
    case "WhitespaceSplit": return [try expression(#"\s+"#, .removed)]
    case "Whitespace": return [try expression(#"\w+|[^\w\s]+"#, .removed, isInverted: true)]
    default: throw error(.unsupported(part: "pre-tokenizer", name: kind))
    }
  }

  private func expression(
    _ source: String, _ kind: CutStep.Behavior.Kind, isInverted: Bool = false
  ) throws(VocabularyError) -> CutStep {
    do {
      return .expression(
        try SplitExpression(source, dialect: .lines), CutStep.Behavior(kind: kind, isInverted: isInverted))
    } catch {
      throw self.error(.malformedPattern(pattern: source, offset: error.offset, expected: error.expected))
    }
  }

  private func behavior(
    _ part: JSONValue, default kind: CutStep.Behavior.Kind?
  ) throws(VocabularyError) -> CutStep.Behavior {
    if part["behavior"] == nil, let kind { return CutStep.Behavior(kind: kind) }
    let name = String(decoding: try string("behavior", of: part), as: UTF8.self)
    guard let kind = CutStep.Behavior.Kind(rawValue: name) else {
      throw error(.unsupported(part: "behavior", name: name))
    }
    return CutStep.Behavior(kind: kind, isInverted: part["invert"]?.flag == true)
  }

  private func split(_ part: JSONValue) throws(VocabularyError) -> CutStep {
    let behavior = try behavior(part, default: nil)
    // The families' patterns match everything, so that isolating and removing what is between is one.
    let coversAll = behavior == CutStep.Behavior(kind: .isolated) || behavior == Self.matchesOnly
    if coversAll, let source = part["pattern"]?["Regex"]?.text, let family = SplitPattern(expression: source)
    {
      return .family(family)
    }
    switch try pattern(of: part) {
    case .literal(let text): return .literal(text, behavior)
    case .expression(let expression): return .expression(expression, behavior)
    }
  }

  private static let matchesOnly = CutStep.Behavior(kind: .removed, isInverted: true)

  private func metaspace(_ part: JSONValue) throws(VocabularyError) -> CutStep.Metaspace {
    var prepends = CutStep.Metaspace.Prepends.always
    if part["prepend_scheme"] != nil {
      let name = String(decoding: try string("prepend_scheme", of: part), as: UTF8.self)
      guard let scheme = CutStep.Metaspace.Prepends(rawValue: name) else {
        throw error(.unsupported(part: "prepend_scheme", name: name))
      }
      prepends = scheme
    } else if part["add_prefix_space"]?.flag == false {
      prepends = .never
    }
    return CutStep.Metaspace(
      replacement: try string("replacement", of: part), prepends: prepends,
      splits: part["split"]?.flag != false)
  }

  /// The steps with those of DeepSeek V3 put together into the one scanner that does all three.
  private static func recognized(_ steps: [CutStep]) -> [CutStep] {
    let sources = steps.compactMap { step -> String? in
      guard case .expression(let expression, CutStep.Behavior(kind: .isolated)) = step else { return nil }
      return SplitPattern.escaped(expression.source)
    }
    return sources == SplitPattern.deepseekExpressions && steps.count == 3
      ? [.family(SplitPattern(.deepseekV3))] : steps
  }
}
