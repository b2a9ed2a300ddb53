public import ArgumentParser
import Foundation
import Reports
public import Statistics
public import Traces

extension HiddenStates.Pooling: ExpressibleByArgument {}
extension PrincipalAxes.Sign: ExpressibleByArgument {}

struct Latent: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "The PCA shift from stored hidden states (arXiv 2507.00432).",
    discussion: """
      Files are safetensors, .npz or PyTorch: hidden_states [layers, texts, positions, width] with attention_mask \
      [texts, positions]; or pooled already, hidden_states and hidden_states_padded_mean [layers, texts, width]. \
      The same texts in the same order in both files of a pair; files pair in the order given.

      In each layer both models' states are projected, without centring, on the first two principal axes of the \
      reference's. d is the length of the mean shift over layers, signs and all; the root mean square over layers \
      depends on no sign.

      Examples:
        tokenshift latent --reference base.safetensors --tuned rl.safetensors
        tokenshift latent --reference base.*.npz --tuned sft.*.npz --pooling padded --layers --format csv
        tokenshift latent -r base.a.npz base.b.npz -t rl.a.npz rl.b.npz --group math=a --group other=b
      """)

  @Option(
    name: [.customShort("r"), .long], parsing: .upToNextOption,
    help: "Hidden states of the base model, one file a task.", completion: .file())
  var reference: [String]
  @Option(
    name: [.customShort("t"), .long], parsing: .upToNextOption,
    help: "Hidden states of the tuned model, the same tasks in the same order.", completion: .file())
  var tuned: [String]
  @Option(help: "Means over the tokens of a text, or as the paper's script over its padding too.")
  var pooling: HiddenStates.Pooling = .masked
  @Option(
    help:
      "The positive end of an axis: its largest loading (scikit-learn 1.5 and later) or largest score (before)."
  )
  var sign: PrincipalAxes.Sign = .loading
  @Option(help: "A group of tasks to average over: NAME=A,B. May be repeated.")
  var group: [String] = []
  @Flag(help: "Print every layer.")
  var layers = false
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard reference.count == tuned.count, !reference.isEmpty else {
      throw ValidationError(
        "--reference and --tuned need the same number of files, but have \(reference.count) and \(tuned.count)."
      )
    }
    for text in group where text.split(separator: "=").count != 2 {
      throw ValidationError("--group must be NAME=A,B, but is \"\(text)\".")
    }
  }

  func run() throws {
    let rows = try zip(reference, tuned).map(row)
    let known = Set(rows.map(\.task))
    for name in groups.keys.sorted() where !known.contains(name) {
      throw CommandFailure(
        status: .usage,
        message: "no file is about the task \"\(name)\". Use \(known.sorted().joined(separator: ", ")).")
    }
    output.print(layers ? .latentLayers(rows, notes: notes) : .latent(rows, notes: notes))
  }

  /// The group of each task.
  private var groups: [String: String] {
    var groups: [String: String] = [:]
    for text in group {
      let parts = text.split(separator: "=").map(String.init)
      for task in parts[1].split(separator: ",") { groups[String(task)] = parts[0] }
    }
    return groups
  }

  private func row(_ reference: String, _ tuned: String) throws -> LatentRow {
    let base = try states(reference)
    let other = try states(tuned)
    let tasks = [base, other].compactMap { $0.metadata["task"] }
    guard Set(tasks).count < 2 else {
      throw CommandFailure(
        status: .badData,
        message: """
          \(tuned): the states are about "\(tasks[1])", but those of \(reference) about "\(tasks[0])". \
          Give both files of a pair in the same place.
          """)
    }
    guard other.shape == base.shape else {
      throw CommandFailure(
        status: .badData,
        message: """
          \(tuned): the states have \(other.shape), but \(base.shape) in \(reference). \
          Store both models' states of the same texts.
          """)
    }
    let task = tasks.first ?? URL(filePath: tuned).deletingPathExtension().lastPathComponent
    return LatentRow(
      task: task, group: groups[task], textCount: base.textCount, shift: try shift(base, other))
  }

  private func states(_ path: String) throws -> HiddenStates {
    do {
      return try HiddenStates(path: path, pooling: pooling)
    } catch {
      guard case .noTensor(let wanted, let found) = error.problem else { throw error }
      throw CommandFailure(
        status: .badData,
        message: """
          \(path): the file has no tensor "\(wanted.joined(separator: "\" or \""))"; it has \
          \(found.isEmpty ? "none" : found.joined(separator: ", ")). \
          Store hidden states under the names that 'tokenshift latent --help' lists.
          """)
    }
  }

  private func shift(_ base: HiddenStates, _ tuned: HiddenStates) throws -> LatentShift {
    LatentShift(
      layers: try (0..<base.layerCount).map { index in
        let vectors = try (base.vectors(ofLayer: index), tuned.vectors(ofLayer: index))
        for (states, vectors) in [(base, vectors.0), (tuned, vectors.1)] where !vectors.allSatisfy(\.isFinite)
        {
          throw CommandFailure(
            status: .badData,
            message: """
              \(states.path): layer \(index) has states that are not finite: of a text without a token, or of a model that \
              overflows in 16 bits. Leave such texts out, or capture in float32.
              """)
        }
        guard
          let layer = LatentShift.Layer(base: vectors.0, tuned: vectors.1, width: base.width, sign: sign)
        else {
          throw CommandFailure(
            status: .badData,
            message: """
              \(base.path): the states of \(base.textCount) texts in layer \(index) do not span the two dimensions of a \
              principal plane. Store at least three different texts.
              """)
        }
        return layer
      })
  }

  private var notes: [String] {
    [
      pooling == .masked
        ? "Pooled over the tokens of each text. The paper's script pools over padding too: --pooling padded."
        : "Pooled over tokens and padding, as the paper's script does: figures depend on the longest text.",
      """
      Axes of the reference's centred states, projections not centred; \
      the largest \(sign.rawValue) of an axis is positive. d depends on these signs, RMS does not.
      """,
    ]
  }
}

extension HiddenStates {
  /// The sizes in words.
  fileprivate var shape: String { "\(layerCount) layers of \(textCount) texts, \(width) wide" }
}
