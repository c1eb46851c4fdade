import StrategyKit

/// Time-weighted average prices and traded volume of a short and a long window that end now. Time is cut into buckets,
/// four to the short window, so that memory and work stay the same however many trades come.
struct TimeWeightedWindow: Codable {
    struct Bucket: BitwiseCopyable, Codable {
        /// Σ price × seconds.
        var area = 0.0
        var seconds = 0.0
        var volume = 0.0
    }

    struct Reading {
        /// Of the time-weighted average price, in percent per second.
        var velocity: Double
        /// Volume per second in the short window, as a multiple of that in the long one; 0 without volume.
        var surge: Double
    }

    private static let bucketsInShort = 4
    private let width: Int64
    private var buckets: [Bucket]
    /// Number of the newest bucket, counted from the epoch.
    private var newest: Int64 = -1
    private let distance: Double

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        width = try container.decode(Int64.self, forKey: .width)
        buckets = try container.decode([Bucket].self, forKey: .buckets)
        newest = try container.decode(Int64.self, forKey: .newest)
        distance = try container.decode(Double.self, forKey: .distance)
        guard width > 0, (1...4096).contains(buckets.count), (-1..<Int64.max / width).contains(newest) else {
            throw DecodingError.dataCorruptedError(
                forKey: .width, in: container, debugDescription: "\(buckets.count) buckets of \(width) ns")
        }
    }

    init(short: Duration, long: Duration) {
        width = max(short.nanoseconds / Int64(Self.bucketsInShort), 1)
        let count = min(max(Int(long.nanoseconds / width), Self.bucketsInShort + 1), 4096)
        buckets = Array(repeating: Bucket(), count: count)
        // A price that climbs steadily is ahead of an average over n seconds by n / 2 seconds of its climb.
        distance = Double(width) * Double(count - Self.bucketsInShort) / 2e9
    }

    /// The price was `price` between two instants, and `volume` was traded at it.
    mutating func add(price: Double, volume: Double, from start: Timestamp, to end: Timestamp) {
        let endsIn = end.nanoseconds / width
        guard end.nanoseconds >= 0, endsIn < Int64.max / width - 1 else { return }
        advance(to: endsIn)
        guard endsIn == newest else { return }
        let span = Int64(buckets.count)
        var time = max(start.nanoseconds, (endsIn - span + 1) * width, 0)
        while time < end.nanoseconds {
            let bucket = time / width
            let until = min(end.nanoseconds, (bucket + 1) * width)
            let seconds = Double(until - time) / 1e9
            let index = Int(bucket % span)
            buckets[index].area += price * seconds
            buckets[index].seconds += seconds
            time = until
        }
        buckets[Int(endsIn % span)].volume += volume
    }

    private mutating func advance(to bucket: Int64) {
        guard bucket > newest else { return }
        let span = Int64(buckets.count)
        for passed in max(newest + 1, bucket - span + 1, 0)...bucket {
            buckets[Int(passed % span)] = Bucket()
        }
        newest = bucket
    }

    /// nil until nine tenths of the long window are known.
    var reading: Reading? {
        guard newest >= 0 else { return nil }
        var short = Bucket()
        var long = Bucket()
        for age in 0..<buckets.count where newest >= Int64(age) {
            let bucket = buckets[Int((newest - Int64(age)) % Int64(buckets.count))]
            long.area += bucket.area
            long.seconds += bucket.seconds
            long.volume += bucket.volume
            if age < Self.bucketsInShort { short = long }
        }
        let wholeSeconds = Double(buckets.count - 1) * Double(width) / 1e9
        guard long.seconds >= 0.9 * wholeSeconds, short.seconds > 0, long.area > 0 else { return nil }
        let average = long.area / long.seconds
        let ahead = (short.area / short.seconds / average - 1) * 100
        let pace = long.volume / long.seconds
        return Reading(velocity: ahead / distance, surge: pace > 0 ? short.volume / short.seconds / pace : 0)
    }
}
