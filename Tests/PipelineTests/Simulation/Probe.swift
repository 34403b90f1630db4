/// Rare branches, counted so that a run can prove it reached them.
enum Probe: String, CaseIterable {
    case unknownThenCommitted, unknownThenAborted, lateCommitLanded, commitSettledByInit
    case markersDelayed, unstableOffsets, waitedForStableEnd
    case transactionTimedOut, fencedByEpoch, staleGeneration
    case assignmentLost, revokedMidTransaction, revokedWhileRecovering
    case killed, killedMidTransaction, killedAfterCommit, restartedWithOtherCatalog
    case suspendedReused, suspendedRefused, recoveryReplayed, checkpointSkipped, checkpointWritten
    case recoveredOnceMore
    case inputAborted, deadLetter, deadLetterAborted, duplicate, idForgotten, tombstone
    case beginFailed, sendFailed, offsetsRefused, commitFailed, abortFailed, prepareFailed, pollFailed,
        rewindFailed,
        topicSaidGone
    case questionFailed, readerFailed, stateCompacted, inputTrimmed, catalogAdopted
    case aliveButEvicted, hungInsideCall, hungBeforeDelivery, replacedWhileAlive, stoppedInOrder
    case offsetsBeforeMessages
    case polledDuringCommit, rebalancedDuringCommit, readAheadDropped
    case recordsBeforeNews, rewindForbidden, stoppedWithoutPosition, stoppedBeforeRollback
    case rebuiltToProduct, rebuiltToNone, rebuiltAlike, rebuildKilled
    case referenceLetter, referenceCompacted, followerDeaf
    case rowUpdated, rowDeleted, rowStale, truncated
    /// The ids of the history are texts.
    case textEventIDs, textNames
    case raised, escalated, eased, updated, resolved
    /// The level changed and the severity did not.
    case levelAlone
}

/// How often each branch was reached.
struct Coverage {
    private(set) var counts: [Probe: Int] = [:]

    mutating func reached(_ probe: Probe, times: Int = 1) {
        if times > 0 { counts[probe, default: 0] += times }
    }

    mutating func add(_ other: Coverage) {
        for (probe, count) in other.counts { counts[probe, default: 0] += count }
    }

    subscript(probe: Probe) -> Int { counts[probe, default: 0] }
}
