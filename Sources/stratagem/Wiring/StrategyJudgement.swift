import Configuration
import PluginHost
import Trading

extension StrategyConfiguration {
    var file: String { folder + "/strategy.yaml" }

    /// A finding about this strategy's file.
    func finding(
        _ keyPath: String, line: Int = 0, value: String? = nil, severity: ConfigurationFinding.Severity = .error,
        _ message: String
    ) -> ConfigurationFinding {
        ConfigurationFinding(
            severity: severity, file: file, line: line, keyPath: keyPath, value: value, message: message)
    }

    /// The plugin that it names, or the one in its folder; else every reason why there is none.
    func plugin(in catalog: PluginCatalog) -> Result<LoadedPlugin, RefusedStrategy> {
        let refuse = { (findings: [ConfigurationFinding]) -> Result<LoadedPlugin, RefusedStrategy> in
            .failure(RefusedStrategy(id: id, findings: findings, account: account))
        }
        let own = catalog.refusals.filter { $0.path == folder || $0.path.hasPrefix(folder + "/") }.flatMap { refusal in
            refusal.path == folder
                ? refusal.findings
                : [
                    ConfigurationFinding(
                        file: refusal.path, message: refusal.problems.map(\.text).joined(separator: "; "))
                ]
        }
        if let plugin {
            if let found = catalog.plugin(id: plugin) { return .success(found) }
            let known = catalog.plugins.map(\.id).joined(separator: ", ")
            let message = known.isEmpty ? "no plugin could be loaded" : "no such plugin; there are \(known)"
            return refuse([finding("plugin", line: pluginLine, value: plugin, message)] + own)
        }
        let inFolder = catalog.plugins(inFolderOf: id)
        if inFolder.count == 1 { return .success(inFolder[0]) }
        if inFolder.isEmpty, !own.isEmpty { return refuse(own) }
        let message =
            inFolder.isEmpty
            ? "none is named, and the folder holds no library that can be used"
            : "the folder holds several; name one of \(inFolder.map(\.id).joined(separator: ", "))"
        return refuse([finding("plugin", message)] + own)
    }

    /// The values as the plugin host takes them; the plugin says what they must be.
    var parameterValues: [String: ParameterValue] {
        parameters.mapValues { parameter in
            switch parameter.kind {
            case .integer, .decimal: .decimal(parameter.text)
            case .boolean: .boolean(parameter.text == "true")
            case .text: .text(parameter.text)
            }
        }
    }

    /// A plugin's refusal with the lines of this file.
    func findings(_ refusal: PluginRefusal) -> [ConfigurationFinding] {
        refusal.problems.map { problem in
            switch problem {
            case .parameter(let name, let value, let message):
                finding("parameters.\(name)", line: parameters[name]?.line ?? 0, value: value, message)
            case .validation(let message):
                finding("parameters", line: parameters.values.map(\.line).min() ?? 0, message)
            default: finding("", "\(refusal.path): \(problem.text)")
            }
        }
    }
}

/// A strategy that cannot run, with every reason.
struct RefusedStrategy: Error {
    var id: String
    var findings: [ConfigurationFinding]
    /// Empty = its file could not be read.
    var account = ""
}
