#!/usr/bin/env bash
# run.sh -- the Debian package of a build: made, looked at, installed, run as a service manager runs it, and removed without a trace.
#
#   tests/package/run.sh [BUILD]        BUILD (default build) is a built directory
#
# Installing with dpkg changes this machine for a moment, so it is done where CI=true or INSTALL=true, by root; else the package is unpacked into a
# temporary directory and tried from there.
set -euo pipefail

cd "$(dirname "$0")/../.."
build=$(realpath "${1:-build}")
work=$(mktemp -d)
chmod 755 "$work" # nobody must come in
installed=
cleanup() {
    if [ -n "$installed" ]; then dpkg -P funneld >/dev/null 2>&1 || true; fi
    rm -rf "$work"
}
trap cleanup EXIT

fail() { printf 'package: %s\n' "$*" >&2; exit 1; }
field() { dpkg-deb -f "$package" "$1"; }

(cd "$build" && cpack -G DEB -B "$work/out" >"$work/cpack.log" 2>&1) || { cat "$work/cpack.log"; fail "cpack failed"; }
package=$(ls "$work"/out/*.deb)

# ---- what it says of itself ----
[ "$(field Package)" = funneld ] || fail "it is called $(field Package)"
for library in libc6 librdkafka1 libsystemd0 libyaml-0-2 tzdata; do
    [[ ", $(field Depends)," == *", $library"[,\ ]* ]] || fail "it does not depend on $library: $(field Depends)"
done
dpkg-deb --ctrl-tarfile "$package" | tar -xO ./conffiles | grep -qx /etc/funneld/funneld.yaml || fail "/etc/funneld/funneld.yaml is no conffile"

# ---- onto the machine, or beside it ----
if [ "$(id -u)" -eq 0 ] && [ "${CI:-${INSTALL:-}}" = true ]; then
    ! dpkg-query -W funneld >/dev/null 2>&1 || fail "a package funneld is installed already"
    installed=yes
    dpkg -i "$package" >"$work/dpkg.log" 2>&1 || { cat "$work/dpkg.log"; fail "dpkg -i failed"; }
    root=
    how="installed by dpkg"
else
    root=$work/root
    dpkg-deb -x "$package" "$root"
    how="unpacked (INSTALL=true and root would install it)"
fi

# ---- the unit ----
unit=$root/usr/lib/systemd/system/funneld.service
sed "s|^ExecStart=/usr|ExecStart=$root/usr|" "$unit" >"$work/funneld.service"
systemd-analyze verify "$work/funneld.service" || fail "the unit is faulty"
exposure=$(systemd-analyze security --offline=true --threshold=20 "$work/funneld.service" | sed -n 's/.*exposure level for [^:]*: \([0-9.]*\).*/\1/p') ||
    fail "the unit is exposed more than 2.0"

# ---- the program, as somebody who may do nothing ----
as_nobody=()
if [ "$(id -u)" -eq 0 ]; then as_nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs); fi
[[ "$("$root/usr/bin/funneld" --version)" == "funneld $(field Version)" ]] || fail "the program's version is not the package's"
"${as_nobody[@]}" "$root/usr/bin/funneld" check-config --config "$root/etc/funneld/funneld.yaml" >/dev/null || fail "the shipped configuration is refused"
for example in "$root"/usr/share/funneld/examples/*.yaml; do
    "${as_nobody[@]}" "$root/usr/bin/funneld" check-config --config "$example" >/dev/null || fail "$example is refused"
done
tests/package/as_service.py "${as_nobody[@]}" "$root/usr/bin/funneld" run --embedded --config "$root/etc/funneld/funneld.yaml" || fail "it does not run as a service"

# ---- away again ----
if [ -n "$installed" ]; then
    echo "# edited" >>/etc/funneld/funneld.yaml
    dpkg -i --force-confold "$package" >/dev/null 2>&1
    tail -n 1 /etc/funneld/funneld.yaml | grep -qx "# edited" || fail "an upgrade overwrites the configuration"
    dpkg -r funneld >/dev/null
    [ -e /etc/funneld/funneld.yaml ] || fail "removing it takes the configuration along"
    dpkg -P funneld >/dev/null
    installed=
    for left in /usr/bin/funneld /etc/funneld /usr/lib/systemd/system/funneld.service /usr/share/funneld /usr/share/doc/funneld; do
        [ ! -e "$left" ] || fail "purging it leaves $left"
    done
fi
echo "$(basename "$package"), $how, ran as a service; systemd-analyze security: $exposure"
