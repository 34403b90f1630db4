import Inventory
import Pipeline
import Wire

/// Events from files into one aggregate, the way the daemon takes them from one partition.
struct ReplaySession: ~Copyable {
    private let decoder: EventDecoder
    private var aggregate: Aggregate
    private(set) var badCount = 0
    private var offset = Offset(0)

    init(_ settings: PipelineSettings, catalog: Catalog) {
        decoder = EventDecoder(signs: SignTable(settings.eventTypes), unknownType: settings.unknownType)
        aggregate = Aggregate(inputs: 1, dedupeWindow: settings.dedupeWindow, catalog: catalog)
    }

    mutating func read(_ path: String, _ emit: (AlertChange) -> Void) throws(ReadFailure) {
        var lines = try LineReader(path: path)
        var number = 0
        var hasMore = true
        while hasMore {
            number += 1
            hasMore = try lines.next { line in
                // An empty line, as at a file's end, is no event.
                guard !line.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) else { return }
                take(line, "\(path):\(number)", emit)
            }
        }
    }

    private mutating func take(
        _ line: UnsafeRawBufferPointer, _ place: @autoclosure () -> String, _ emit: (AlertChange) -> Void
    ) {
        defer { offset = offset.next }
        do throws(BadEvent) {
            let event = try decoder.decode(line)
            let source = Source(partition: Partition(0), offset: offset)
            if aggregate.apply(event, input: 0, source: source) == .overflow {
                throw BadEvent(.stockOverflow, "the stock would leave the 64-bit range")
            }
        } catch {
            badCount += 1
            printError("\(place()): \(error.reason.rawValue): \(error.message)")
        }
        aggregate.consolidate { change in
            if case .alert(let alert, _) = change { emit(alert) }
        }
        aggregate.commit()
    }

    borrowing func takeViews() -> ViewTables {
        var stock: [StockRow] = []
        var rollup: [RollupRow] = []
        aggregate.forEachStockRow { stock.append($0) }
        aggregate.forEachRollupRow { rollup.append($0) }
        return ViewTables(stock: stock, rollup: rollup)
    }
}
