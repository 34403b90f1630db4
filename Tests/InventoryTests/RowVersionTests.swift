import Inventory
import Testing

@Suite struct RowVersionTests {
    private func streamed(_ place: UInt64, at seconds: UInt32 = 100) -> RowVersion {
        RowVersion(logPosition: place, seconds: seconds, [])
    }

    private func read(_ place: UInt64, at seconds: UInt32 = 100) -> RowVersion {
        RowVersion(logPosition: place, seconds: seconds, .snapshot)
    }

    @Test("an older change is stale, a newer or equal one is not")
    func order() {
        #expect(streamed(10).advanced(by: streamed(11)) == streamed(11))
        #expect(streamed(10).advanced(by: streamed(10)) == streamed(10))
        #expect(streamed(10).advanced(by: streamed(9)) == nil)
        #expect(RowVersion.none.advanced(by: streamed(9)) == streamed(9))
    }

    @Test("a change with a later time counts, even at a smaller log position")
    func failover() {
        // After a failover the new server's positions start low, but its clock goes on.
        #expect(streamed(1000, at: 100).advanced(by: streamed(5, at: 101)) == streamed(5, at: 101))
        // A change that is sent again has its old position and its old time.
        #expect(streamed(1000, at: 100).advanced(by: streamed(5, at: 99)) == nil)
        // Without a time only the position decides.
        #expect(streamed(1000, at: 100).advanced(by: streamed(5, at: 0)) == nil)
    }

    @Test("a snapshot's row accepts changes of transactions that were open while it was read")
    func openTransactions() {
        // PostgreSQL logs a change before its commit: the change may precede the snapshot, the commit follow it.
        #expect(read(100).advanced(by: streamed(90)) == streamed(90))
        // MySQL logs changes when they commit, so an earlier position is in the snapshot.
        let snapshot = RowVersion(logPosition: 100, seconds: 100, [.snapshot, .commitOrder])
        let change = RowVersion(logPosition: 90, seconds: 100, .commitOrder)
        #expect(snapshot.advanced(by: change) == nil)
    }

    @Test("a snapshot's row does not make older changes count again")
    func snapshotAfterChange() throws {
        let row = try #require(streamed(90).advanced(by: read(100)))
        #expect(row.advanced(by: streamed(80)) == nil)
        #expect(row.advanced(by: streamed(95)) == streamed(95))
        #expect(streamed(90).advanced(by: read(80)) == nil)
        // An incremental snapshot's row has its time in microseconds as its log position.
        let incremental = read(1_774_873_800_000_000)
        let after = try #require(streamed(90).advanced(by: incremental))
        #expect(after.advanced(by: streamed(91)) == streamed(91))
        #expect(after.advanced(by: streamed(89)) == nil)
    }

    @Test("a message without a position follows the order of the topic")
    func noPosition() throws {
        let row = try #require(streamed(90).advanced(by: .none))
        #expect(row.advanced(by: streamed(80)) == nil)
        #expect(RowVersion.none.advanced(by: .none) == RowVersion.none)
    }

    @Test("a tombstone deletes its row, unless the delete came before it")
    func tombstone() throws {
        let delete = RowVersion(logPosition: 91, seconds: 100, .delete)
        #expect(RowVersion.none.advanced(by: .tombstone) == RowVersion.none)
        #expect(streamed(90).advanced(by: .tombstone) == streamed(90))
        let deleted = try #require(streamed(90).advanced(by: delete))
        #expect(deleted.advanced(by: .tombstone) == nil)
        // The id is used again, and the new row's own tombstone deletes it.
        let again = try #require(deleted.advanced(by: streamed(200)))
        #expect(again.advanced(by: .tombstone) == again)
        // The delete and its tombstone are sent again: both are stale.
        #expect(again.advanced(by: delete) == nil)
        let noted = again.noting(delete)
        #expect(noted.advanced(by: .tombstone) == nil)
        #expect(noted.noting(.tombstone) == again)
        #expect(noted.advanced(by: streamed(200)) == streamed(200))
        #expect(again.noting(streamed(150)) == again)
    }

    @Test("a delete without a position makes its tombstone stale")
    func deleteWithoutPosition() throws {
        let told = try #require(streamed(90).advanced(by: RowVersion(logPosition: 0, seconds: 0, .delete)))
        #expect(told.advanced(by: .tombstone) == nil)
        #expect(told.advanced(by: streamed(80)) == nil)
        #expect(told.advanced(by: RowVersion.none) == streamed(90))
    }
}
