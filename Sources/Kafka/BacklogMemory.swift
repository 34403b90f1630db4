import CAllocator
import CRDKafka
import Synchronization

/// Gives memory back to the system once a backlog has been worked off.
///
/// What librdkafka fetched ahead is freed record by record, and an allocator keeps the pages for the next time: tens
/// of megabytes that a quiet daemon has no use for. While a backlog is worked off it had better keep them: giving
/// them back at once halves the rate.
struct BacklogMemory: ~Copyable {
    /// Fewer records leave too little behind to look for it, which takes a few milliseconds.
    private static let backlog = 100_000
    /// Consumers of this process that work off a backlog; the allocator is one for all.
    private static let busy = Atomic(0)

    private var records = 0

    mutating func note(_ count: Int) {
        let isBacklog = records >= Self.backlog
        records += count
        guard !isBacklog, records >= Self.backlog else { return }
        Self.busy.add(1, ordering: .relaxed)
        allocator_keep_freed()
    }

    /// To be called when nothing waits.
    mutating func giveBack() {
        guard records >= Self.backlog else { return }
        records = 0
        if Self.busy.subtract(1, ordering: .relaxed).newValue == 0 { allocator_return_freed() }
    }

    deinit {
        if records >= Self.backlog { Self.busy.subtract(1, ordering: .relaxed) }
    }

    /// Has the threads of librdkafka that read from brokers, and allocate the records, give back as well.
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
