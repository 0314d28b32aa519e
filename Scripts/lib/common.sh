# Shared by the scripts; source it, do not run it.
# shellcheck disable=SC2034
# Every script works from the package's folder, wherever it was called from.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

say() { printf '%s\n' "$*"; }

# As it was called: Scripts/lib/bench-filter is './Scripts/bench filter'.
self=${0##*/}
self=${self/-/ }

fail() {
    printf '%s: error: %s\n' "$self" "$1" >&2
    if [ -n "${2:-}" ]; then printf '%s: hint: %s\n' "$self" "$2" >&2; fi
    exit 1
}

usage_error() {
    printf '%s: error: %s\n%s: hint: ./Scripts/%s --help\n' "$self" "$1" "$self" "$self" >&2
    exit 64
}

# Whether what is missing may be installed with sudo: LAUNCHER_INSTALL=yes says so, or a person does.
may_use_sudo() {
    [ "${LAUNCHER_INSTALL:-}" != yes ] || return 0
    [ -t 0 ] && [ -t 2 ] || return 1
    local answer
    read -r -p "install $* with sudo? [y/N] " answer
    [[ $answer = [yY]* ]]
}

# Installs the Debian packages among its arguments that are missing, and says which.
need_packages() {
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null || fail "missing: ${missing[*]}" "install them; this system has no apt-get"
    local as_root=()
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || fail "missing: ${missing[*]}" "run as root, or install sudo"
        may_use_sudo "${missing[@]}" ||
            fail "missing: ${missing[*]}" "install them, or set LAUNCHER_INSTALL=yes, and sudo is used"
        as_root=(sudo)
    fi
    say "installing: ${missing[*]}"
    "${as_root[@]}" apt-get update -qq >/dev/null ||
        fail "apt-get update failed" "see the lines above; the package lists could not be read"
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
        fail "could not install: ${missing[*]}" "see the lines above"
}

# The archive of Debian that this host uses; nothing if it uses none.
debian_archive() {
    apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | sed -n '/\/debian\/*$/p' | sort -u | head -n 1
}

# Debian packages of a suite that is not the host's, unpacked below a folder with all they depend on, C
# library included. Nothing is installed. $1: the folder; $2: the suite; then the packages.
fetch_packages() {
    local root=$1 suite=$2 apt=$1.apt package name
    shift 2
    mkdir -p "$apt"/etc/apt/{sources.list.d,preferences.d,apt.conf.d,trusted.gpg.d} \
        "$apt"/var/{lib/apt/lists/partial,lib/dpkg,cache/apt/archives/partial,log/apt} \
        "$root"/usr/{bin,sbin,lib,lib64}
    : >"$apt/var/lib/dpkg/status"
    # The suite of its own, too, which backports build on.
    local key=/usr/share/keyrings/debian-archive-keyring.gpg archive
    archive=$(debian_archive)
    [ -n "$archive" ] || fail "apt knows no archive of Debian" "add one to /etc/apt/sources.list.d"
    printf "deb [signed-by=$key] %s %s main\n" "$archive" "$suite" >"$apt/etc/apt/sources.list"
    if [ "${suite%-backports}" != "$suite" ]; then
        printf "deb [signed-by=$key] %s %s main\n" "$archive" "${suite%-backports}" >>"$apt/etc/apt/sources.list"
    fi
    cat >"$apt/apt.conf" <<CONF
Dir "$apt/"; Dir::State "$apt/var/lib/apt"; Dir::State::status "$apt/var/lib/dpkg/status";
Dir::Cache "$apt/var/cache/apt"; Dir::Etc "$apt/etc/apt"; Dir::Log "$apt/var/log/apt";
APT::Architecture "amd64"; APT::Sandbox::User "root"; APT::Install-Recommends "false";
CONF
    say "fetching $* of Debian $suite" >&2
    APT_CONFIG=$apt/apt.conf apt-get update -qq >&2 || fail "apt-get update failed for $suite"
    APT_CONFIG=$apt/apt.conf apt-get install -y -qq --download-only -t "$suite" "$@" >/dev/null ||
        fail "could not fetch $* of $suite"
    for name in bin sbin lib lib64; do ln -sfn "usr/$name" "$root/$name"; done
    for package in "$apt"/var/cache/apt/archives/*.deb; do
        dpkg-deb --fsys-tarfile "$package" |
            tar -x -C "$root" --keep-directory-symlink --no-same-owner
    done
}

# QEMU of a suite, with a loader and libraries of its own: into $qemu, what it wants besides into $options.
fetch_qemu() {
    local root=$PWD/.build/qemu/$1
    if [ ! -x "$root/usr/bin/qemu-system-x86_64-host" ]; then
        # With its modules: where one is missing, QEMU takes the host's, which is of another build, and ends.
        fetch_packages "$root" "$1" qemu-system-x86 qemu-utils qemu-block-extra \
            qemu-system-modules-opengl qemu-system-modules-spice
        patchelf --set-interpreter "$root/lib64/ld-linux-x86-64.so.2" --force-rpath \
            --set-rpath "$root/usr/lib/x86_64-linux-gnu" \
            --output "$root/usr/bin/qemu-system-x86_64-host" "$root/usr/bin/qemu-system-x86_64"
    fi
    export QEMU_MODULE_DIR=$root/usr/lib/x86_64-linux-gnu/qemu
    set -- "$root/usr/share/qemu" "$root/usr/share/seabios" "$root/usr/lib/ipxe/qemu"
    qemu=$root/usr/bin/qemu-system-x86_64-host
    options="-L $1 -L $2 -L $3"
}

# Runs a command that finds the modules of $QEMU_MODULE_DIR, if that is set, where Debian's QEMU looks for them. The
# launcher takes the variable away where root starts a VM, and modules of another build end QEMU.
with_modules() {
    local place=/usr/lib/x86_64-linux-gnu/qemu own=
    if [ -z "${QEMU_MODULE_DIR:-}" ] || [ ! -d "$place" ]; then
        "$@"
        return
    fi
    [ "$(id -u)" = 0 ] || own=--map-root-user
    unshare --mount $own sh -c 'mount --bind "$1" "$2" && shift 2 && exec "$@"' sh "$QEMU_MODULE_DIR" "$place" "$@"
}

need_swift() {
    command -v swift >/dev/null ||
        fail "no Swift toolchain on the PATH" "install Swift 6.2 or newer from swift.org"
    local version
    version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
    case "$version" in
        6.[2-9] | 6.[1-9][0-9] | [7-9].* | [1-9][0-9].*) ;;
        *) fail "Swift ${version:-of unknown version} is too old" "install Swift 6.2 or newer from swift.org" ;;
    esac
}

# Builds the static release; $1 and on: products. Prints only when something goes wrong.
build_release() {
    local product log
    log=$(mktemp)
    for product in "$@"; do
        # SwiftPM does not look whether the linker's script has changed.
        [ "$(release_path)/$product" -nt Packaging/release.ld ] || rm -f "$(release_path)/$product"
        if ! swift build -c release --product "$product" "${release_flags[@]}" >"$log" 2>&1; then
            cat "$log" >&2
            rm -f "$log"
            fail "building $product failed"
        fi
    done
    rm -f "$log"
}

# One file without a loader: nothing of the caller's environment decides what code runs. lld,
# because gold warns about glibc's name service functions, which we never call.
release_flags=(
    --static-swift-stdlib
    -Xswiftc -static-executable
    -Xswiftc -use-ld=lld
    -Xlinker --gc-sections
    -Xlinker --strip-all
    -Xlinker "--script=$PWD/Packaging/release.ld"
)

release_path() { swift build -c release --show-bin-path "${release_flags[@]}"; }

# The rows of a policy, as `launcherctl policy --json` prints it, as initialisers for reference.c.
policy_rows() {
    # Keys are sorted, one a line: a row of the policy ends with its verdict.
    awk -F '"' '
        $2 == "checks" { checks = "" }
        $2 == "argument" || $2 == "number" { number[$2] = $3; gsub(/[^0-9]/, "", number[$2]) }
        $2 == "error" || $2 == "mask" { text[$2] = $4 }
        $2 == "value" && "argument" in number {
            checks = checks (checks == "" ? "" : ",") \
                sprintf("CHECK(%s, %s, %s)", number["argument"], text["mask"], $4)
            delete number["argument"]
        }
        $2 == "verdict" && "number" in number {
            action = $4 == "refuse" ? "REFUSE(" text["error"] ")" : toupper($4)
            printf "{%s, %s, %s},\n", number["number"], action, \
                checks == "" ? "0, {0}" : "1, " checks
            delete number["number"]
        }
    '
}

# A unified image and a split pair as Debian's ovmf package ships them.
ovmf_code=/usr/share/OVMF/OVMF_CODE_4M.fd
ovmf_vars=/usr/share/OVMF/OVMF_VARS_4M.fd
ovmf_unified=/usr/share/ovmf/OVMF.fd
