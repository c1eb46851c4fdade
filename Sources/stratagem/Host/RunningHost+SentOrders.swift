import API
import Engine
import Journal
import Trading

// Orders by who sent them: the journal knows that, and has all that an answer may show.

extension RunningHost {
    func orders(sentBy user: String, limit: Int, offset: Int) async throws(HostRefusal) -> [OrderView] {
        try await older { journal, names in
            try journal.orders(sentBy: user, limit: limit, offset: offset).map { names.view(of: $0.order) }
        }
    }

    func order(_ id: String, sentBy user: String) async throws(HostRefusal) -> OrderView {
        let stored = try await older { journal, names -> OrderView? in
            guard let number = HostNames.number(id, "ord") else { return nil }
            return try journal.order(id: number, sentBy: user).map { names.view(of: $0.order) }
        }
        guard let stored else { throw .unknown(kind: "order", id: id) }
        // While the journal takes nothing, memory is ahead of it.
        let recent = try await ask { core throws(HostRefusal) in
            (core.engine.workingOrder(id: stored.order.id) ?? core.orders[stored.order.id]).map { core.view($0) }
        }
        return recent ?? stored
    }
}
