#!/usr/bin/env python3
"""What other people's readers find in images, for tests of ours.

  image-facts.py pack FOLDER      writes the compressed volumes of the images of MadeImage.swift, by Python's lzma
  image-facts.py facts IMAGE...   prints what virt-firmware and sev-snp-measure (both of PyPI) find, as JSON

'LAUNCHER_RECORD_GOLDEN=1 swift test --filter MadeImageTests' writes the images to .build/made-images.
"""

import hashlib
import importlib.metadata
import json
import lzma
import os
import random
import struct
import sys
import uuid

PEI_VOLUME = "6938079b-b503-4e3d-9d24-b28337a25806"
DXE_VOLUME = "7cb8bdc9-f8eb-4f34-aaea-3ee4af6516a1"
COMMON = ["DxeCore", "BdsDxe", "SmbiosPlatformDxe", "S3SaveStateDxe"]
# The modules that tell a build's features: of the second phase, and of the third.
BUILDS = {
    "plain": (["PeiCore"], COMMON + ["AmdSevDxe", "TdxDxe", "Tcg2Dxe", "Shell"]),
    "secure-boot": (
        ["PeiCore", "SmmAccessPei"],
        COMMON + ["AmdSevDxe", "TdxDxe", "Tcg2Dxe", "PiSmmCore", "SecureBootConfigDxe"],
    ),
    "old": (["PeiCore"], COMMON + ["AmdSevDxe", "Tcg2Dxe", "SecureBootConfigDxe", "Shell"]),
    "amdsev": (["PeiCore", "SecretPei"], COMMON + ["AmdSevDxe", "SecretDxe", "Tcg2Dxe"]),
    "inteltdx": ([], COMMON + ["TdxDxe", "SecureBootConfigDxe"]),
}


def section(kind, body):
    data = struct.pack("<I", len(body) + 4 | kind << 24) + body
    return data + bytes(-len(data) % 4)


def utf16(text):
    return text.encode("utf-16-le") + b"\0\0"


def module(name, chance):
    # Parts that repeat near and far, as code does, so that the decoder has every kind of match.
    words = [chance.randbytes(chance.randrange(3, 40)) for _ in range(12)]
    body = b"".join(chance.choice(words) for _ in range(60)) + bytes(range(64)) * 2
    if name == "SmbiosPlatformDxe":
        body += bytes(2 + len(body) % 2)
        for text in ["01/02/2030", "2030.01-1+made1", "Example distribution of EDK II"]:
            body += utf16(text)
    if name == "BdsDxe":
        body += bytes(2 + len(body) % 2) + utf16("Example distribution of EDK II")
    body = section(0x19, body) + section(0x15, utf16(name))
    identifier = uuid.uuid5(uuid.NAMESPACE_DNS, name + ".qemu-launcher.example").bytes_le
    return file(identifier, 0x07, body)


def file(name, kind, body):
    size = struct.pack("<I", len(body) + 24)[:3]
    total = -(sum(name) + kind + sum(size)) & 0xFF
    data = name + bytes([total, 0xAA, kind, 0]) + size + b"\xf8" + body
    return data + b"\xff" * (-len(data) % 8)


