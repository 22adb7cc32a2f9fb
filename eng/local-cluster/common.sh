# Shared by the scripts of the local cluster; sourced, never run.
# shellcheck shell=bash

cache=${CHECKPOINT_OPERATOR_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/checkpoint-operator}
# The folder of the local cluster's scripts.
# shellcheck disable=SC2034 # used by the scripts that source this one
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

say() { printf '%s\n' "$*" >&2; }

fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

# The last lines of a log, indented, below a failure's message.
tail_of() {
  [ -s "$1" ] || return 0
  printf 'The end of %s:\n' "$1" >&2
  tail -n 25 "$1" | sed 's/^/  | /' >&2
}

# await SECONDS LOG WHAT CMD…: runs CMD until it succeeds; after SECONDS fails with WHAT was awaited and LOG's tail.
await() {
  local deadline=$((SECONDS + $1)) log=$2 what=$3; shift 3
  until "$@" > /dev/null 2>&1; do
    if [ "$SECONDS" -ge "$deadline" ]; then
      tail_of "$log"
      fail "$what did not happen in time; the log is $log"
    fi
    sleep 0.1
  done
}

# step WHAT LOG CMD…: runs CMD with its output in LOG, showing that time goes by; on failure shows the log's tail.
step() {
  local what=$1 log=$2 started=$SECONDS pid; shift 2
  mkdir -p "$(dirname "$log")"
  "$@" > "$log" 2>&1 < /dev/null &
  pid=$!
  trap 'kill "$pid" 2> /dev/null; exit 130' INT TERM
  if [ -t 2 ]; then
    while kill -0 "$pid" 2> /dev/null; do
      printf '\r\033[K  %s … %d s  %.60s' "$what" $((SECONDS - started)) "$(tail -n 1 "$log" | tr -cd '[:print:]')" >&2
      sleep 0.5
    done
    printf '\r\033[K' >&2
  else
    printf '  %s …\n' "$what" >&2
  fi
  if ! wait "$pid"; then
    tail_of "$log"
    fail "$what failed after $((SECONDS - started)) s; the log is $log"
  fi
  trap - INT TERM
  printf '  %s: %d s\n' "$what" $((SECONDS - started)) >&2
}

# key [FILE…]: a short name for the content of these files, or of what comes in.
key() { cat "$@" | sha256sum | cut -c1-12; }

# The Debian mirror that apt uses on this machine.
debian_mirror() {
  local uri
  # shellcheck disable=SC2016 # apt expands it
  uri=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | sort -u | head -n 1)
  [ -n "$uri" ] || fail "apt has no Debian archive configured: check /etc/apt/sources.list.d and run apt-get update"
  printf '%s\n' "${uri%/}"
}

# needs COMMAND=PACKAGE…: installs the packages whose command is missing.
needs() {
  local pair missing=()
  for pair in "$@"; do
    PATH=$PATH:/usr/sbin:/sbin command -v "${pair%%=*}" > /dev/null || [ -e "${pair%%=*}" ] || missing+=("${pair#*=}")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  [ "$(id -u)" = 0 ] || fail "these packages are missing: ${missing[*]}; install them or run as root"
  step "Installing ${missing[*]}" "$cache/log/apt.log" install_packages "${missing[@]}"
}

install_packages() {
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -q
  apt-get install -yq --no-install-recommends "$@"
}
