import CStrategyABI
import Trading

// Strategies beside the engine, which answer when they are ready.

extension Engine {
    /// So many answers of one strategy at a time; the rest waits for the next time.
    private static let lateAnswersMax = 64

    /// Takes what strategies have answered since they were given their last event. It counts as said now: after the newest
    /// event. What a strategy says that is switched off counts for nothing.
    public mutating func pollLate() {
        for slot in slots.indices {
            guard let call = slots[slot].call, call.poll != nil else { continue }
            for _ in 0..<Engine.lateAnswersMax where takeLate(call, slot: slot) == 0 { break }
        }
        if hasAnswers { deliverAnswers() }
    }

    /// One answer; returns how many intents it had.
    private mutating func takeLate(_ call: StrategyCall, slot: Int) -> Int {
        var intents = strategy_intents_v1_t(records: intentBuffer, capacity: Engine.intentCapacity, count: 0)
        guard call.poll?(call.instance, &intents) == 0 else {
            if slots[slot].isEnabled { stopFaulted(slot, .workerEnded) }
            return 0
        }
        let isReadable = intents.count >= 0 && intents.count <= Engine.intentCapacity
        if let callLog, isReadable, intents.count > 0 {
            let answer = UnsafeBufferPointer(start: UnsafePointer(intentBuffer), count: intents.count)
            callLog.append(slot, call, nil, 0, answer, at: now)
        }
        guard slots[slot].isEnabled else { return intents.count }
        guard isReadable else {
            stopFaulted(slot, .countBeyondCapacity)
            return 0
        }
        route(UnsafeBufferPointer(start: intentBuffer, count: intents.count), slot: slot)
        return intents.count
    }
}
