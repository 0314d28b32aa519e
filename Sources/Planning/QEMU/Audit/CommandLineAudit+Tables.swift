/// What the tables decide by a name: machine, accelerators, processors, devices, objects, globals.
extension CommandLineAudit {
    func auditMachine(_ option: StatedOption) throws(AuditRefusal) {
        for property in option.properties {
            let name = MachineOptions.dashed(property.key)
            switch name {
            case "firmware":
                throw .firmwareBeside(option: commandLine.quote(option, at: property.key))
            case "igvm-cfg":
                throw .igvm(option: commandLine.quote(option, at: property.key))
            case "accel":
                try auditAccelerators(option, property.value)
            case "kernel":
                throw .firmwareBeside(option: commandLine.quote(option, at: property.key))
            case _ where name.hasPrefix("cxl-fmw."):
                try auditWindow(option, property)
            default:
                let verdict = MachineProperty.verdict(of: name)
                try require(verdict, AuditedItem(.machine, name), option, at: property.key)
            }
        }
    }

    func auditAccelerator(_ option: StatedOption) throws(AuditRefusal) {
        try auditAccelerators(option, option["accel"])
        for property in option.properties
        where property.key != "accel" && !(property.key == "device" && property.value == "/dev/kvm")
        {
            let name = (option["accel"] ?? "").bytes + [UInt8(ascii: ".")] + property.key.bytes
            let verdict = MachineProperty.verdict(ofAcceleratorProperty: property.key)
            try require(verdict, AuditedItem(.accel, ByteString(name)), option)
        }
    }

    /// Names of accelerators, with colons between them.
    func auditAccelerators(
        _ option: StatedOption,
        _ names: ByteString?,
    ) throws(AuditRefusal) {
        for name in (names ?? "").bytes.split(separator: UInt8(ascii: ":")) {
            let name = ByteString(name)
            try require(
                MachineProperty.verdict(ofAccelerator: name),
                AuditedItem(.accel, name),
                option
            )
        }
    }

    func auditDevice(_ option: StatedOption) throws(AuditRefusal) {
        let driver = option["driver"] ?? ""
        try require(
            QEMUDevice.verdict(of: driver),
            AuditedItem(.device, driver),
            option,
            at: "driver",
        )
        try requireTrusted(option, option["romfile"])
        for property in option.properties where Self.loadsCode(property.key, of: driver) {
            let item = AuditedItem(.device, ByteString("\(driver.escaped).\(property.key.escaped)"))
            try require(.refused(because: Self.whyDatabase), item, option, at: property.key)
        }
        if QEMUDevice.isProcessor(driver) { try auditProcessor(option, from: 0) }
    }

    /// A database of NSS names shared objects, which are loaded into QEMU.
    static func loadsCode(_ property: ByteString, of driver: ByteString) -> Bool {
        driver == "ccid-card-emulated" && property == "db"
    }

    static let whyDatabase = "QEMU loads the code that the database names"

    /// Processors see what memory they are told to, by one of their properties.
    func auditProcessor(
        _ option: StatedOption,
        from first: Int,
    ) throws(AuditRefusal) {
        for property in option.properties.dropFirst(first)
        where !["driver", "id", "bus"].contains(property.key) {
            let verdict: AuditVerdict? =
                ProcessorProperty.isHarmless(property.key)
                ? .harmless(because: "what a processor can do, not what it runs") : nil
            try require(verdict, AuditedItem(.cpu, property.key), option, at: property.key)
        }
    }

    /// Windows lie one after the other above 4 GiB; large ones wrap around to below it.
    func auditWindow(
        _ option: StatedOption,
        _ property: StatedOption.Property,
    ) throws(AuditRefusal) {
        let verdict = MachineProperty.verdict(of: MachineOptions.dashed(property.key))
        let item = AuditedItem(.machine, property.key)
        try require(verdict, item, option, at: property.key)
        guard property.key.hasSuffix(".size") else { return }
        guard let size = QEMUValue.byteCount(property.value), size <= 1 << 44 else {
            let why = "windows larger than 16 TiB can come to lie over the firmware"
            return try require(.refused(because: why), item, option, at: property.key)
        }
    }

    func auditObject(_ option: StatedOption) throws(AuditRefusal) {
        let type = option["qom-type"] ?? ""
        if type == "igvm-cfg" { throw .igvm(option: commandLine.quote(option, at: "qom-type")) }
        try require(
            QEMUObject.verdict(of: type),
            AuditedItem(.object, type),
            option,
            at: "qom-type",
        )
    }

    func auditGlobal(_ option: StatedOption) throws(AuditRefusal) {
        let driver = option["driver"] ?? ""
        let property = option["property"] ?? ""
        let name = ByteString(driver.bytes + [UInt8(ascii: ".")] + property.bytes)
        if property == "romfile" { try requireTrusted(option, option["value"]) }
        if Self.loadsCode(property, of: driver) {
            throw .harmful(
                option: commandLine.quote(option),
                AuditedItem(.global, name),
                why: Self.whyDatabase,
            )
        }
        try require(
            GlobalProperty(driver: driver, property: property).verdict,
            AuditedItem(.global, name),
            option,
        )
    }
}
