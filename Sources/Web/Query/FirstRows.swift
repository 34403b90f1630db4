/// One page of rows.
struct RowPage<Element> {
    var rows: [Element] = []
    /// Nil when no row follows.
    var next: Cursor?
}

/// Finds the page that a query asks for among many rows, and keeps few more than the page has.
struct FirstRows<Element> {
    private let query: RowQuery
    private var found: [(position: SortPosition, row: Element)] = []
    /// From here on nothing is on the page.
    private var end: SortPosition?

    init(_ query: RowQuery) { self.query = query }

    mutating func add(_ position: SortPosition, _ row: Element) {
        if let after = query.after, !precedes(after.position, position) { return }
        if let end, !precedes(position, end) { return }
        found.append((position, row))
        if query.sort.column != nil, found.count > 2 * query.limit + 16 { cut() }
    }

    /// In the natural order, in which rows come anyway, one more than the page has is enough to know that there is a
    /// next page.
    var isComplete: Bool { query.sort.column == nil && found.count > query.limit }

    var page: RowPage<Element> {
        var all = self
        all.cut()
        let rows = all.found.prefix(query.limit)
        return RowPage(
            rows: rows.map(\.row),
            next: all.found.count > query.limit ? rows.last.map { Cursor(after: $0.position) } : nil)
    }

    private func precedes(_ a: SortPosition, _ b: SortPosition) -> Bool {
        a.precedes(b, descending: query.sort.isDescending)
    }

    private mutating func cut() {
        let isDescending = query.sort.isDescending
        if query.sort.column != nil {
            found.sort { $0.position.precedes($1.position, descending: isDescending) }
        }
        found = Array(found.prefix(query.limit + 1))
        if found.count > query.limit { end = found.last?.position }
    }
}
