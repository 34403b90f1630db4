internal import CPQ

/// A statement that waits to be sent, and what it gave back once it was.
final class Queued {
    fileprivate let sql: String
    fileprivate var parameters: [Parameter]
    /// Empty until the queue was flushed.
    fileprivate(set) var rows = Rows()

    fileprivate init(_ sql: String, _ parameters: [Parameter]) {
        self.sql = sql
        self.parameters = parameters
    }
}

/// Statements whose rows are needed only later go to the server together with the next one whose rows are needed now
/// (libpq's pipeline mode): a round trip for all of them instead of one for each. After one that fails none runs.
extension Connection {
    private static let mostBytes = 1_000_000

    @discardableResult
    func queue(_ sql: String, _ parameters: [Parameter] = []) throws(PostgresError) -> Queued {
        let statement = Queued(sql, parameters)
        queued.append(statement)
        queuedBytes += parameters.reduce(0) { $0 + $1.byteCount }
        if queuedBytes > Self.mostBytes { try flushQueue() }
        return statement
    }

    /// Runs one statement, after those that wait.
    @discardableResult
    public func run(_ sql: String, _ parameters: [Parameter] = []) throws(PostgresError) -> Rows {
        let statement = try queue(sql, parameters)
        try flushQueue()
        return statement.rows
    }

    /// Forgets statements that were not sent.
    func clearQueue() {
        queued = []
        queuedBytes = 0
    }

    func flushQueue() throws(PostgresError) {
        let statements = queued
        clearQueue()
        if statements.count > 1 { return try pipeline(statements) }
        for statement in statements { statement.rows = try finish(send(statement)) }
    }

    private func pipeline(_ statements: [Queued]) throws(PostgresError) {
        guard PQenterPipelineMode(pointer) == 1 else { throw PostgresError(connection: pointer) }
        for statement in statements where send(statement) != 1 { throw PostgresError(connection: pointer) }
        guard PQpipelineSync(pointer) == 1 else { throw PostgresError(connection: pointer) }
        var failure: PostgresError?
        for statement in statements {
            do throws(PostgresError) {
                statement.rows = try results(.now + limit)
            } catch {
                failure = failure ?? error
            }
        }
        // The end of the pipeline is a result of its own.
        if let end = try next(.now + limit) { PQclear(end) }
        let isOver = PQexitPipelineMode(pointer) == 1
        if let failure { throw failure }
        guard isOver else { throw PostgresError(connection: pointer) }
    }

    private func send(_ statement: Queued) -> Int32 {
        let parameters = statement.parameters
        statement.parameters = []
        let types = parameters.map(\.type)
        let lengths = parameters.map { Int32($0.byteCount) }
        let formats = parameters.map { _ in Int32(1) }
        return Self.withPointers(parameters) { values in
            PQsendQueryParams(pointer, statement.sql, Int32(parameters.count), types, values, lengths, formats, 0)
        }
    }

    private static func withPointers<R>(
        _ parameters: [Parameter], _ body: ([UnsafePointer<CChar>?]) -> R
    ) -> R {
        var pointers: [UnsafePointer<CChar>?] = []
        func add(_ index: Int) -> R {
            guard index < parameters.count else { return body(pointers) }
            return parameters[index].bytes.withUnsafeBytes { bytes in
                let isNull = parameters[index].isNull
                pointers.append(isNull ? nil : bytes.baseAddress?.assumingMemoryBound(to: CChar.self))
                return add(index + 1)
            }
        }
        return add(0)
    }
}
