/// What has changed in the strategies folder: one strategy's folder, that of the models, or host.yaml.
public struct FolderChange: Sendable, Equatable {
    public struct Kinds: OptionSet, Sendable, Hashable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// The folder is new; what it holds is named beside this.
        public static let added = Kinds(rawValue: 1)
        /// It is gone, or was renamed away.
        public static let removed = Kinds(rawValue: 2)
        /// strategy.yaml.
        public static let configuration = Kinds(rawValue: 4)
        /// A .swift, .c, .h or .rs file.
        public static let source = Kinds(rawValue: 8)
        /// A .so file.
        public static let library = Kinds(rawValue: 16)
        /// host.yaml; stands alone.
        public static let host = Kinds(rawValue: 32)
        /// A .json file of the folder `models`.
        public static let model = Kinds(rawValue: 64)
    }

    /// The folder's name; empty for host.yaml.
    public var id: String
    public var kinds: Kinds

    public init(id: String, kinds: Kinds) {
        self.id = id
        self.kinds = kinds
    }
}

extension FolderChange.Kinds {
    /// What a file in a folder is to a host; nil = nothing: hidden files, and those that editors write for a
    /// moment (`x~`, `#x#`, `4913`, `x.tmp`, `.x.swp`), among many others.
    init?(file name: String, in folder: String) {
        guard !name.hasPrefix("."), !name.hasPrefix("#") else { return nil }
        if folder == "models" {
            guard name.hasSuffix(".json") else { return nil }
            self = .model
        } else if name == "strategy.yaml" || name == "strategy.yml" {
            self = .configuration
        } else if name.hasSuffix(".so") {
            self = .library
        } else if [".swift", ".c", ".h", ".rs"].contains(where: name.hasSuffix) {
            self = .source
        } else {
            return nil
        }
    }
}
