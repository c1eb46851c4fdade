import Configuration
import PluginHost

/// The code that a strategies folder can run: bundled libraries, libraries in strategies' folders, and sources there, which
/// are compiled where they have changed. A terminal shows which one is at work.
struct StrategyCode {
    let builder: SourceBuilder
    private let showsProgress: Bool

    init(_ data: DataFolder, showsProgress: Bool) {
        builder = SourceBuilder(folder: data.builds)
        self.showsProgress = showsProgress && Console.isErrorTerminal
    }

    /// `keepsLast`: sources that do not compile go on with the library that they came to last.
    func discover(_ strategiesFolder: String, keepsLast: Bool = false) -> PluginDiscovery {
        defer { show("") }
        return PluginDiscovery(
            bundledFolder: PluginDiscovery.executableFolder, strategiesFolder: strategiesFolder, builder: builder,
            keepsLast: keepsLast, compiles: { show("compiling \($0) …") })
    }

    func build(_ folder: String) -> Result<BuiltLibrary, BuildFailure> {
        defer { show("") }
        show("compiling \(folder) …")
        return builder.buildAndWait(folder)
    }

    func test(_ folder: String) -> Result<TestRun, BuildFailure> {
        defer { show("") }
        show("testing \(folder) …")
        return builder.test(folder)
    }

    /// For the folder of a host that runs.
    var live: LiveSources { LiveSources(builder: builder) }

    /// What this machine lacks to compile a language; nil = nothing.
    static func missing(for language: SourceLanguage) -> String? {
        if Toolchain.find().compiler(for: language) == nil {
            return "there is no compiler for \(language.name) on this machine; `stratagem doctor` says what is missing"
        }
        if case .failure(let missing) = KitLocation.ofExecutable() { return missing.text }
        return nil
    }

    private func show(_ text: String) {
        if showsProgress { Console.progress(text.printable) }
    }
}
