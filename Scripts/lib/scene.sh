# Shared by the scripts that launch in crowds; source it after common.sh.

# The launcher that is tried and the programs around it: the release, or with LAUNCHER_PRODUCTS what
# another folder holds. The tools are C, and the same in every build.
build_scene() {
    if [ -n "${LAUNCHER_PRODUCTS:-}" ]; then
        products=$LAUNCHER_PRODUCTS
    else
        build_release qemu-launcher
        products=$(release_path)
    fi
    local product
    for product in launch-storm image-attacker qemu-stand-in; do
        swift build -q --product "$product" || fail "building $product failed"
    done
    tools=$(swift build --show-bin-path)
    launcher=$products/qemu-launcher
    [ -x "$launcher" ] || fail "no launcher at '$launcher'"
}

# make_scene FOLDER STORAGE: a host in FOLDER whose storage is STORAGE, with an image and its pin,
# and a stand-in for QEMU whose exit status tells whether it was given what it should.
make_scene() {
    local scene=$1 storage=$2
    mkdir -p "$scene" "$storage/template/efi-firmware"
    install -m 0444 "$ovmf_code" "$storage/template/efi-firmware/a.fd"
    cp "$ovmf_code" "$storage/template/efi-firmware.good"
    # The stand-in judges where it finds such a file, and the reference is what it should be given.
    ln -sfn "$tools/qemu-stand-in" "$scene/kvm"
    : >"$scene/kvm.judge"
    cp "$ovmf_code" "$scene/kvm.reference"
    cat >"$scene/launcher.conf" <<CONF
launcher: defaults
	qemu $scene/kvm
	log none

dir: test
	path $storage

firmware: test:efi-firmware/a.fd
	sha256 $(sha256sum "$ovmf_code" | cut -d ' ' -f 1)
CONF
}

# storm SCENE COUNT AT-ONCE: launches, and what became of them as launch-storm prints it.
storm() {
    "$tools/launch-storm" "$2" "$3" "$launcher" -launcher-config "$1/launcher.conf" \
        -efi-firmware test:efi-firmware/a.fd -name race -m 1 2>>"$1/complaints"
}

# fact NAME: the number after it in what launch-storm printed; 0 if it is missing.
fact() { awk -v name="$1" '$1 " " $2 == name || $1 == name { print $NF; found = 1 } END { if (!found) print 0 }'; }
