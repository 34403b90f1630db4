public import Wire

extension StateRecordError {
    /// The sentence for an operator: where the record is, who wrote it, what to do.
    public func explained(
        topic: String, at place: StateRecord.Place, thisRelease: String
    ) -> String {
        let place = "\(topic)[\(place.partition.rawValue)] at offset \(place.offset.rawValue)"
        switch self {
        case .foreign, .truncated:
            return
                "\(place) is not a record of stockd's: the topic belongs to something else. Set state.topic "
                + "to a topic of stockd's own."
        case .unknownVersion(let version, _, let release):
            let writer = release.map { "stockd \($0)" } ?? "a newer release of stockd"
            return "\(place) was written by \(writer) in record version \(version); this is stockd "
                + "\(thisRelease), which reads version \(StateRecord.version). Run that release or newer."
        }
    }
}
