import Foundation
import Inventory
import TestSupport
import Testing

@testable import Wire

/// Compares the decoder with Foundation's JSONSerialization on randomly damaged texts.
@Suite struct JSONAgreementTests {
    /// Why a text is not compared: stockd deliberately reads it unlike Foundation. Nil if it is compared.
    static func exclusion(_ bytes: [UInt8]) -> String? {
        // Foundation takes zero bytes for a sign of UTF-16 or UTF-32. stockd reads UTF-8 alone, where a zero byte
        // is a control character.
        if bytes.contains(0) { return "zero byte, may be UTF-16" }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return "byte order mark, which Foundation skips" }
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        if text.contains(/\\u[dD][89a-fA-F]/) { return "surrogate escape, maybe alone: Foundation refuses" }
        if text.contains(/,[ \t\r\n]*[}\]]/) { return "comma before a bracket, which Foundation accepts" }
        if text.contains(/[0-9]{16}/) { return "digits beyond what a Double holds" }
        if text.contains(/[eE][-+]?[0-9]{3}/) { return "exponent beyond what a Double holds" }
        return nil
    }

    private func check(_ bytes: [UInt8], _ context: @autoclosure () -> String) -> Bool {
        guard Self.exclusion(bytes) == nil else { return false }
        let ours = EventDecoder().result(bytes)
        let theirs = FoundationOracle.read(bytes)
        switch (ours, theirs) {
        case (.success(let event), .event(let expected)):
            #expect(event == expected, "\(context())")
        case (.failure(let error), .bad(let reasons)):
            #expect(reasons.contains(error.reason), "\(error) but \(reasons): \(context())")
        default:
            Issue.record("\(ours) but \(theirs): \(context())")
        }
        return true
    }

    @Test("damaged events are read as Foundation reads them")
    func damagedEvents() {
        var (compared, good) = (0, 0)
        for seed in UInt64(1)...5000 {
            var random = SeededRandom(seed: seed)
            var bytes = Array(EventText.random(&random, isShort: true).text.utf8)
            let other = Array(EventText.random(&random, isShort: true).text.utf8)
            for _ in 0..<random.below(4) { Mutation.apply(to: &bytes, other: other, &random) }
            let shown = "seed \(seed): \(String(decoding: bytes, as: UTF8.self))"
            if check(bytes, shown) {
                compared += 1
                if case .success = EventDecoder().result(bytes) { good += 1 }
            }
        }
        #expect(compared > 2500 && good > 500, "\(compared) compared, \(good) of them good")
    }

    @Test("damaged JSON is valid exactly when Foundation says so")
    func damagedJSON() {
        var compared = 0
        for seed in UInt64(1)...4000 {
            var random = SeededRandom(seed: seed &* 7919)
            var bytes = Array(EventText.value(depth: 0, &random).utf8)
            let other = Array(EventText.value(depth: 0, &random).utf8)
            for _ in 0..<random.below(4) { Mutation.apply(to: &bytes, other: other, &random) }
            if check(bytes, "seed \(seed): \(String(decoding: bytes, as: UTF8.self))") { compared += 1 }
        }
        #expect(compared > 2000)
    }

    @Test("texts that are not compared with Foundation are read as documented")
    func exclusions() {
        let decoder = EventDecoder()
        func reason(_ unknown: String) -> BadEvent.Reason? {
            decoder.badness("{\"x\":\(unknown)," + eventText().dropFirst())?.reason
        }
        #expect(reason("\"\\ud800\"") == nil)
        #expect(reason("\"\\udc00\\ud800\"") == nil)
        #expect(reason("[1,]") == .invalidJSON)
        #expect(reason("{\"a\":1,}") == .invalidJSON)
        #expect(reason("1e400") == nil)
        #expect(reason("123456789012345678901234567890") == nil)
        #expect(reason("\"\u{0}\"") == .invalidJSON)
        #expect(decoder.badness("\u{FEFF}" + eventText())?.reason == .invalidJSON)
        let utf16 = eventText().utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
        #expect(throws: BadEvent.self) { try decoder.decode(utf16) }
    }
}
