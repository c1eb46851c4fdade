/// Orders by who sent them: a user's or an API key's id.
public protocol SentOrders: Sendable {
    /// Newest first, as they stand now.
    func orders(sentBy user: String, limit: Int, offset: Int) async throws(HostRefusal) -> [OrderView]
    /// An order of somebody else is as unknown as one that there is not.
    func order(_ id: String, sentBy user: String) async throws(HostRefusal) -> OrderView
}
