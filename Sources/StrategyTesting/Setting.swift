import CStrategyABI
import StrategyKit

/// A parameter's value as a configuration file would give it: `["fast": 5, "quantity": 0.01, "direction": "short"]`.
public struct Setting: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByStringLiteral,
    ExpressibleByBooleanLiteral, Sendable
{
    let text: String
    public init(integerLiteral value: Int) { text = String(value) }
    public init(floatLiteral value: Double) { text = String(value) }
    public init(stringLiteral value: String) { text = value }
    public init(booleanLiteral value: Bool) { text = value ? "1" : "0" }

    /// This setting as the parameter's own kind; nil when it cannot be one.
    func value(for info: strategy_param_info_v1_t) -> strategy_value_v1_t? {
        var value = strategy_value_v1_t()
        value.kind = info.kind
        switch Int(info.kind) {
        case STRATEGY_PARAM_NUMBER:
            guard let number = Double(text) else { return nil }
            value.number = number
            return value
        case STRATEGY_PARAM_QUANTITY: value.integer = Quantity(text)?.raw ?? Quantity(Double(text) ?? .nan).raw
        case STRATEGY_PARAM_PRICE: value.integer = Price(text)?.raw ?? Price(Double(text) ?? .nan).raw
        case STRATEGY_PARAM_DURATION:
            guard let seconds = Double(text) else { return nil }
            value.integer = Price(seconds).raw
        case STRATEGY_PARAM_CHOICE:
            let names = (0..<Int(info.choice_count)).map { String(cString: info.choices[$0]!) }
            guard let index = names.firstIndex(of: text) else { return nil }
            value.integer = Int64(index)
        default:
            guard let integer = Int64(text) else { return nil }
            value.integer = integer
        }
        return value
    }
}
