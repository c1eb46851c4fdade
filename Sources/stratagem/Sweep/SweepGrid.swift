import MarketData
import PluginHost

/// The combinations of parameter values that a sweep tries: all of them, or some that a seed draws.
struct SweepGrid {
    /// Those of a sweep that draws.
    struct Draw: Equatable {
        var count: Int
        var seed: UInt64
    }

    let parameters: [RangedParameter]
    let draw: Draw?
    /// Places in the whole grid, in its order: the last parameter changes first.
    let picks: [Int]

    /// Runs of a sweep, those of all windows together.
    static let runsMax = 20_000

    var count: Int { picks.count }

    /// `rounds`: how often the grid is gone through. Every fault is told at once.
    init(
        _ ranges: [String], draw: Draw?, set: Set<String>, rounds: Int, of plugin: LoadedPlugin
    ) throws(CommandError) {
        var parameters: [RangedParameter] = []
        var faults: [String] = []
        for range in ranges {
            do throws(RangedParameter.Faults) {
                let ranged = try RangedParameter.read(range, of: plugin)
                if parameters.contains(where: { $0.name == ranged.name }) {
                    faults.append("\(ranged.name): has two ranges")
                }
                if set.contains(ranged.name) { faults.append("\(ranged.name): has a range, and a value of --set too") }
                parameters.append(ranged)
            } catch {
                faults += error.texts
            }
        }
        var whole = 1
        var isBeyond = false
        for parameter in parameters {
            let (product, overflow) = whole.multipliedReportingOverflow(by: parameter.count)
            whole = overflow ? Int.max : product
            isBeyond = isBeyond || overflow
        }
        let wanted = min(draw?.count ?? whole, whole)
        if faults.isEmpty, isBeyond || wanted > SweepGrid.runsMax / rounds {
            let runs = isBeyond ? "more than \(Int.max)" : "\(wanted)"
            let times = rounds > 1 ? ", each in \(rounds) windows" : ""
            faults.append("\(runs) combinations\(times), where \(SweepGrid.runsMax) runs are allowed in all")
        }
        guard faults.isEmpty else {
            throw CommandError(
                .usage, faults.joined(separator: "; "), at: "--range",
                "mend the ranges, widen their steps, or draw some combinations with --random N")
        }
        self.parameters = parameters
        self.draw = draw
        picks = wanted == whole ? Array(0..<whole) : SweepGrid.drawn(wanted, of: whole, seed: draw?.seed ?? 0)
    }

    /// R. W. Floyd's sample without repeats, in order. Integers alone, so the draws are the same on every machine.
    private static func drawn(_ count: Int, of whole: Int, seed: UInt64) -> [Int] {
        var generator = SplitMix64(seed: seed)
        var chosen: Set<Int> = []
        for last in (whole - count)..<whole {
            let place = Int(generator.next().multipliedFullWidth(by: UInt64(last) + 1).high)
            chosen.insert(chosen.contains(place) ? last : place)
        }
        return chosen.sorted()
    }

    /// The place of each parameter's value in its range.
    func places(_ combination: Int) -> [Int] {
        var rest = picks[combination]
        var places = [Int](repeating: 0, count: parameters.count)
        for index in parameters.indices.reversed() {
            places[index] = rest % parameters[index].count
            rest /= parameters[index].count
        }
        return places
    }

    /// By parameter, as a person writes them.
    func texts(_ combination: Int) -> [String] { zip(parameters, places(combination)).map { $0.text($1) } }

    /// With types, numbers in the digits of their texts.
    func json(_ combination: Int) -> JSON {
        .object(zip(parameters, texts(combination)).map { ($0.name, $0.parameter.json($1)) })
    }
}
