import Foundation

/// How DistillKit packed the rows of a data set: its `compression_config.yaml`, without which nothing can be unpacked.
struct DistillationConfig: Equatable, Sendable {
  /// A part of the polynomial that stands for the less probable tokens.
  enum Term: Equatable, Sendable {
    case power(Int)
    case squareRoot
    case exponential
  }

  /// Steps that correct the polynomial at so many places.
  struct Bin: Equatable, Sendable {
    var scaleType: NumberType
    var bits: Int
    var count: Int
  }

  /// The types of its numbers, in its own words.
  enum NumberType: String, CaseIterable, Sendable {
    case float16, bfloat16, float32, float64

    var size: Int {
      switch self {
      case .float16, .bfloat16: 2
      case .float32: 4
      case .float64: 8
      }
    }
  }

  /// What the data set calls it.
  static let fileName = "compression_config.yaml"

  /// The settings that lie beside a file of records, and where; nil where none do.
  static func beside(_ path: String) throws(TraceError) -> (config: DistillationConfig, path: String)? {
    let folder = (path as NSString).deletingLastPathComponent
    let file = folder.isEmpty ? fileName : "\(folder)/\(fileName)"
    guard access(file, F_OK) == 0 else { return nil }
    let storage = try ByteStorage(mapping: file)
    do throws(TraceError.Problem) {
      return (try DistillationConfig(storage.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }), file)
    } catch {
      throw TraceError(file: file, error)
    }
  }

  /// The tokens of the vocabulary: ids lie below it.
  var vocabularySize: Int
  /// The tokens listed in a row, from the most probable one on.
  var listed: Int
  /// The first of them, whose logprobs are stored as numbers.
  var exact: Int
  var exactType: NumberType
  var terms: [Term]
  var termType: NumberType
  var bins: [Bin]
  /// Each value is the difference from the one before.
  var isDelta: Bool
  /// The polynomial runs over 0 … 1 and not over whole numbers.
  var isNormalised: Bool

  /// The bits of an id.
  var idBits: Int { Int.bitWidth - (vocabularySize - 1).leadingZeroBitCount }
  /// The bytes of the ids of a row.
  var idBytes: Int { (listed * idBits + 7) / 8 }
  /// The bytes of the values of a row.
  var valueBytes: Int {
    exact * exactType.size + terms.count * termType.size
      + bins.reduce(0) { $0 + $1.scaleType.size + ($1.count * $1.bits + 7) / 8 }
  }

  // MARK: Reading

  /// The settings of a YAML file, wherever in it they stand.
  init(_ text: String) throws(TraceError.Problem) {
    let settings = DistillationSettings(text)
    vocabularySize = try settings.number("d", in: 2...Int(Int32.max))
    listed = try settings.number("k", in: 1...vocabularySize)
    exact = try settings.number("exact_k", in: 0...listed)
    exactType = try settings.type("exact_dtype")
    termType = try settings.type("term_dtype")
    var terms: [Term] = []
    for word in settings.lists["polynomial_terms"] ?? [] {
      switch (word, Int(word)) {
      case ("sqrt", _): terms.append(.squareRoot)
      case ("exp", _): terms.append(.exponential)
      case (_, let power?) where (0...64).contains(power): terms.append(.power(power))
      default: throw .distillationSetting(name: "polynomial_terms", found: word)
      }
    }
    self.terms = terms
    var room = listed - exact
    var bins: [Bin] = []
    for bin in settings.bins {
      let count = try bin.number("num_elements", in: 0...room)
      room -= count
      bins.append(
        Bin(
          scaleType: try bin.type("scale_dtype"), bits: try bin.number("element_bits", in: 1...32),
          count: count))
    }
    self.bins = bins
    isDelta = try settings.flag("delta_encoding")
    isNormalised = try settings.flag("normalize_t")
  }
}

/// The part of YAML in which these settings are written: scalars, lists of them, and one list of small tables.
private struct DistillationSettings {
  var scalars: [String: String] = [:]
  var lists: [String: [String]] = [:]
  var bins: [DistillationSettings] = []

  init() {}

  init(_ text: String) {
    var list = ""
    for line in text.split(whereSeparator: \.isNewline) {
      var words = line.prefix { $0 != "#" }.trimmingCharacters(in: .whitespaces)
      let isItem = words.hasPrefix("- ")
      if isItem { words = words.dropFirst(2).trimmingCharacters(in: .whitespaces) }
      guard let colon = words.firstIndex(of: ":") else {
        if isItem { lists[list, default: []].append(Self.bare(words)) }
        continue
      }
      let key = Self.bare(String(words[..<colon]))
      let value = words[words.index(after: colon)...].trimmingCharacters(in: .whitespaces)
      if list == "residual_bins", isItem { bins.append(DistillationSettings()) }
      if Self.binKeys.contains(key), !bins.isEmpty {
        bins[bins.count - 1].scalars[key] = Self.bare(value)
      } else if value.isEmpty {
        list = key
      } else if value.hasPrefix("[") {
        lists[key] = value.split { "[], ".contains($0) }.map { Self.bare(String($0)) }
      } else {
        scalars[key] = Self.bare(value)
      }
    }
  }

  private static let binKeys = ["scale_dtype", "element_bits", "num_elements"]

  private static func bare(_ word: String) -> String {
    word.trimmingCharacters(in: CharacterSet(charactersIn: "\"' "))
  }

  func number(_ name: String, in range: ClosedRange<Int>) throws(TraceError.Problem) -> Int {
    guard let word = scalars[name], let number = Int(word), range.contains(number) else {
      throw .distillationSetting(name: name, found: scalars[name])
    }
    return number
  }

  /// A truth value, false where it is not set.
  func flag(_ name: String) throws(TraceError.Problem) -> Bool {
    switch scalars[name]?.lowercased() {
    case nil, "false", "null": false
    case "true": true
    case let word?: throw .distillationSetting(name: name, found: word)
    }
  }

  func type(_ name: String) throws(TraceError.Problem) -> DistillationConfig.NumberType {
    guard let word = scalars[name], let type = DistillationConfig.NumberType(rawValue: word) else {
      throw .distillationSetting(name: name, found: scalars[name])
    }
    return type
  }
}
