/// Until every worker runs: whether systemd is to be asked for more time, which a worker that hangs must not get.
struct StartUp {
    var isOver = false
    private var steps: [UInt64] = []

    /// Whether every worker has taken a turn since this was last so.
    mutating func hasProgressed(_ steps: [UInt64]) -> Bool {
        guard self.steps.count == steps.count else {
            self.steps = steps
            return true
        }
        guard zip(self.steps, steps).allSatisfy(!=) else { return false }
        self.steps = steps
        return true
    }
}
