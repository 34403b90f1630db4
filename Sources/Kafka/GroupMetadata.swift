import CRDKafka

/// The group member and generation under which a transaction commits offsets. It is safe to keep it past a rebalance:
/// a broker rejects a commit of an older generation.
public final class GroupMetadata {
    let pointer: OpaquePointer

    init(taking pointer: OpaquePointer) { self.pointer = pointer }

    /// Of no member: offsets sent with it are not checked against a generation. For tests only, hence internal.
    init(anonymousIn groupID: String) { pointer = rd_kafka_consumer_group_metadata_new(groupID) }

    deinit { rd_kafka_consumer_group_metadata_destroy(pointer) }
}
