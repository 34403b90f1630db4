/// Calls its closure when nothing holds it any more. So a client that leaves before its response begins, or a HEAD
/// that drops the body, still gives back what it took.
final class Ticket: Sendable {
    private let giveBack: @Sendable () -> Void

    init(_ giveBack: @escaping @Sendable () -> Void) { self.giveBack = giveBack }

    deinit { giveBack() }
}
