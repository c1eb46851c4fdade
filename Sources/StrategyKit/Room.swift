// StrategyKit
