import Foundation
import Testing

@testable import launcherctl

/// What a document says, read back from its text: each value by the way that leads to it, such as
/// `groups[0].name`. An empty list or object is a value too: `[]` or `{}`.
func values(of document: some Encodable) throws -> [String: String] {
    let text = try jsonText(document)
    return try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)).values(at: "")
}

/// Holds a document against all that it is to say. A key without a row fails as a row without a
/// key does.
func expect(
    _ document: some Encodable,
    says rows: [String: String],
    at location: SourceLocation = #_sourceLocation,
) throws {
    let found = try values(of: document)
    for key in Set(found.keys).union(rows.keys).sorted() {
        #expect(found[key] == rows[key], "\(key)", sourceLocation: location)
    }
}

private enum JSONValue: Decodable {
    case text(String)
    case array([JSONValue])
    case object([String: JSONValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let bool = try? container.decode(Bool.self) {
            self = .text("\(bool)")
        } else if let number = try? container.decode(UInt64.self) {
            self = .text("\(number)")
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let array = try? container.decode([JSONValue].self) {
            self = .array(array)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    func values(at path: String) -> [String: String] {
        switch self {
        case .text(let text): return [path: text]
        case .array(let elements) where elements.isEmpty: return [path: "[]"]
        case .object(let members) where members.isEmpty: return [path: "{}"]
        case .array(let elements):
            return elements.enumerated().reduce(into: [:]) { all, element in
                all.merge(element.element.values(at: "\(path)[\(element.offset)]")) { $1 }
            }
        case .object(let members):
            return members.reduce(into: [:]) { all, member in
                let place = path.isEmpty ? member.key : "\(path).\(member.key)"
                all.merge(member.value.values(at: place)) { $1 }
            }
        }
    }
}
