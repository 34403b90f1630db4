/// Finds the columns of a row by their names, also within nested objects.
struct ColumnMap: Sendable {
    /// What a name leads to.
    struct Target {
        /// The column's number, negative for none.
        var column: Int16 = -1
        /// The node with the names of the nested object, 0 for none.
        var child: Int16 = 0
        /// Whether change messages of other formats have this name.
        var isMark = false
    }

    /// A name of up to sixteen bytes as two words with masks; a longer one stands in `longNames`.
    fileprivate struct Entry {
        var target: Target
        let count: Int
        /// Of the node's names with the same slot, the one before; -1 for none.
        var next = -1
        var words: (UInt64, UInt64) = (0, 0)
        var masks: (UInt64, UInt64) = (0, 0)
        var longName = 0
    }

    /// The row's own names first, then those of objects within.
    private var nodes: [[Entry]] = [[]]
    /// For each node and slot the last name there; -1 for none, as for most names of a message.
    private var heads = Self.noNames
    private var longNames: [[UInt8]] = []

    /// - Parameter paths: For each column, names separated by dots.
    init(_ paths: [String]) {
        precondition(paths.count <= RowSpans.capacity, "a row has a fixed number of columns")
        for (column, path) in paths.enumerated() { add(path, column: column) }
    }

    /// Adds a path of names that leads to a column.
    mutating func add(_ path: String, column: Int) {
        let names = path.split(separator: ".", omittingEmptySubsequences: false).map { Array($0.utf8) }
        var node = 0
        for name in names.dropLast() {
            let index = childIndex(of: name, in: node)
            if nodes[node][index].target.child == 0 {
                nodes[node][index].target.child = Int16(nodes.count)
                nodes.append([])
                heads += Self.noNames
            }
            node = Int(nodes[node][index].target.child)
        }
        let index = childIndex(of: names[names.count - 1], in: node)
        nodes[node][index].target.column = Int16(column)
    }

    /// Adds one name, dots included, that leads to a column.
    mutating func add(name: String, column: Int) {
        let index = childIndex(of: Array(name.utf8), in: 0)
        nodes[0][index].target.column = Int16(column)
    }

    /// Whether anything is found at this name of the row, or within it.
    func leads(from name: String) -> Bool {
        let name = Array(name.utf8)
        return name.withUnsafeBytes { bytes in
            nodes[0].contains {
                isNamed($0, bytes.bytes, 0, name.count) && ($0.target.column >= 0 || $0.target.child > 0)
            }
        }
    }

    /// Whether paths lead through an object into others within it.
    func leadsFurther(in node: Int) -> Bool { nodes[node].contains { $0.target.child > 0 } }

    /// Whether paths lead through this name of an object into one within it.
    func leads(into name: String, in node: Int) -> Bool {
        guard leadsFurther(in: node) else { return false }
        let name = Array(name.utf8)
        return name.withUnsafeBytes { bytes in
            nodes[node].contains { isNamed($0, bytes.bytes, 0, name.count) && $0.target.child > 0 }
        }
    }

    /// Whether a column is read from this name of an object.
    func isColumn(_ name: String, in node: Int) -> Bool {
        let name = Array(name.utf8)
        return name.withUnsafeBytes { bytes in
            nodes[node].contains { isNamed($0, bytes.bytes, 0, name.count) && $0.target.column >= 0 }
        }
    }

    /// Notes names as marks, in the row and in every object that paths lead into.
    mutating func mark(_ names: Names) {
        for node in nodes.indices { mark(names, in: node) }
    }

    /// As `mark`, but only in objects that hold one that paths lead into by the name `sibling`.
    mutating func mark(_ names: Names, besides sibling: String) {
        for node in nodes.indices where leads(into: sibling, in: node) { mark(names, in: node) }
    }

    private mutating func mark(_ names: Names, in node: Int) {
        let known = nodes[node]
        for entry in names.entries {
            if let index = known.firstIndex(where: { $0.count == entry.count && $0.words == entry.words }) {
                nodes[node][index].target.isMark = true
            } else {
                append(entry, to: node, first: UInt8(truncatingIfNeeded: entry.words.0))
            }
        }
    }

    /// Short names that are marks, made ready once for all maps.
    struct Names: Sendable {
        fileprivate let entries: [Entry]

        init(_ names: [String]) {
            var map = ColumnMap([])
            for name in names {
                precondition(name.utf8.count <= 16, "a longer name stands elsewhere")
                let index = map.childIndex(of: Array(name.utf8), in: 0)
                map.nodes[0][index].target.isMark = true
            }
            entries = map.nodes[0]
        }
    }

