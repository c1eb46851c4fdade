import PluginHost

/// What `stratagem new` writes: a strategy that trades at once, and teaches by its comments.
struct Scaffold {
    struct File: Equatable {
        /// In the strategy's folder.
        var path: String
        var text: String
    }

    /// The folder's name, and the strategy's id.
    let id: String
    let language: SourceLanguage

    /// The plugin's id: "my-idea" → "MyIdea".
    var pluginID: String { Scaffold.camelCase(id) }
    /// For people: "my-idea" → "My idea".
    var title: String {
        let words = Scaffold.words(id).joined(separator: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }
    /// Of files: "my-idea" → "my_idea".
    var stem: String { String(id.map { $0 == "-" ? "_" : $0 }) }

    var files: [File] {
        switch language {
        case .swift: [configuration, SwiftScaffold.source(self), SwiftScaffold.test(self)]
        case .c: [configuration, CScaffold.source(self), CScaffold.test(self)]
        case .rust: [configuration, RustScaffold.source(self)]
        }
    }

    var sourceFile: String { files[1].path }

    /// The same keys for each language: the strategies do the same.
    private var configuration: File {
        File(
            path: "strategy.yaml",
            text: """
                # What the host runs from this folder. Every key has a default; a wrong one is reported with its line by
                # `stratagem check`. The code is \(language == .swift ? "" : "\(language.name), ")compiled by the host from the source beside this file.
                name: \(title)
                description: Long while the fast average of closes is above the slow one, short while it is below.
                direction: both
                category: trend
                tags: [example]

                # What it trades, and how long its bars are: 1s 5s 1m 5m 15m 1h 1d.
                instruments: [BTC_USDT]
                timeframe: 1s

                # As the source declares them; `stratagem strategies --plugins` lists each with its bounds.
                parameters: {quantity: 0.01}

                # The gate denies what would go beyond, whatever the code asks for.
                risk_parameters: {max_position_size: 0.05}

                # When the host stops, or the strategy fails: cancel (its working orders), keep, or flatten.
                on_stop: cancel
                on_fault: cancel

                """)
    }

    // MARK: Names

    /// Why a name cannot be used; nil = it can.
    static func problem(withName name: String) -> String? {
        let isPlain = name.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5a).contains($0) || (0x61...0x7a).contains($0) || $0 == 0x5f
                || $0 == 0x2d
        }
        guard (1...64).contains(name.utf8.count), isPlain else {
            return "'\(name.printable)' is no name: a strategy is called by 1 to 64 letters, digits, _ and -"
        }
        guard name.utf8.contains(where: { $0 != 0x5f && $0 != 0x2d && !(0x30...0x39).contains($0) }) else {
            return "'\(name)' has no letter"
        }
        if name.hasPrefix("-") { return "'\(name)' begins with -" }
        return nil
    }

    private static func words(_ name: String) -> [String] {
        name.split { $0 == "_" || $0 == "-" }.map(String.init)
    }

    /// A name begins with a letter in every language.
    private static func camelCase(_ name: String) -> String {
        let joined = words(name).map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
        return joined.first?.isNumber == true ? "S" + joined : joined
    }
}
