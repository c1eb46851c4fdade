/// A trading strategy: a value with parameters and callbacks. A complete one is a struct of about 25 lines:
///
///     struct GoldenCross: Strategy {
///         static let info = StrategyInfo(id: "GoldenCross", name: "Golden cross")
///         static let parameters: [Parameter<Self>] = [.quantity("quantity", \.quantity, in: 0.001...100, "Units to hold")]
///         var quantity: Quantity = 1
///         var fast = SMA(20), slow = SMA(50)
///
///         mutating func onBar(_ bar: Bar, _ context: inout Context) {
///             fast.add(bar.close)
///             slow.add(bar.close)
///             guard let fast = fast.value, let slow = slow.value else { return }
///             context.moveTo(fast > slow ? quantity : .zero)
///         }
///     }
///
/// All stored properties are the strategy's memory: `Codable` saves them, so that the strategy outlives a restart or a
/// reload without a line of yours. Event views (`Bar`, `Trade` …) are valid during their callback; keep the numbers you
/// need. The host owns clock, timers, randomness and ids: what a strategy does depends on its events alone.
public protocol Strategy: Codable {
    /// The strategy with its default parameters.
    init()

    static var info: StrategyInfo { get }

    /// The market events that the strategy wants; verdicts, fills, positions and timers always come.
    static var events: EventSet { get }

    /// The parameters that configuration files and operators may set. Defaults are those of `init()`.
    static var parameters: [Parameter<Self>] { get }

    /// What operators may ask a running strategy, or tell it.
    static var functions: [Function<Self>] { get }

    /// Names of features (`stratagem features` lists them) that the host keeps and gives with every bar; in callbacks
    /// `context.features[0]` is the first one's value. A strategy that makes signals of them is a signal model:
    ///
    ///     static let features = ["rsi_14", "return_5"]
    ///
    ///     mutating func onBar(_ bar: Bar, _ context: inout Context) {
    ///         guard let rsi = context.features[0], let change = context.features[1] else { return }
    ///         if rsi < 30, change < 0 { context.signal(strength: (30 - rsi) / 30) }
    ///     }
    static var features: [String] { get }

    /// One value per instrument (default), or one that sees all instruments (pairs, baskets).
    static var scope: StrategyScope { get }

    /// Raise it when the meaning of a stored property changes. New properties need no new version: they get their
    /// default when an older state is restored.
    static var stateVersion: UInt32 { get }

    /// Brings the stored properties that an earlier `stateVersion` saved into today's form, so that a reload or a restart
    /// with the new code goes on with them. Throw where that cannot be done: the old code goes on then.
    ///
    ///     static let stateVersion: UInt32 = 2
    ///     static func migrate(_ state: inout SavedState, from version: UInt32) throws {
    ///         state.rename("window", to: "period")          // version 1 called it window
    ///         state["wait"] = .integer(60 * (state["wait"]?.integer ?? 1))   // minutes were meant
    ///     }
    ///
    /// Parameters in force need no care: the host sets them anew.
    static func migrate(_ state: inout SavedState, from version: UInt32) throws

    /// What is wrong with the parameters together (`fast` must be smaller than `slow`); empty = nothing.
    func validate() -> [String]

    /// Before the first event, with all parameters set: size your indicators here.
    mutating func onStart(_ context: inout Context)
    mutating func onBar(_ bar: Bar, _ context: inout Context)
    mutating func onTrade(_ trade: Trade, _ context: inout Context)
    mutating func onQuote(_ quote: Quote, _ context: inout Context)
    /// The order book, where the feed has depth and `events` names it.
    mutating func onDepth(_ depth: Depth, _ context: inout Context)
    /// An order of yours was accepted, filled, cancelled …
    mutating func onOrder(_ update: OrderUpdate, _ context: inout Context)
    /// The gate refused an order.
    mutating func onDenial(_ denial: Denial, _ context: inout Context)
    /// Your position has changed; `context.position` has the new one.
    mutating func onPosition(_ position: Position, _ context: inout Context)
    /// A perpetual has paid its funding.
    mutating func onFunding(_ funding: Funding, _ context: inout Context)
    /// A timer that you set with `context.setTimer` is due.
    mutating func onTimer(_ id: UInt32, _ context: inout Context)
    /// Parameters have changed while running.
    mutating func onParameters(_ context: inout Context)
    /// Trading halted or resumed, a feed gap, an instrument closed, the session's start and end.
    mutating func onStatus(_ status: StatusChange, _ context: inout Context)
}

extension Strategy {
    public static var events: EventSet { [.trades, .quotes, .bars] }
    public static var parameters: [Parameter<Self>] { [] }
    public static var functions: [Function<Self>] { [] }
    public static var features: [String] { [] }
    public static var scope: StrategyScope { .eachInstrument }
    public static var stateVersion: UInt32 { 1 }
    public func validate() -> [String] { [] }
    public static func migrate(_ state: inout SavedState, from version: UInt32) throws {
        throw StateMigrationError("\(info.id) reads version \(stateVersion) and has no migrate function")
    }

    @inlinable public mutating func onStart(_ context: inout Context) {}
    @inlinable public mutating func onBar(_ bar: Bar, _ context: inout Context) {}
    @inlinable public mutating func onTrade(_ trade: Trade, _ context: inout Context) {}
    @inlinable public mutating func onQuote(_ quote: Quote, _ context: inout Context) {}
    @inlinable public mutating func onDepth(_ depth: Depth, _ context: inout Context) {}
    @inlinable public mutating func onOrder(_ update: OrderUpdate, _ context: inout Context) {}
    @inlinable public mutating func onDenial(_ denial: Denial, _ context: inout Context) {}
    @inlinable public mutating func onPosition(_ position: Position, _ context: inout Context) {}
    @inlinable public mutating func onFunding(_ funding: Funding, _ context: inout Context) {}
    @inlinable public mutating func onTimer(_ id: UInt32, _ context: inout Context) {}
    @inlinable public mutating func onParameters(_ context: inout Context) {}
    @inlinable public mutating func onStatus(_ status: StatusChange, _ context: inout Context) {}
}
