extension TokenizerJSONFile {
  /// The steps of the `normalizer`, and of the normalizers in it.
  func normalizers(_ part: JSONValue?) throws(VocabularyError) -> [Normalizer] {
    guard let part, !part.isNull else { return [] }
    let kind = try type(of: part)
    if let form = NormalizationForm(rawValue: kind) { return [.form(form)] }
    switch kind {
    case "Sequence":
      var steps: [Normalizer] = []
      for inner in try list("normalizers", of: part) { steps += try normalizers(inner) }
      return steps
    case "Lowercase": return [.lowercase]
    case "Prepend": return [.prepend(try string("prepend", of: part))]
    case "Strip":
      return [.strip(left: part["strip_left"]?.flag == true, right: part["strip_right"]?.flag == true)]
    case "Replace":
      let content = try string("content", of: part)
      switch try pattern(of: part) {
      case .literal(let text): return [.replace(text, with: content)]
      case .expression(let expression): return [.replaceMatches(expression, with: content)]
      }
    default: throw error(.unsupported(part: "normalizer", name: kind))
    }
  }

  /// What a part looks for.
  enum Pattern {
    case literal([UInt8])
    case expression(SplitExpression)
  }

  /// The `pattern` of a part: a literal string or an expression.
  func pattern(of part: JSONValue) throws(VocabularyError) -> Pattern {
    let pattern = try self.part("pattern", of: part)
    if pattern["String"] != nil { return .literal(try string("String", of: pattern)) }
    let source = String(decoding: try string("Regex", of: pattern), as: UTF8.self)
    do { return .expression(try SplitExpression(source, dialect: .lines)) } catch {
      throw self.error(.malformedPattern(pattern: source, offset: error.offset, expected: error.expected))
    }
  }
}
