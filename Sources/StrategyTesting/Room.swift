// StrategyTesting
