import CTreeHash
import Measures

/// BLAKE3, as `b3sum` shows it: as hard to deceive as SHA-256, and made for many parts of a text to be hashed at once.
///
/// The blocks are the lower end of a binary tree. Two subtrees of one size are joined as soon as more follows them, for the
/// last two are joined as the root. So one waits for each bit that is set in the number of blocks before.
struct TreeHash: BlockHash {
  /// The bytes of each block but the last one, which may have fewer.
  static let blockSize = Int(TREE_HASH_SUBTREE)

  private typealias Value = [UInt32]

  private let path: tree_hash_path
  private var blockCount = 0
  private var waiting: [Value] = []
  /// The digest, should the first block be the only one.
  private var ofFirst: Value

  /// - Parameter instructions: Instructions that this machine has. All give the same digest.
  init(_ instructions: InstructionSet = .best) {
    path = instructions.treeHashPath
    ofFirst = Self.value(of: UnsafeRawBufferPointer(start: nil, count: 0), 0, path, isRoot: true)
  }

  /// The digest of a text that is there as a whole.
  static func digest(of text: UnsafeRawBufferPointer) -> [UInt8] {
    var hash = TreeHash()
    for start in stride(from: 0, to: text.count, by: blockSize) {
      hash.add(UnsafeRawBufferPointer(rebasing: text[start..<min(start + blockSize, text.count)]))
    }
    return hash.digest()
  }

  mutating func add(_ block: UnsafeRawBufferPointer) {
    precondition(block.count <= Self.blockSize, "\(block.count) bytes in a block of \(Self.blockSize)")
    if blockCount == 0 { ofFirst = Self.value(of: block, 0, path, isRoot: true) }
    if blockCount > 0 { for _ in 0..<blockCount.trailingZeroBitCount { joinLast(isRoot: false) } }
    waiting.append(Self.value(of: block, blockCount, path, isRoot: false))
    blockCount += 1
  }

  mutating func digest() -> [UInt8] {
    while waiting.count > 1 { joinLast(isRoot: waiting.count == 2) }
    let words = blockCount > 1 ? waiting[0] : ofFirst
    return words.flatMap { word in withUnsafeBytes(of: word.littleEndian) { Array($0) } }
  }

  private mutating func joinLast(isRoot: Bool) {
    let right = waiting.removeLast()
    let left = waiting.removeLast()
    waiting.append(
      Value(unsafeUninitializedCapacity: Int(TREE_HASH_WORDS)) { value, count in
        tree_hash_parent(left, right, isRoot, value.baseAddress)
        count = Int(TREE_HASH_WORDS)
      })
  }

  private static func value(
    of block: UnsafeRawBufferPointer, _ number: Int, _ path: tree_hash_path, isRoot: Bool
  ) -> Value {
    let chunksPerBlock = blockSize / Int(TREE_HASH_CHUNK)
    return Value(unsafeUninitializedCapacity: Int(TREE_HASH_WORDS)) { value, count in
      tree_hash_subtree(
        path, block.assumingMemoryBound(to: UInt8.self).baseAddress, block.count,
        UInt64(number * chunksPerBlock), isRoot, value.baseAddress)
      count = Int(TREE_HASH_WORDS)
    }
  }
}

extension InstructionSet {
  fileprivate var treeHashPath: tree_hash_path {
    switch self {
    case .portable: TREE_HASH_PORTABLE
    case .avx2: TREE_HASH_AVX2
    case .avx512: TREE_HASH_AVX512
    }
  }
}
