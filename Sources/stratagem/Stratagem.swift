import ArgumentParser

@main
struct Stratagem: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "A plugin-hosted strategy runtime.")
}
