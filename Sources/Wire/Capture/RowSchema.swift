/// The schema of a row, in a message that has one.
struct RowSchema {
    /// Which part of the value the row is.
    enum Part: Int, CaseIterable {
        case whole, after, before

        var member: StaticString? {
            switch self {
            case .whole: nil
            case .after: "after"
            case .before: "before"
            }
        }
    }

    var found: FoundSchema
    var part: Part

    /// The number of columns in all parts, each of which has a meaning to remember.
    static var placeCount: Int { RowSpans.capacity * Part.allCases.count }

    /// What the schema says of a column.
    ///
    /// - Parameters:
    ///   - column: its number in the row.
    ///   - path: its name, or the names that lead to it.
    func meaning(_ text: RawSpan, column: Int, at path: [[UInt8]]) -> ConnectSchema.Meaning {
        guard let memory = found.memory else { return read(text, path) }
        return memory.meaning(found.generation, column * Part.allCases.count + part.rawValue) {
            read(text, path)
        }
    }

    private func read(_ text: RawSpan, _ path: [[UInt8]]) -> ConnectSchema.Meaning {
        var names = path
        if let member = part.member {
            let name = UnsafeBufferPointer(start: member.utf8Start, count: member.utf8CodeUnitCount)
            names.insert(Array(name), at: 0)
        }
        let field = ConnectSchema.field(text, of: found.range, at: names)
        return field.map { ConnectSchema.meaning(text, of: $0) } ?? .plain
    }
}

/// The schema of a message: an object whose grammar was checked.
struct FoundSchema {
    var range: Range<Int>
    /// What remembers its bytes, and the generation that they have there.
    var memory: SchemaMemory?
    var generation: UInt64 = 0
}
