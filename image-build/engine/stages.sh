# shellcheck shell=bash
# What the person at the terminal sees: one line per stage with the seconds so far, the end of the log when one fails.

say() { echo "engine: $*" >&2; }

stop() {
  say "$*"
  exit 1
}

# Stops with the end of the log.
fail() {
  say "$1 failed after ${SECONDS}s; the last lines of $log:"
  tail -n 20 "$log" >&2
  exit 1
}

# stage NAME FUNCTION...: runs it with its output in the log; every 10 s says that it lives, with compiled files if any.
stage() {
  local name=$1 began=$SECONDS pid ticks=0
  shift
  say "$name ..."
  echo "== $name" >>"$log"
  # A process group of its own, so that an interrupted build takes its compilers with it.
  set -m
  ("$@") >>"$log" 2>&1 </dev/null &
  pid=$!
  set +m
  trap 'kill -- "-$pid" 2>/dev/null || true; say "interrupted"; exit 130' INT TERM
  while kill -0 "$pid" 2>/dev/null; do
    sleep 0.25
    ticks=$((ticks + 1))
    [ $((ticks % 40)) -eq 0 ] && say "$name: $((SECONDS - began))s$(compiled_files)"
  done
  wait "$pid" || fail "$name"
  trap - INT TERM
  say "$name: $((SECONDS - began))s$(compiled_files)"
}

compiled_files() {
  local count
  [ -n "${counted_folder-}" ] || return 0
  count=$(find "$counted_folder" -name '*.o' 2>/dev/null | wc -l)
  echo ", $count files compiled"
}
