import API
import PluginHost

extension ParameterDescription {
    init(_ parameter: PluginParameter) {
        let kind = Kind(parameter.kind)
        func input(_ raw: PluginParameter.Raw) -> ParameterInput {
            switch kind {
            case .boolean: .boolean(raw.integer != 0)
            case .choice: .text(parameter.text(raw))
            default: .number(parameter.text(raw))
            }
        }
        let hasBounds = kind != .boolean && kind != .choice
        self.init(
            name: parameter.name, description: parameter.description,
            unit: parameter.unit.isEmpty ? nil : parameter.unit, kind: kind, choices: parameter.choices,
            minimum: hasBounds ? input(parameter.minimum) : nil, maximum: hasBounds ? input(parameter.maximum) : nil,
            standard: input(parameter.standard))
    }
}

extension ParameterDescription.Kind {
    fileprivate init(_ kind: ParameterKind) {
        self =
            switch kind {
            case .integer: .integer
            case .number: .number
            case .boolean: .boolean
            case .quantity: .quantity
            case .price: .price
            case .choice: .choice
            case .duration: .duration
            }
    }
}
