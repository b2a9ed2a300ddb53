/// Makes named tensors of what a pickle holds.
struct PickledTensors {
  /// The members of the archive by their names within its folder.
  let places: [String: (storage: ByteStorage, bytes: Range<Int>)]
  private(set) var tensors: [Tensor] = []
  private(set) var metadata: [String: String] = [:]
  private(set) var samples: [SampleFile.Sample] = []
  private var machine: PickleMachine

  /// More names than this are no trace; fewer cannot take long, however often a pickle names one list.
  static let mostNames = 1 << 16

  /// Lists of numbers under these names are read as tensors.
  private static let listNames =
    TensorFile.tokenNames + [
      "positions", "loss_mask", "attention_mask", "logsumexp", "target_logprobs", "target_ranks",
    ]

  init(places: [String: (storage: ByteStorage, bytes: Range<Int>)]) throws(TraceError.Problem) {
    self.places = places
    guard let pickle = places["data.pkl"] else { throw .archive(.missing(name: "data.pkl")) }
    guard pickle.bytes.count <= TensorContainer.largestPickle else {
      throw .archive(.pickleSize(found: pickle.bytes.count, limit: TensorContainer.largestPickle))
    }
    let (machine, root) = try pickle.storage.withUnsafeBytes { (all) throws(TraceError.Problem) in
      var machine = PickleMachine(UnsafeRawBufferPointer(rebasing: all[pickle.bytes]))
      do throws(PickleFault) {
        let root = try machine.run()
        return (machine, root)
      } catch {
        throw .pickle(error)
      }
    }
    self.machine = machine
    try checkByteOrder()
    try add(root)
  }

  private func checkByteOrder() throws(TraceError.Problem) {
    guard let order = places["byteorder"] else { return }
    let text = order.storage.withUnsafeBytes { String(decoding: $0[order.bytes].prefix(16), as: UTF8.self) }
    guard text == "little" else { throw .archive(.byteOrder(text)) }
  }

  private mutating func add(_ root: PickleValue) throws(TraceError.Problem) {
    let scores = TensorFile.scoreNames[0]
    switch root {
    case .dictionary(let members):
      for (name, value) in try named(machine.dictionaries[members]) { try add(value, named: name) }
    // The rows that `generate` returns, or tensors without names.
    case .list(let list):
      if let stacked = try stacked(machine.lists[list], named: scores) {
        tensors.append(stacked)
      } else {
        for (index, value) in machine.lists[list].prefix(Self.mostNames).enumerated() {
          try add(value, named: String(index))
        }
      }
    default: try add(root, named: scores)
    }
  }

  /// The members by their names, those of a dictionary within as `outer.inner`; of several values of one name the
  /// last, as in Python.
  private func named(
    _ members: [(key: PickleValue, value: PickleValue)]
  ) throws(TraceError.Problem) -> [(name: String, value: PickleValue)] {
    var values: [String: PickleValue] = [:]
    func add(_ members: [(key: PickleValue, value: PickleValue)], prefix: String) throws(TraceError.Problem) {
      for (key, value) in members {
        guard case .text(let name) = key else { continue }
        if case .dictionary(let inner) = value {
          if prefix.isEmpty { try add(machine.dictionaries[inner], prefix: name + ".") }
          continue
        }
        values[prefix + name] = value
        guard values.count <= Self.mostNames else { throw .archive(.names(limit: Self.mostNames)) }
      }
    }
    try add(members, prefix: "")
    return values.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  func elements(_ list: Int) -> [PickleValue] { machine.lists[list] }

  func dictionary(_ members: Int) -> [(key: PickleValue, value: PickleValue)] {
    machine.dictionaries[members]
  }

  private mutating func add(_ value: PickleValue, named name: String) throws(TraceError.Problem) {
    switch value {
    case .tensor(let pickled):
      let tensor = try tensor(pickled, named: name)
      if tensor.shape.isEmpty, let number = try? tensor.integers().first {
        metadata[name] = String(number)
      } else {
        tensors.append(tensor)
      }
    case .text(let text): metadata[name] = text
    case .integer(let integer): metadata[name] = String(integer)
    case .number(let number): metadata[name] = String(number)
    case .list(let list) where TensorFile.scoreNames.contains(name) || name == TensorFile.generatedScores:
      if let stacked = try stacked(machine.lists[list], named: name) {
        tensors.append(stacked)
      } else if case .tensor(let first) = machine.lists[list].first {
        throw .tensorShape(
          tensor: name, found: first.shape,
          expected: "[vocabulary] or [1, vocabulary] in each of its elements")
      }
    case .list(let list) where name == "samples": samples = try samples(machine.lists[list])
    case .list(let list) where Self.listNames.contains(name):
      if let numbers = numbers(machine.lists[list], named: name) { tensors.append(numbers) }
    case .list, .none, .boolean, .dictionary, .global, .storage, .mark: break
    }
  }
}
