/// What the engine knows by index: the index of an id is the same for as long as the journal lives.
public enum NameKind: Int, Sendable, CaseIterable {
    case instrument = 1
    case currency = 2
    case account = 3
    case strategy = 4
}
