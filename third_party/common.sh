# What third_party/fetch and third_party/build share: messages, the pins, the cache folder, the digest check.
# Sourced by bash, never run.

set -euo pipefail
third_party="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$third_party/pins"

say() { printf 'cenote: %s\n' "$*" >&2; }
die() { printf 'cenote: error: %s\n' "$*" >&2; exit 1; }

# The pin FIELD of library NAME, as pins writes it.
pin() { local key="$1_$2"; [ -n "${!key:-}" ] || die "third_party/pins has no $key"; printf '%s' "${!key}"; }

known() { [ "$1" = jemalloc ] || [ "$1" = hwloc ] || die "unknown library '$1'; known: jemalloc, hwloc"; }

# Outside the source tree, so that every clone and every build folder shares it.
cache_dir() {
    local dir="${CENOTE_CACHE:-}"
    if [ -z "$dir" ]; then
        if [ -n "${XDG_CACHE_HOME:-}" ]; then dir="$XDG_CACHE_HOME/cenote"
        elif [ -n "${HOME:-}" ]; then dir="$HOME/.cache/cenote"
        else die "no cache folder: set CENOTE_CACHE, XDG_CACHE_HOME or HOME"; fi
    fi
    mkdir -p "$dir" || die "cannot make the cache folder $dir; name another one with CENOTE_CACHE"
    printf '%s' "$dir"
}

# True when FILE has one of the digests pinned for NAME.
is_pinned() {
    local name="$1" file="$2" got
    got="$(sha256sum < "$file")" && got="${got%% *}"
    pin "$name" sha256 | grep -qxF "$got"
}

# Ends the run, naming file, want and got, unless FILE is one of the archives pinned for NAME.
check_pin() {
    local name="$1" file="$2" got
    is_pinned "$name" "$file" && return
    got="$(sha256sum < "$file")"
    die "$(printf 'wrong SHA-256 of %s %s\n  file %s\n  want %s\n  got  %s' "$name" "$(pin "$name" version)" "$file" \
        "$(pin "$name" sha256 | paste -sd ' ' | sed 's/ / or /g')" "${got%% *}")"
}
