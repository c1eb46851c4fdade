// The bench table as text and as JSON.

extension BenchTable {
    var lines: [String] {
        var table = TextTable([("", .left), ("", .right), ("", .left), ("", .left)])
        for row in rows { table.add([row.id, Self.digits(row), row.unit, row.method]) }
        return Array(table.lines.dropFirst())
    }

    var json: JSON {
        .object(
            rows.map { row in
                (
                    row.id,
                    .object([
                        ("value", .double(row.value)), ("unit", .string(row.unit)), ("method", .string(row.method)),
                    ])
                )
            })
    }

    private static func digits(_ row: Row) -> String {
        row.value >= 1000 ? NumberText.fixed(row.value, 0) : NumberText.fixed(row.value, 2)
    }
}
