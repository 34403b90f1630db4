/// A place that is taken until whatever holds this is gone. A client that leaves before its response is begun, or a
/// HEAD that drops the body, gives it back like any other.
final class Ticket: Sendable {
    private let giveBack: @Sendable () -> Void

    init(_ giveBack: @escaping @Sendable () -> Void) { self.giveBack = giveBack }

    deinit { giveBack() }
}
