import CAllocator
import CRDKafka
import Synchronization

/// Gives memory back to the system once a backlog has been worked off.
///
/// librdkafka frees what it fetched record by record, and an allocator keeps the pages for the next use: tens of
/// megabytes that a quiet daemon does not need. During a backlog it should keep them: returning them at once halves
/// the rate.
public struct BacklogMemory: ~Copyable {
    /// Fewer records leave too little memory behind to spend the few milliseconds.
    private static let backlog = 100_000
    /// Consumers of this process that have a backlog; they share one allocator.
    private static let busy = Atomic(0)

    private var records = 0

    mutating func note(_ count: Int) {
        let isBacklog = records >= Self.backlog
        records += count
        guard !isBacklog, records >= Self.backlog else { return }
        Self.busy.add(1, ordering: .relaxed)
        allocator_keep_freed()
    }

    /// Call it when no records wait.
    mutating func giveBack() {
        guard records >= Self.backlog else { return }
        records = 0
        if Self.busy.subtract(1, ordering: .relaxed).newValue == 0 { allocator_return_freed() }
    }

    /// Gives back what this thread has freed, and from now on what others free. Not during a backlog.
    public static func giveBackWithoutBacklog() {
        if busy.load(ordering: .relaxed) == 0 { allocator_return_freed() }
    }

    deinit {
        if records >= Self.backlog { Self.busy.subtract(1, ordering: .relaxed) }
    }

    /// Makes librdkafka's broker threads, which allocate the records, return memory as well.
    static func install(in configuration: OpaquePointer) {
        rd_kafka_conf_interceptor_add_on_new(
            configuration, "memory",
            { client, _, _, _, _ in
                rd_kafka_interceptor_add_on_response_received(
                    client, "memory",
                    { _, _, _, _, _, _, _, _, _, _, _ in
                        allocator_follow()
                        return RD_KAFKA_RESP_ERR_NO_ERROR
                    }, nil)
            }, nil)
    }
}
