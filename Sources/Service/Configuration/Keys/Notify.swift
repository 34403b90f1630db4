extension Configuration {
    /// `stockd notify`, which tells people of alerts.
    public struct Notify: Equatable, Sendable {
        /// Nil: kafka.group_id with "-notify" appended.
        public var groupID: String?
        /// Nil: the group with "-state" appended.
        public var stateTopic: String?
        /// Where people see the stock; nil for texts without links.
        public var pageURL: String?
        /// Nil: no HTTP.
        public var listen: ListenAddress?
        /// In the order of the file.
        public var receivers: [ReceiverSettings]

        init(_ read: inout Reading) {
            read.section(
                "notify", "stockd notify tells people of alerts; see docs/notifications.md. stockd run ignores this.")
            groupID = read(
                "notify.group_id", Kind.text("a consumer group's name").orNull, default: "null",
                """
                The consumer group of stockd notify. A new group tells every receiver again of all that stands. Null:
                kafka.group_id with "-notify" appended.
                """)
            stateTopic = read(
                "notify.state_topic", Kind.topic.orNull, default: "null",
                """
                What each receiver was told: a compacted topic with as many partitions as alerts.topic, created if
                topics.create is true. Null: the group's name with "-state" appended.
                """)
            pageURL = read(
                "notify.page_url", Kind.webURL.orNull, default: "null",
                "The page of stockd run as people reach it, for the links in notifications. Null: no links.")
            listen = read(
                "notify.listen", Kind.listenAddress.orNull, default: "127.0.0.1:8081",
                """
                The address of stockd notify's metrics and health, without TLS and without anything of the stock.
                Null: none.
                """)
            receivers = read.receivers.map { ReceiverSettings($0, &read) }
        }
    }

    /// The consumer group of `stockd notify`.
    public var notifyGroupID: String { notify.groupID ?? kafka.groupID + "-notify" }

    /// The topic that holds what each receiver was told.
    public var notifyStateTopic: String { notify.stateTopic ?? notifyGroupID + "-state" }
}
