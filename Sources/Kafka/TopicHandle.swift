/// A topic as its producer knows it; valid until the producer closes.
public struct TopicHandle {
    public let name: String
    let pointer: OpaquePointer
}
