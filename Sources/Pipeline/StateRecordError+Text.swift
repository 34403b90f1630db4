import Wire

extension StateRecordError {
    /// The sentence for an operator: where the record is, who wrote it, what to do.
    /// - Parameter writer: the release that a barrier names; nil where none does.
    func explained(
        topic: String, at place: StateRecord.Place, writer: String?, thisRelease: String
    ) -> String {
        let place = "\(topic)[\(place.partition.rawValue)] at offset \(place.offset.rawValue)"
        switch self {
        case .foreign, .truncated:
            return
                "\(place) is no record that stockd \(thisRelease) knows: the topic belongs to something else, or a "
                + "newer release has written to it. Set state.topic to a topic of stockd's own, or run that release."
        case .unknownVersion(let version, let kind, _):
            return
                "\(place) was written by \(writer.map { "stockd \($0)" } ?? "a newer release of stockd") in version "
                + "\(version) of records \(kind), which stockd \(thisRelease) does not read. Run that release or "
                + "newer."
        }
    }
}
