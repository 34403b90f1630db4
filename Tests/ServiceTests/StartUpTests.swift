import Testing

@testable import Service

@Suite("A start that takes long")
struct StartUpTests {
    @Test("gets more time while every worker gets on, and none while one hangs")
    func hang() {
        var startUp = StartUp()
        let asked = [
            startUp.hasProgressed([0, 0]),
            // One got on, then the other as well.
            startUp.hasProgressed([4, 0]), startUp.hasProgressed([4, 1]),
            // The second hangs.
            startUp.hasProgressed([9, 1]), startUp.hasProgressed([17, 1]), startUp.hasProgressed([25, 1]),
        ]
        #expect(asked == [true, false, true, false, false, false])
    }
}
