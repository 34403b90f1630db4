/// The newest known version of a row, packed as rows are: some 25 bytes with its id, where a dictionary takes 50.
public struct KnownVersion<ID>: TableRow
where ID: RawRepresentable & Hashable & Sendable, ID.RawValue: FixedWidthInteger & Sendable {
    public let id: ID
    public let version: RowVersion

    public init(_ version: RowVersion, of id: ID) {
        self.id = id
        self.version = version
    }

    public func write(to bytes: inout RowBytes) {
        // The flags are the upper bits; turned to the lower end they cost no bytes.
        bytes.append(Int128(version.position << 3 | version.position >> 61))
        bytes.append(Int128(version.seconds))
    }

    public init(_ id: ID, from bytes: RowBytes, at offset: inout Int) {
        let turned = UInt64(bytes.number(at: &offset) as Int128)
        version = RowVersion(
            position: turned >> 3 | turned << 61, seconds: UInt32(bytes.number(at: &offset) as Int128))
        self.id = id
    }
}
