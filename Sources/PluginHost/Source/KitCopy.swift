internal import FoundationEssentials

extension KitLocation {
    /// Copies the kit into a new folder, as it lies beside an installed executable:
    ///
    ///     kit/StrategyKit.swiftmodule  kit/StrategyTesting.swiftmodule  kit/include/  kit/StrategyKit/*.o  kit/StrategyTesting/*.o
    ///
    /// Returns what went wrong; nil = done.
    public func copy(to folder: String) -> String? {
        let files = FileManager.default
        if files.fileExists(atPath: folder) { return "\(folder) exists already; remove it first" }
        let partial = folder + ".partial"
        try? files.removeItem(atPath: partial)
        do {
            for name in ["StrategyKit", "StrategyTesting"] {
                try files.createDirectory(atPath: "\(partial)/\(name)", withIntermediateDirectories: true)
                try files.copyItem(atPath: "\(modules)/\(name).swiftmodule", toPath: "\(partial)/\(name).swiftmodule")
            }
            try files.copyItem(atPath: headers, toPath: "\(partial)/include")
            for (name, objects) in [("StrategyKit", objects), ("StrategyTesting", testObjects)] {
                for object in objects {
                    let file = object.split(separator: "/").last.map(String.init) ?? object
                    try files.copyItem(atPath: object, toPath: "\(partial)/\(name)/\(file)")
                }
            }
            try files.moveItem(atPath: partial, toPath: folder)
            return nil
        } catch {
            try? files.removeItem(atPath: partial)
            return "\(folder) could not be written: \(FileBytes.systemMessage())"
        }
    }
}
