import Foundation
public import ShiftStore
import Yams

/// The rules of token kinds in a YAML or JSON file: `categories` and `wordKinds`, each a list of rules.
public struct CategoryFile: Sendable {
  /// The rules.
  public let rules: TokenCategories

  /// Reads a file.
  ///
  /// - Throws: ``CategoryError`` when it is not there or does not hold such lists.
  public init(path: String) throws {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw CategoryError(file: path, reason: nil)
    }
    do {
      try Self.checkKeys(data)
      rules = try YAMLDecoder().decode(TokenCategories.self, from: data)
      try Self.checkClasses(rules)
    } catch let fault as Fault {
      throw CategoryError(file: path, reason: fault.reason)
    } catch {
      throw CategoryError(file: path, reason: Self.reason(error))
    }
  }

  /// The text of a file with these rules.
  public static func text(of rules: TokenCategories) throws -> String { try YAMLEncoder().encode(rules) }

  /// What is wrong with a file of the right form, as a clause.
  private struct Fault: Error {
    var reason: String
  }

  /// Refuses keys that nothing reads: a rule of which no condition is read is met by every token.
  private static func checkKeys(_ data: Data) throws {
    guard let root = try Yams.compose(yaml: String(decoding: data, as: UTF8.self))?.mapping else { return }
    func check(_ mapping: Node.Mapping, of owner: String, known: [String]) throws {
      guard let key = mapping.firstKey(notIn: known) else { return }
      let line = key.mark.map { "in line \($0.line) " } ?? ""
      throw Fault(
        reason: """
          \(line)"\(key.string ?? "")" is not a key of \(owner), which has \(known.joined(separator: ", "))
          """)
    }
    let lists = ["categories", "wordKinds"]
    try check(root, of: "the file", known: lists)
    for rule in lists.flatMap({ root[$0]?.sequence.map(Array.init) ?? [] }) {
      guard let rule = rule.mapping else { continue }
      try check(rule, of: "a rule", known: ["name", "special", "words", "holding", "every"])
    }
  }

  /// Refuses what looks like the name of a class of characters and is none.
  private static func checkClasses(_ rules: TokenCategories) throws {
    let known = TokenCategories.Rule.characterClasses
    for rule in rules.categories + rules.wordKinds {
      for entry in rule.every ?? [] where entry.count > 1 && !known.contains(entry) {
        guard entry.utf8.allSatisfy((UInt8(ascii: "a")...UInt8(ascii: "z")).contains) else { continue }
        throw Fault(
          reason: """
            "\(entry)" in the rule "\(rule.name)" is no class of characters; there are \
            \(known.joined(separator: ", ")), and single letters stand each by itself
            """)
      }
    }
  }

  private static func reason(_ error: any Error) -> String {
    switch error {
    case DecodingError.keyNotFound(let key, let context):
      "\(place(context))there is no \"\(key.stringValue)\""
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
      DecodingError.dataCorrupted(let context):
      "\(place(context))the value has another form"
    default: "the file is not YAML"
    }
  }

  private static func place(_ context: DecodingError.Context) -> String {
    let path = context.codingPath.map { $0.intValue.map { "\($0 + 1)" } ?? $0.stringValue }
    return path.isEmpty ? "" : "in \(path.joined(separator: ", ")) "
  }
}

/// Why a file of token kinds could not be used.
public struct CategoryError: Error, Equatable, CustomStringConvertible {
  /// The file.
  public var file: String
  /// What is wrong in it; nil where it cannot be read.
  public var reason: String?

  /// One line: the place, the problem, the remedy.
  public var description: String {
    guard let reason else { return "\(file): the file cannot be read. Check its name." }
    return """
      \(file): \(reason). Write lists of rules "categories" and "wordKinds" as '--show-categories' prints them.
      """
  }
}
