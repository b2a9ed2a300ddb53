/// The archive that `torch.save` writes: a pickle that names tensors, and their storages beside it.
extension TensorContainer {
  /// A pickle names tensors; it does not hold them. What is longer than this many bytes is not opened.
  static let largestPickle = 32 << 20
  private static let pickleName = "data.pkl"

  /// The tensors of a dictionary by their names, those of a list by their numbers, or a single one as `logits`.
  ///
  /// Lists of numbers become tensors where a trace asks for their name; texts and whole numbers are what the file
  /// says of itself. A dictionary in the dictionary adds its members as `outer.inner`.
  init(pytorch storage: ByteStorage) throws(TraceError.Problem) {
    let archive = try ZipArchive(storage)
    let pickles = archive.members.filter {
      $0.name == Self.pickleName || $0.name.hasSuffix("/" + Self.pickleName)
    }
    guard let pickle = pickles.first, pickles.count == 1 else {
      throw .archive(.missing(name: Self.pickleName))
    }
    let prefix = String(pickle.name.dropLast(Self.pickleName.count))
    let members = archive.members.filter { $0.name.hasPrefix(prefix) }
    let unpacked = try members.unpacked(from: storage)
    let places = Dictionary(
      zip(members.map { String($0.name.dropFirst(prefix.count)) }, unpacked), uniquingKeysWith: { $1 })
    let reader = try PickledTensors(places: places)
    self.init(format: .pytorch, tensors: reader.tensors, metadata: reader.metadata)
    samples = reader.samples
  }
}
