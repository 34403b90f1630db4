import CRDKafka

/// The group member and generation in whose name a transaction commits offsets. A broker refuses a commit
/// of an older generation, so one that is kept past a rebalance is safe: it can only fail.
public final class GroupMetadata {
    let pointer: OpaquePointer

    init(taking pointer: OpaquePointer) { self.pointer = pointer }

    /// Of no member: offsets sent with it are not checked against a generation. For tests only, hence internal.
    init(anonymousIn groupID: String) { pointer = rd_kafka_consumer_group_metadata_new(groupID) }

    deinit { rd_kafka_consumer_group_metadata_destroy(pointer) }
}
