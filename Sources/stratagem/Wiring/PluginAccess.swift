import Configuration
import PluginHost

extension PluginLoader {
    /// As host.yaml says: who is let in, and each drop-in tried in a process of its own first.
    convenience init(_ data: DataFolder, _ settings: PluginSettings) {
        self.init(
            generationsFolder: data.generations, generationsMax: settings.generationsMax,
            trust: PluginTrust(
                allow: settings.allow, requiresSignature: settings.requireSignature, keys: settings.keys),
            probe: PluginProbe.own)
    }
}
