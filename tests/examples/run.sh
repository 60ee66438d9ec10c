#!/bin/sh
# Replay the sample records of each example configuration and compare with what is expected of them, to the byte; see README.md.
#     run.sh [NAME...]        the program is $FUNNELD, by default build/funneld
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
funneld=${FUNNELD:-$root/build/funneld}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0

fail() {
    echo "$1: $2"
    failed=1
}

[ $# -gt 0 ] || set -- $(cd "$here" && ls -d -- */ | tr -d /)
for name in "$@"; do
    config=$root/config/examples/$name.yaml
    "$funneld" replay --config "$config" --as-of "$(cat "$here/$name/as-of")" --last --dead-letters "$work/dead-letters" "$here/$name"/events.* \
        >"$work/records" 2>"$work/said" || { fail "$name" "replay failed"; cat "$work/said"; continue; }
    diff -u "$here/$name/expected.ndjson" "$work/records" || fail "$name" "other records than expected"
    diff -u "$here/$name/expected-dead-letters.ndjson" "$work/dead-letters" || fail "$name" "other dead letters than expected"
    python3 "$root/tests/schema/validate.py" "$work/records" "$work/dead-letters" 2>"$work/said" ||
        { fail "$name" "records are not valid"; cat "$work/said"; }
done

# The sample events of the worked example are the same bytes on every machine.
case " $* " in *" konsaltjurist "*)
    "$funneld" generate --config "$root/config/examples/konsaltjurist.yaml" --leads 60 --seed 1 --exact >"$work/events"
    cmp "$here/konsaltjurist/events.ndjson" "$work/events" || fail konsaltjurist "generate wrote other bytes" ;;
esac

# What differs is told under keys as people read them; output that has no room is told of.
case " $* " in *" spreadsheet "*)
    "$funneld" diff "$here/spreadsheet/expected.ndjson" /dev/null >"$work/records" 2>"$work/said"
    grep -q '/manager=Иванов: only in' "$work/records" || { fail diff "a key is not as people read it"; cat "$work/records"; }
    sed 's/T00:00:00+03:00","as_of"/T12:00:00+03:00","as_of"/' "$here/spreadsheet/expected.ndjson" >"$work/later"
    "$funneld" diff "$here/spreadsheet/expected.ndjson" "$work/later" >"$work/records" 2>"$work/said"
    grep -q '^ *end  *"[^" ]*" "[^" ]*"$' "$work/records" || { fail diff "long values run together"; cat "$work/records"; }
    "$funneld" diff "$here/spreadsheet/expected.ndjson" /dev/null >/dev/full 2>"$work/said"
    grep -q 'standard output: No space left' "$work/said" || fail diff "does not say that its output was lost" ;;
esac

# Unit tests of every configuration that ships.
"$funneld" test "$here"/*.test.yaml || fail "unit tests" "some did not pass"
for config in "$root"/config/*.yaml "$root"/config/examples/*.yaml; do
    [ -f "$here/$(basename "$config" .yaml).test.yaml" ] || fail "$(basename "$config")" "has no unit tests"
done

# Every configuration that ships is one the daemon starts with.
for config in "$root"/config/*.yaml "$root"/config/examples/*.yaml; do
    "$funneld" check-config --config "$config" >"$work/said" 2>&1 || { fail "$(basename "$config")" "check-config refuses it"; cat "$work/said"; }
done

[ $failed -eq 0 ] && echo "examples: $*: all as expected"
exit $failed