def volume(name, files):
    files = file(b"\xff" * 16, 0xF0, uuid.UUID(name).bytes_le + struct.pack("<I", 20)) + files
    size = (0x48 + len(files) + 0xFFF) // 0x1000 * 0x1000
    header = bytes(16) + uuid.UUID("8c8ce578-8a3d-4f1c-9935-896185c32dd3").bytes_le
    header += struct.pack("<Q4sIHHHBBIIII", size, b"_FVH", 0x4FEFF, 0x48, 0, 0x60, 0, 2, size // 4096, 4096, 0, 0)
    total = -sum(struct.unpack("<36H", header)) & 0xFFFF
    data = header[:0x32] + struct.pack("<H", total) + header[0x34:] + files
    return data + b"\xff" * (size - len(data))


def pack(folder):
    for build, (early, late) in BUILDS.items():
        chance = random.Random(build)
        data = section(0x19, bytes(12))
        for name, names in [(PEI_VOLUME, early), (DXE_VOLUME, late)]:
            if names:
                data += section(0x17, volume(name, b"".join(module(each, chance) for each in names)))
        packed = lzma.compress(data, lzma.FORMAT_ALONE)
        # The size in the header, as edk2's tool writes it; Python's lzma leaves it open.
        packed = packed[:5] + struct.pack("<Q", len(data)) + packed[13:]
        with open(os.path.join(folder, build + ".lzma"), "wb") as out:
            out.write(packed)
        print(build, len(packed), len(data), file=sys.stderr)


SEV_NAMES = {1: "SNP_SEC_MEM", 2: "SNP_SECRETS", 3: "CPUID", 4: "SVSM_CAA", 0x10: "KERNEL_HASHES"}
TDX_NAMES = {0: "BFV", 1: "CFV", 2: "TD_HOB", 3: "TEMP_MEM"}


def facts(path):
    from sevsnpmeasure.ovmf import OVMF
    from virt.firmware import dump

    with open(path, "rb") as image:
        data = image.read()
    tree = dump.Edk2Image(path, data)
    volumes = [each for each in tree if isinstance(each, dump.Edk2Volume)]
    stores = [each for vol in volumes for each in vol if isinstance(each, dump.Edk2NvData)]
    code = [each for each in volumes if each.is_ffs()]
    known = {
        "file": os.path.basename(path).removesuffix(".fd"),
        "size": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "kind": "combined" if stores and code else "code" if code else "vars" if stores else "not-uefi-fv",
        "fvs": [
            {"offset": each.offset, "length": each.tlen, "fv_name": str(each.name) if each.name else None}
            for each in volumes
        ],
        "fvs_contiguous": all(a.offset + a.tlen == b.offset for a, b in zip(volumes, volumes[1:])),
        "last_fv_ends_at_eof": bool(code) and code[-1].offset + code[-1].tlen == len(data),
    }
    known.update(end(data, OVMF(path), dump.OvmfResetVector(data)))
    known.update(variables(stores, dump))
    names = [str(name) for vol in code for name in modules(vol, dump)]
    if code:
        known["modules"] = names
        known["contents"] = contents(data)
        known["features"] = {
            "smm_required": "PiSmmCore" in names,
            "secure_boot_ui": "SecureBootConfigDxe" in names,
            "shell": "Shell" in names,
            "tpm2": "Tcg2Dxe" in names,
            "amdsev_dxe": "AmdSevDxe" in names,
            "tdx_dxe": "TdxDxe" in names,
            "sev_secret_dxe": "SecretDxe" in names,
        }
    known["cvm"] = {guest: fit(guest, known, data) for guest in ["sev", "sev-es", "snp", "tdx"]}
    return known


def end(data, ovmf, table):
    entries = list(table)
    reset = data[-16:]
    known = {
        # Neither zeros nor erased flash.
        "reset_vector_present": reset.strip(b"\0") != b"" and reset.strip(b"\xff") != b"",
        "reset_vector_class": "x64" if reset[:3] == bytes.fromhex("0f20c0")
        else "ia32-or-old" if reset[:2] == b"\x90\x90" else "other",
        "vtf_signature": data[-20:-16] == b"VTF\0",
        "guid_table": None,
        "sev_metadata": None,
        "tdx_metadata": None,
        "sev_es_reset_ip": None,
        "standalone_sev_es_block": None,
        "kernel_hashes_supported": {"sev": ovmf.is_sev_hashes_table_supported(), "snp": False},
    }
    tag = uuid.UUID(OVMF_RESET := "00f771de-1a7e-4fcb-890e-68c77e2fb44e").bytes_le
    if data[-48:-32] == tag:
        known["standalone_sev_es_block"] = True
        known["sev_es_reset_ip"] = struct.unpack_from("<I", data, len(data) - 54)[0]
    if not entries:
        return known
    known["guid_table"] = {
        "total_len": struct.unpack_from("<H", data, len(data) - 50)[0],
        "entries": [{"guid": str(each.guid), "data_len": len(each.blob)} for each in entries],
    }
    if OVMF_RESET in ovmf._table:
        known["sev_es_reset_ip"] = ovmf.sev_es_reset_eip()
    if ovmf.metadata_items():
        known["sev_metadata"] = {
            "offset": len(data) - struct.unpack("<I", ovmf.table_item(ovmf.OVMF_SEV_META_DATA_GUID))[0],
            "sections": [
                {"gpa": each.gpa, "size": each.size, "type_name": SEV_NAMES[each.section_type_int]}
                for each in ovmf.metadata_items()
            ],
        }
        kinds = [each.section_type_int for each in ovmf.metadata_items()]
        known["kernel_hashes_supported"]["snp"] = known["kernel_hashes_supported"]["sev"] and 0x10 in kinds
    for entry in entries:
        sections = [each for each in entry if getattr(each, "filebase", None) is not None]
        if sections:
            known["tdx_metadata"] = {
                "offset": len(data) - struct.unpack("<I", entry.blob)[0],
                "sections": [
                    {
                        "data_offset": each.filebase, "raw_size": each.filesize, "gpa": each.membase,
                        "mem_size": each.memsize, "type_name": TDX_NAMES[each.typeid], "attributes": each.flags,
                    }
                    for each in sections
                ],
            }
    return known


def variables(stores, dump):
    if not stores:
        return {}
    store = stores[0]
    live = [each for each in store if isinstance(each, dump.Edk2Variable) and each.state in (0x3F, 0x3E)]
    dead = [each for each in store if isinstance(each, dump.Edk2Variable) and each.state not in (0x3F, 0x3E)]
    names = [str(each.name) for each in live]
    last = [each for each in store if isinstance(each, str)]
    return {
        "varstore": {
            "offset": 0x48,
            "kind": "authenticated" if str(store.guid) == "aaf32c78-947b-439a-a180-2e144ec37792" else "plain",
            "size": store.tlen,
            "formatted": store.storefmt == 0x5A,
            "healthy": store.state == 0xFE,
            "variables": [{"name": each} for each in names],
            "deleted": len(dead),
            # 'end of variable list at offset 0x…', counted from after the store's header.
            "used": 28 + int(last[0].rsplit(" ", 1)[1], 16),
        },
        "secure_boot_keys_enrolled": {"PK", "KEK", "db"} <= set(names),
    }


def contents(data):
    """Of the one section that is LZMA, by its GUID."""
    start = data.index(uuid.UUID("ee4e5898-3914-4259-9d6e-dc7bd79403cf").bytes_le)
    byte_count = struct.unpack_from("<I", data, start - 4)[0] & 0xFFFFFF
    unpacked = lzma.decompress(data[start + 20 : start - 4 + byte_count], lzma.FORMAT_ALONE)
    return {"size": len(unpacked), "sha256": hashlib.sha256(unpacked).hexdigest()}


def modules(item, dump):
    if isinstance(item, dump.Edk2FfsFile) and item.secname is not None:
        yield item.secname.fmt_desc().removeprefix("name=")
    if isinstance(item, dump.Edk2CommonBase):
        for each in item:
            yield from modules(each, dump)


def fit(guest, known, data):
    """Why QEMU, or what is in the image, cannot start such a guest; what ends in 'driver' is doubtful only."""
    reasons = []
    features = known.get("features", {})
    if known["kind"] not in ("code", "combined"):
        reasons.append("not code")
    if guest != "sev" and features.get("smm_required"):
        reasons.append("requires SMM")
    if not features.get("tdx_dxe" if guest == "tdx" else "amdsev_dxe"):
        reasons.append("no driver")
    if guest in ("sev-es", "snp") and not known["sev_es_reset_ip"]:
        reasons.append("no SEV-ES reset address")
    if guest in ("snp", "tdx") and len(data) % 0x10000:
        reasons.append("size is no multiple of 64 KiB, which -bios needs")
    if guest == "snp":
        sections = (known["sev_metadata"] or {"sections": []})["sections"]
        if not sections:
            reasons.append("no SEV metadata")
        elif not all(each["size"] for each in sections):
            reasons.append("an empty section in the SEV metadata")
    if guest == "tdx":
        sections = (known["tdx_metadata"] or {"sections": []})["sections"]
        if not sections:
            reasons.append("no TDX metadata")
        elif any(each["data_offset"] + each["raw_size"] > len(data) for each in sections):
            reasons.append("a section of the TDX metadata is outside of the file")
    return {"ok": not reasons, "reasons": reasons}


if sys.argv[1:2] == ["pack"] and len(sys.argv) == 3:
    pack(sys.argv[2])
elif sys.argv[1:2] == ["facts"] and len(sys.argv) > 2:
    tools = [f"{name} {importlib.metadata.version(name)}" for name in ("virt-firmware", "sev-snp-measure")]
    source = f"{' and '.join(tools)} of PyPI, by 'Scripts/lib/image-facts.py facts .build/made-images/*'"
    print(json.dumps({"source": source, "images": [facts(each) for each in sys.argv[2:]]}, indent=1))
else:
    sys.exit(__doc__)
