/// What readers see of one pair, as of a commit.
public struct ShownCell: Equatable, Sendable {
    public var pair: Pair
    public var stock: Int64
    public var lastUpdated: Timestamp
    /// When the present alert was raised; meaningless without a severity.
    public var since: Timestamp
    /// The present alert's counter; meaningless without a severity.
    public var incident: UInt32
    /// Nil when the pair does not alert.
    public var severity: Severity?
    /// Whether the pair has a row in `current_stock_levels`.
    public var isVisible: Bool
}

/// How many rows there are, and how many of them alert.
public struct ShownTally: Equatable, Sendable {
    public var rows = 0
    private var severities: (Int, Int, Int, Int) = (0, 0, 0, 0)

    public init() {}

    public subscript(severity: Severity) -> Int {
        get {
            switch severity {
            case .warning: severities.0
            case .low: severities.1
            case .critical: severities.2
            case .outOfStock: severities.3
            }
        }
        set {
            switch severity {
            case .warning: severities.0 = newValue
            case .low: severities.1 = newValue
            case .critical: severities.2 = newValue
            case .outOfStock: severities.3 = newValue
            }
        }
    }

    public var alerts: Int { Severity.allCases.reduce(0) { $0 + self[$1] } }

    public static func + (a: Self, b: Self) -> Self {
        var sum = a
        sum.rows += b.rows
        for severity in Severity.allCases { sum[severity] += b[severity] }
        return sum
    }

    public static func == (a: Self, b: Self) -> Bool { a.rows == b.rows && a.severities == b.severities }
}

/// Neighbouring cells as of a commit. It never changes: a later commit that touches them makes another one,
/// so that whoever holds the same object knows that nothing changed.
public final class ShownChunk: Sendable {
    public let cells: [ShownCell]
    public let tally: ShownTally

    init(cells: [ShownCell]) {
        self.cells = cells
        var tally = ShownTally()
        for cell in cells where cell.isVisible {
            tally.rows += 1
            if let severity = cell.severity { tally[severity] += 1 }
        }
        self.tally = tally
    }
}

/// The chunks that commits touched since they were last shown.
struct TouchedChunks {
    /// Few enough cells that a lone change costs little, enough that a million cells are few objects.
    static let cellsPerChunk = 256

    private var isMember: [Bool] = []
    private(set) var members: [Int] = []

    @inline(__always)
    mutating func insert(slot: UInt32) {
        let chunk = Int(slot) / Self.cellsPerChunk
        if chunk < isMember.count, isMember[chunk] { return }
        insertNew(chunk)
    }

    private mutating func insertNew(_ chunk: Int) {
        while isMember.count <= chunk { isMember.append(false) }
        isMember[chunk] = true
        members.append(chunk)
    }

    mutating func removeAll() {
        for chunk in members { isMember[chunk] = false }
        members.removeAll(keepingCapacity: true)
    }
}
