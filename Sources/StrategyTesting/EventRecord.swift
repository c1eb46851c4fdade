import CStrategyABI

/// The bytes of an event in its own layout. Not `unsafeBitCast`: optimised code (Swift 6.3) then leaves out the zeros of
/// fields that nobody set.
func eventRecord<Layout: BitwiseCopyable>(_ layout: Layout) -> strategy_event_v1_t {
    withUnsafeBytes(of: layout) { $0.loadUnaligned(as: strategy_event_v1_t.self) }
}