    private mutating func childIndex(of name: [UInt8], in node: Int) -> Int {
        let known = name.withUnsafeBytes { bytes in
            nodes[node].firstIndex { isNamed($0, bytes.bytes, 0, name.count) }
        }
        if let known { return known }
        var entry = Entry(target: Target(), count: name.count)
        if name.count > 16 {
            entry.longName = longNames.count
            longNames.append(name)
        } else {
            var (words, masks): ([UInt64], [UInt64]) = ([0, 0], [0, 0])
            for (index, byte) in name.enumerated() {
                words[index / 8] |= UInt64(byte) << UInt64(index % 8 * 8)
                masks[index / 8] |= 0xFF << UInt64(index % 8 * 8)
            }
            (entry.words, entry.masks) = ((words[0], words[1]), (masks[0], masks[1]))
        }
        // The byte behind an empty name is its quote.
        append(entry, to: node, first: name.first ?? 0x22)
        return nodes[node].count - 1
    }

    private mutating func append(_ entry: Entry, to node: Int, first: UInt8) {
        var entry = entry
        let slot = Self.slot(node, first, entry.count)
        entry.next = Int(heads[slot])
        heads[slot] = Int16(nodes[node].count)
        nodes[node].append(entry)
    }

    private static let slotsPerNode = 64
    private static let noNames = [Int16](repeating: -1, count: slotsPerNode)

    /// Where names of this first byte and length are found.
    @inline(__always)
    private static func slot(_ node: Int, _ first: UInt8, _ count: Int) -> Int {
        node &* slotsPerNode &+ (Int(first) &+ count &* 11) & (slotsPerNode &- 1)
    }

    /// What the name leads to; nil for an unknown one.
    @inline(__always)
    func find(_ text: RawSpan, _ name: StringToken, in node: Int = 0) -> Target? {
        if name.isEscaped { return findEscaped(text, name, in: node) }
        let count = name.end - name.start
        var index = Int(heads[Self.slot(node, text.byte(name.start), count)])
        guard index >= 0 else { return nil }
        if count <= 16, text.byteCount - name.start >= 16 {
            let (low, high) = (text.word(name.start), text.word(name.start + 8))
            return nodes[node].withUnsafeBufferPointer { entries in
                while index >= 0 {
                    let entry = entries[index]
                    let differs = ((low ^ entry.words.0) & entry.masks.0) | ((high ^ entry.words.1) & entry.masks.1)
                    if differs == 0, entry.count == count { return entry.target }
                    index = entry.next
                }
                return nil
            }
        }
        return nodes[node].first { isNamed($0, text, name.start, count) }?.target
    }

    private func isNamed(_ entry: Entry, _ text: RawSpan, _ start: Int, _ count: Int) -> Bool {
        guard entry.count == count else { return false }
        if count > 16 {
            return longNames[entry.longName].enumerated().allSatisfy { text.byte(start + $0) == $1 }
        }
        return (0..<count).allSatisfy { k in
            let word = k < 8 ? entry.words.0 : entry.words.1
            return text.byte(start + k) == UInt8(truncatingIfNeeded: word >> UInt64(k % 8 * 8))
        }
    }

    @inline(never)
    private func findEscaped(_ text: RawSpan, _ name: StringToken, in node: Int) -> Target? {
        let bytes = text.unescaped(name)
        return bytes.withUnsafeBytes { bytes in
            nodes[node].first { isNamed($0, bytes.bytes, 0, bytes.count) }?.target
        }
    }

    /// The columns of a text that is one object, all of whose grammar is checked. Nil when it is JSON but no object.
    func row(_ text: RawSpan) throws(SyntaxError) -> RowSpans? {
        var at = 0
        var row: RowSpans?
        text.skipSpace(at: &at)
        if text.has(0x7B, at: at) {
            var spans = RowSpans()
            try scan(text, at: &at, into: &spans)
            row = spans
        } else {
            try text.skipValue(at: &at)
        }
        try text.skipToEnd(at: &at)
        return row
    }

    /// Passes over the object that opens at `at`, checking all of its grammar, and notes its columns.
    @inline(__always)
    func scan(_ text: RawSpan, at: inout Int, into spans: inout RowSpans) throws(SyntaxError) {
        try text.scanMembers(at: &at) { (name, at) throws(SyntaxError) in
            let start = at
            try text.skipValue(at: &at)
            note(text, name, start..<at, into: &spans)
        }
    }

    /// Notes a member of the row's object whose value has been passed.
    @inline(__always)
    func note(_ text: RawSpan, _ name: StringToken, _ value: Range<Int>, into spans: inout RowSpans) {
        guard let target = find(text, name) else { return }
        if target.isMark { spans.hasMark = true }
        if target.column >= 0 { spans.set(Int(target.column), value) }
        if target.child > 0 { descend(text, value, Int(target.child), into: &spans) }
    }

    /// Reads a nested object again for its columns, as deep as the paths go.
    @inline(never)
    private func descend(_ text: RawSpan, _ value: Range<Int>, _ node: Int, into spans: inout RowSpans) {
        guard text.has(0x7B, at: value.lowerBound) else { return }
        var at = value.lowerBound
        try? text.scanObject(at: &at) { name, value in
            guard let target = find(text, name, in: node) else { return }
            if target.isMark { spans.hasMark = true }
            if target.column >= 0 { spans.set(Int(target.column), value) }
            if target.child > 0 { descend(text, value, Int(target.child), into: &spans) }
        }
    }
}
