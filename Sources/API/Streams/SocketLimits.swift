import NIOCore
import Synchronization

/// What a client may ask of the sockets.
public struct SocketLimits: Sendable, Equatable {
    /// Of a user, on one path.
    public var connections = 3
    /// Of a connection.
    public var subscriptions = 50
    public var messageBytes = 64 << 10
    /// Messages of a client that wait for their answer.
    public var waitingMessages = 64
    /// Order events that wait for a client.
    public var waitingEvents = 10_000
    public var pingSeconds: Int64 = 30
    /// Nothing heard of the client, pongs included.
    public var idleSeconds: Int64 = 300
    /// A client that takes nothing for so long is cut off.
    public var stallSeconds: Int64 = 30
    /// From the announcement that the token has expired to the end.
    public var tokenGraceSeconds: Int64 = 60
    /// From the host's last word to the end of the connection.
    public var closeSeconds: Int64 = 2
    static let kernelBytes: SocketOptionValue = 128 << 10
    public init() {}
}

/// Counts the open connections of each user on each path.
final class SocketPlaces: Sendable {
    fileprivate struct Key: Hashable {
        var user: String
        var path: String
    }
    private let taken = Mutex<[Key: Int]>([:])

    /// Is free again when it is let go.
    final class Place: Sendable {
        private let places: SocketPlaces
        private let key: Key
        fileprivate init(_ places: SocketPlaces, _ key: Key) {
            self.places = places
            self.key = key
        }
        deinit { places.leave(key) }
    }

    /// nil = the user has `most` already.
    func take(user: String, path: String, most: Int) -> Place? {
        let key = Key(user: user, path: path)
        let fits = taken.withLock { taken in
            guard taken[key, default: 0] < most else { return false }
            taken[key, default: 0] += 1
            return true
        }
        return fits ? Place(self, key) : nil
    }

    private func leave(_ key: Key) {
        taken.withLock { taken in
            let left = (taken[key] ?? 1) - 1
            taken[key] = left == 0 ? nil : left
        }
    }
}
