internal import FoundationEssentials

/// The models that there are: the rules, and those of a folder's files. A file that is wrong is left out, with its faults.
public struct ModelShelf: Sendable {
    /// The rules first, then by name.
    public private(set) var models = [SignalModel.rules]
    public private(set) var faults: [ModelFault] = []

    static let filesMax = 64

    public init() {}

    /// Reads `*.json` of `folder`, by name; a folder that is not there has none. Of a file that is wrong, the model of `before`
    /// stays.
    public init(folder: String, before: ModelShelf = ModelShelf()) {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
            .filter { $0.hasSuffix(".json") && !$0.hasPrefix(".") }.sorted()
        for (index, name) in names.enumerated() {
            let file = "\(folder)/\(name)"
            guard index < ModelShelf.filesMax else {
                faults.append(ModelFault(file: file, path: "", message: "is one of more than \(ModelShelf.filesMax)"))
                break
            }
            let model = String(name.dropLast(".json".count))
            read(file, model)
            if self[model] == nil, let kept = before[model] { models.append(kept) }
        }
    }

    /// Of these files, named as they are without folder and ending.
    public init(files: [String]) {
        for file in files {
            read(file, URL(filePath: file).deletingPathExtension().lastPathComponent)
        }
    }

    private mutating func read(_ file: String, _ name: String) {
        guard self[name] == nil else {
            faults.append(ModelFault(file: file, path: "", message: "there is a model '\(name)' already: rename it"))
            return
        }
        let bytes: [UInt8]
        switch ModelShelf.bytes(file) {
        case .success(let read): bytes = read
        case .failure(let fault):
            faults.append(fault)
            return
        }
        switch ModelFile.read(bytes, name: name, file: file) {
        case .success(let model): models.append(model)
        case .failure(let list): faults += list.faults
        }
    }

    /// Of a regular file of a bearable size.
    public static func bytes(_ file: String) -> Result<[UInt8], ModelFault> {
        func fault(_ message: String) -> Result<[UInt8], ModelFault> {
            .failure(ModelFault(file: file, path: "", message: message))
        }
        let url = URL(filePath: file).resolvingSymlinksInPath()
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: url.path) else {
            return fault("cannot be read")
        }
        guard attributes[.type] as? FileAttributeType == .typeRegular else { return fault("is no regular file") }
        guard (attributes[.size] as? Int ?? .max) <= ModelFile.bytesMax else {
            return fault("has more than \(ModelFile.bytesMax) bytes")
        }
        guard let data = try? Data(contentsOf: url) else { return fault("cannot be read") }
        return .success(Array(data))
    }

    public subscript(_ name: String) -> SignalModel? { models.first { $0.name == name } }
    /// Those that were learned.
    public var trainedCount: Int { models.count { $0.kind != .rules } }
}
