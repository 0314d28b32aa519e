import Planning

/// QEMU's key=value syntax: what is set reads back, what is not stays, and every byte is accounted
/// for.
func fuzzKeyValue(_ bytes: [UInt8]) {
    let text = ByteString(bytes)
    for implied in [nil, "type"] as [ByteString?] {
        let list = KeyValueList(text, impliedKey: implied)
        var end = 0
        for item in list.items {
            require(item.range.lowerBound == end, "a gap before an item")
            end = item.range.upperBound + 1
        }
        require(list.items.isEmpty || end >= bytes.count, "a rest that nobody read")
        edit(list, implied)
    }
    _ = QEMUValue.number(text)
    _ = QEMUValue.byteCount(text)
    _ = QEMUValue.truth(text)
}

private func edit(_ list: KeyValueList, _ implied: ByteString?) {
    let value: ByteString = "a,b,,=c"
    for key in ["file", "new"] as [ByteString] {
        let edited = KeyValueList(list.setting(key, to: value), impliedKey: implied)
        require(edited[key] == value, "a value that was set does not read back")
        for item in list.items where item.key != key && !item.key.bytes.isEmpty {
            require(edited[item.key] == list[item.key], "another value changed")
        }
    }
    let without = KeyValueList(list.removing { $0.key == "file" }, impliedKey: implied)
    require(without["file"] == nil || implied != nil, "a value that was removed is there")
}
