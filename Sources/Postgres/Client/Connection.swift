internal import CPQ
internal import Glibc

/// A connection to a PostgreSQL server, for one thread. After an error it is of no more use.
///
/// It keeps no state in the session, so that a pooler in transaction mode may stand between: no prepared statements,
/// no settings that outlive their transaction.
public final class Connection {
    let pointer: OpaquePointer
    /// How long the server may take to respond to one statement.
    let limit: Duration
    /// What waits to be sent.
    var queued: [Queued] = []
    var queuedBytes = 0

    /// Connects; waits for each host for as long as `connect_timeout` says.
    public init(_ settings: ConnectionSettings, limit: Duration = .seconds(60)) throws(PostgresError) {
        let parameters = settings.parameters
        let keywords = CStrings(parameters.map(\.keyword))
        let values = CStrings(parameters.map(\.value))
        guard let pointer = PQconnectdbParams(keywords.pointers, values.pointers, 1) else {
            throw PostgresError("libpq has no memory for a connection")
        }
        guard PQstatus(pointer) == CONNECTION_OK, PQsetnonblocking(pointer, 1) == 0 else {
            defer { PQfinish(pointer) }
            throw PostgresError(connection: pointer)
        }
        // libpq would print notices on standard error.
        PQsetNoticeProcessor(pointer, { _, _ in }, nil)
        self.pointer = pointer
        self.limit = limit
    }

    deinit { PQfinish(pointer) }

    /// Such as 150018.
    public var serverVersion: Int { Int(PQserverVersion(pointer)) }

    /// What the server says of a parameter that it reports by itself, such as `server_encoding`.
    public func parameter(_ name: String) -> String? { PQparameterStatus(pointer, name).map { String(cString: $0) } }

    /// Runs statements without parameters, and gives the rows of the last one. Without `BEGIN` among them they are one
    /// transaction.
    @discardableResult
    public func script(_ sql: String) throws(PostgresError) -> Rows {
        try flushQueue()
        return try finish(PQsendQuery(pointer, sql))
    }

    // MARK: Copying

    /// Begins a `COPY … FROM STDIN`; `put` for its bytes and `endCopy` must follow.
    func beginCopy(_ sql: String) throws(PostgresError) {
        try flushQueue()
        guard PQsendQuery(pointer, sql) == 1, let result = try next(.now + limit) else {
            throw PostgresError(connection: pointer)
        }
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_COPY_IN else { throw PostgresError(result: result, pointer) }
    }

    /// Returns as soon as the system has the bytes, so the server takes these while the caller makes others.
    func put(_ data: [UInt8]) throws(PostgresError) {
        // A connection that does not block takes everything into memory of its own.
        let isTaken = data.withUnsafeBytes { bytes in
            PQputCopyData(pointer, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count))
        }
        guard isTaken == 1 else { throw PostgresError(connection: pointer) }
        try flush(.now + limit)
    }

    /// - Returns: how many rows were copied.
    func endCopy() throws(PostgresError) -> Int { try finish(PQputCopyEnd(pointer, nil)).affected }

    /// Hands everything to the system.
    private func flush(_ deadline: ContinuousClock.Instant) throws(PostgresError) {
        while true {
            let unsent = PQflush(pointer)
            guard unsent >= 0 else { throw PostgresError(connection: pointer) }
            if unsent == 0 { return }
            try wait(toSend: true, deadline)
            guard PQconsumeInput(pointer) == 1 else { throw PostgresError(connection: pointer) }
        }
    }

    func finish(_ isSent: Int32) throws(PostgresError) -> Rows {
        guard isSent == 1 else { throw PostgresError(connection: pointer) }
        return try results(.now + limit)
    }

    /// What one statement gives back, or the last one of a script.
    func results(_ deadline: ContinuousClock.Instant) throws(PostgresError) -> Rows {
        var rows = Rows()
        var failure: PostgresError?
        while let result = try next(deadline) {
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK: rows = Rows(result)
            // Not run: a statement before it in the pipeline failed.
            case PGRES_EMPTY_QUERY, PGRES_PIPELINE_ABORTED: break
            default: failure = failure ?? PostgresError(result: result, pointer)
            }
        }
        if let failure { throw failure }
        return rows
    }

    /// The next result, nil behind the last.
    func next(_ deadline: ContinuousClock.Instant) throws(PostgresError) -> OpaquePointer? {
        while true {
            let unsent = PQflush(pointer)
            guard unsent >= 0 else { throw PostgresError(connection: pointer) }
            if unsent == 0, PQisBusy(pointer) == 0 { return PQgetResult(pointer) }
            try wait(toSend: unsent > 0, deadline)
            guard PQconsumeInput(pointer) == 1 else { throw PostgresError(connection: pointer) }
        }
    }

    private func wait(toSend: Bool, _ deadline: ContinuousClock.Instant) throws(PostgresError) {
        var descriptor = pollfd(
            fd: PQsocket(pointer), events: Int16(toSend ? POLLIN | POLLOUT : POLLIN), revents: 0)
        let left = Int32(clamping: Int((deadline - .now) / .milliseconds(1)))
        guard left > 0 else { throw PostgresError("the server did not respond within \(limit)") }
        _ = poll(&descriptor, 1, left)
    }
}

/// Copies of texts for C, with a null pointer behind the last.
private final class CStrings {
    let pointers: [UnsafePointer<CChar>?]

    init(_ texts: [String]) { pointers = texts.map { UnsafePointer(strdup($0)) } + [nil] }

    deinit { for pointer in pointers { free(UnsafeMutablePointer(mutating: pointer)) } }
}
