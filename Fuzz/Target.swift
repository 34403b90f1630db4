import Inventory

@testable import Wire

/// What libFuzzer calls with each input. Besides not crashing, the readers must agree with each other: a
/// disagreement traps, which the fuzzer reports with the input that shows it.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafeRawPointer?, _ count: Int) -> CInt {
    let bytes = UnsafeRawBufferPointer(start: start, count: count)
    fuzzEvent(bytes, EventDecoder())
    fuzzEvent(bytes, EventDecoder(ids: texts))
    fuzzInstant(bytes)
    fuzzReference(bytes)
    fuzzCapture(bytes)
    return 0
}

/// Ids that are texts; its limit is met soon.
private let texts = IDs(event: .text, product: .text, warehouse: .text, maxNames: 10_000)

/// The predicted form may only accept what the scanner reads the same; a bad event's message is short.
private func fuzzEvent(_ bytes: UnsafeRawBufferPointer, _ decoder: EventDecoder) {
    do throws(BadEvent) {
        let scanned = try decoder.scanned(bytes.bytes)
        precondition(
            decoder.predicted(bytes.bytes).map { $0 == scanned } ?? true, "two readings of one event")
    } catch {
        precondition(decoder.predicted(bytes.bytes) == nil, "predicted what the scanner refuses")
        precondition(error.message.utf8.count < 4000, "a message is one sentence")
        precondition(error.message.unicodeScalars.allSatisfy { $0.value >= 0x20 }, "and stays on one line")
    }
}

/// An instant that is read and written is the same one.
private func fuzzInstant(_ bytes: UnsafeRawBufferPointer) {
    guard let instant = RFC3339.parse(bytes) else { return }
    var out = ByteWriter()
    RFC3339.write(instant, into: &out)
    precondition(out.withUnsafeBytes { RFC3339.parse($0) } == instant, "an instant changed when written")
}

private func fuzzReference(_ bytes: UnsafeRawBufferPointer) {
    let file = Array(bytes)
    _ = try? ReferenceRows.products(csv: file)
    _ = try? ReferenceRows.products(csv: file, IDs(product: .text))
    _ = try? ReferenceRows.warehouses(json: file)
    let decoder = ReferenceDecoder()
    _ = try? decoder.product(key: bytes, value: nil)
    guard case .change(.upsert(let id, let patch, _)) = try? decoder.product(key: nil, value: bytes),
        let product = patch.row(id, after: nil)
    else { return }
    var out = ByteWriter()
    let row = RollupRow(
        product: product, warehouseCount: 1, totalStock: 1, minWarehouseStock: 1, maxWarehouseStock: 1)
    AlertEncoder.rollup(row, into: &out)
    precondition(out.bytes.span.bytes.firstInvalidUTF8() == nil, "what is written is UTF-8")
}

private func read(
    _ decoder: InputDecoder, _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
) -> Result<InputMessage, BadEvent> {
    Result { () throws(BadEvent) in try decoder.decode(key: key, value: value) }
}

/// A plain event is the same one to every decoder that reads plain events. The bytes up to a zero are a key.
private func fuzzCapture(_ bytes: UnsafeRawBufferPointer) {
    let end = bytes.firstIndex(of: 0) ?? 0
    let key = UnsafeRawBufferPointer(rebasing: bytes[..<end])
    let value = UnsafeRawBufferPointer(rebasing: bytes[end...])
    for format in SourceFormat.Envelope.allCases {
        let decoder = InputDecoder(format: SourceFormat(format))
        _ = decoder.typeName(value)
        _ = try? decoder.decode(key: key, value: nil)
        // The second time the schema, if there is one, is remembered.
        let (first, second) = (read(decoder, key, value), read(decoder, key, value))
        precondition(first == second, "two readings of one message")
        do throws(BadEvent) {
            guard case .event(let event) = try decoder.decode(key: key, value: value) else { continue }
            let plain = try? EventDecoder().decode(value)
            precondition(event == plain, "two readings of one event")
        } catch {
            precondition(error.message.utf8.count < 4000, "a message is one sentence")
        }
    }
    fuzzTexts(key, value)
    let reference = ReferenceDecoder()
    _ = try? reference.product(key: key, value: value)
    _ = try? reference.warehouse(key: key, value: nil)
}

/// Captured rows and reference rows whose ids are texts; what is written of them is UTF-8.
private func fuzzTexts(_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
    let ids = IDs(event: .text, product: .text, warehouse: .text)
    let decoder = InputDecoder(ids: ids)
    precondition(read(decoder, key, value) == read(decoder, key, value), "two readings of one message")
    _ = try? decoder.decode(key: key, value: nil)
    let reference = ReferenceDecoder(ids: ids)
    _ = try? reference.warehouse(key: key, value: nil)
    guard case .change(.upsert(let id, _, _)) = try? reference.product(key: key, value: value) else { return }
    var out = ByteWriter()
    AlertEncoder.key(id, ids, into: &out)
    precondition(out.bytes.span.bytes.firstInvalidUTF8() == nil, "what is written is UTF-8")
}
