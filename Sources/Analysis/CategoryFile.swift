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
      rules = try YAMLDecoder().decode(TokenCategories.self, from: data)
    } catch {
      throw CategoryError(file: path, reason: Self.reason(error))
    }
  }

  /// The text of a file with these rules.
  public static func text(of rules: TokenCategories) throws -> String { try YAMLEncoder().encode(rules) }

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
