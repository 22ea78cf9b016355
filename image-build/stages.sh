# shellcheck shell=bash
# Needs log, root, and say, which tells the person a line.
# One line a stage for the person at the terminal; everything else goes to the log, whose end is shown when a stage fails.

stop() {
  say "$*"
  exit 1
}

# stage NAME COMMAND...
stage() {
  local name=$1 began=$SECONDS
  shift
  say "$name ..."
  echo "== $name" >>"$log"
  # Not in an if: there, bash would let a failed step inside pass.
  set +e
  (set -e; "$@") >>"$log" 2>&1 </dev/null
  local status=$?
  set -e
  if [ $status -ne 0 ]; then
    say "$name failed after $((SECONDS - began)) s; the last lines of ${log#"$root"/}:"
    tail -n 20 "$log" >&2
    exit 1
  fi
  say "$name: $((SECONDS - began)) s"
}

# key_of FILE... : twelve letters that change with the files' contents.
key_of() { cat "$@" | sha256sum | cut -c1-12; }

# mirror: the Debian archive of this machine's own apt sources.
mirror() {
  # shellcheck disable=SC2016 # apt fills these in
  apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(COMPONENT)|$(REPO_URI)' 'Created-By: Packages' |
    awk -F'|' '$1 == "Debian" && $2 == "Debian" && $3 == "main" { print $4; exit }'
}
