import Foundation

/// Files that hold what a file of tensors lacks.
///
/// What is not named is looked for beside the file: for `logits/sft.npy` the token ids in `logits/sft.tokens.npy`, then
/// in `logits/tokens.npy`, and for hidden states the output head in `logits/sft.lm_head.safetensors`. Two models share
/// a text but not a head, which therefore always has the name of its file.
public struct TraceCompanions: Hashable, Sendable {
  /// A file with the token ids: an array, or tensors of which one is called `tokens` or `input_ids`.
  public var tokens: String?
  /// A file with the output head, [V, H]: the model's own weights, or that tensor alone.
  public var head: String?

  /// Companions by these paths; those that are not named are looked for.
  public init(tokens: String? = nil, head: String? = nil) {
    self.tokens = tokens
    self.head = head
  }

  /// The tensors of a file and of those companions that it needs, with the paths of the latter.
  func completing(
    _ container: TensorContainer, path: String
  ) throws(TraceError) -> (container: TensorContainer, files: [String]) {
    var container = container
    var files: [String] = []
    let stem = (path as NSString).deletingPathExtension
    let folder = (path as NSString).deletingLastPathComponent
    let besideIt = ["\(stem).tokens.npy", folder.isEmpty ? "tokens.npy" : "\(folder)/tokens.npy"]
    if tokens != nil
      || container.tensor(named: TensorFile.tokenNames + [TensorFile.generatedTokens]) == nil,
      let file = tokens ?? Self.firstFile(of: besideIt, except: path)
    {
      var tensor = try Self.tensor(named: TensorFile.tokenNames, in: file)
      tensor.name = TensorFile.tokenNames[0]
      container.tensors.removeAll {
        TensorFile.tokenNames.contains($0.name) || $0.name == TensorFile.generatedTokens
      }
      container.tensors.append(tensor)
      files.append(file)
    }
    if container.tensor(named: TensorFile.scoreNames) == nil,
      container.tensor(named: OutputHead.hiddenNames) != nil,
      head != nil || container.tensor(named: OutputHead.weightNames) == nil,
      let file = head ?? Self.firstFile(of: ["\(stem).lm_head.safetensors"], except: path)
    {
      var tensor = try Self.tensor(named: OutputHead.weightNames, in: file)
      tensor.name = OutputHead.weightNames[0]
      container.tensors.removeAll { OutputHead.weightNames.contains($0.name) }
      container.tensors.append(tensor)
      files.append(file)
    }
    return (container, files)
  }

  private static func firstFile(of paths: [String], except path: String) -> String? {
    paths.first { $0 != path && access($0, F_OK) == 0 }
  }

  /// The tensor of one of these names in a file, or its only one.
  private static func tensor(named names: [String], in file: String) throws(TraceError) -> Tensor {
    let storage = try ByteStorage(mapping: file)
    do throws(TraceError.Problem) {
      let signature = storage.withUnsafeBytes { FileSignature($0) }
      let tensors = try TensorContainer(storage, signature: signature)?.tensors ?? []
      let only = tensors.count == 1 ? tensors.first : nil
      let named = names.lazy.compactMap { name in tensors.first { $0.name == name } }.first
      guard let tensor = named ?? only else {
        throw .noTensor(wanted: names, found: tensors.map(\.name).sorted())
      }
      return tensor
    } catch {
      throw TraceError(file: file, error)
    }
  }
}
