/// What version 7 added: payments for positions that were held. `rate` is in 1e-9 of an interval (kind 0, funding) or of a year
/// (kind 1, borrow); `paid` is in the quote currency, below zero was received.
enum SchemaVersion7 {
    static let sql = """
        CREATE TABLE financing (
            time INTEGER NOT NULL,
            account INTEGER NOT NULL,
            strategy INTEGER NOT NULL,
            instrument INTEGER NOT NULL,
            kind INTEGER NOT NULL,
            rate INTEGER NOT NULL,
            quantity INTEGER NOT NULL,
            mark INTEGER NOT NULL,
            paid TEXT NOT NULL
        );
        CREATE INDEX financing_by_time ON financing (time);
        CREATE INDEX financing_by_strategy ON financing (strategy, time);
        """
}
