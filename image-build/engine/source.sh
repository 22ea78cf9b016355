# shellcheck shell=bash
# The source archive: five places in turn, each checked by its sha256, each failure told in one sentence.
# All downloads go through apt's own helper: it is there, it knows the machine's proxy, and it checks the sum.

snapshot_sha1=9cbc54943839c75a8d626e84d3562074bc766222 # the same file, as Debian's archive of all files names it
upstream_url=https://github.com/pjsip/pjproject/archive/refs/tags/2.17.tar.gz
source_file=

fetch_source() {
  local place
  mkdir -p "$root/build/sources"
  for place in kept distribution cache snapshot upstream; do
    if "from_$place"; then
      say "source: ${source_file#"$root"/}"
      return
    fi
  done
  stop "no place has the source of pjproject 2.17: put the archive with sha256 $source_sha into build/sources/" \
    "or into a folder named by KEEPLINE_SOURCE_CACHE"
}

has_sum() { [ "$(sha256sum <"$1" | cut -d' ' -f1)" = "$2" ]; }

# find_by_sum FOLDER SUM: the first file with this checksum, whatever its name. Archives of source only: no huge files.
find_by_sum() {
  local file
  while IFS= read -r file; do
    if has_sum "$file" "$2"; then echo "$file"; return; fi
  done < <(find "$1" -maxdepth 1 -type f -size -40M 2>/dev/null)
  return 1
}

# download URI TARGET SHA256: whole and right, or not at all.
download() {
  rm -f "$2.part"
  # The sandbox user cannot enter a root-only checkout; the sum decides, not who downloaded.
  if /usr/lib/apt/apt-helper -o APT::Sandbox::User="$(id -un)" -o Acquire::Retries=1 \
    -o Acquire::http::Timeout=30 -o Acquire::https::Timeout=30 \
    download-file "$1" "$2.part" "SHA256:$3" >>"$log" 2>&1 && has_sum "$2.part" "$3"; then
    mv "$2.part" "$2"
    return
  fi
  rm -f "$2.part"
  return 1
}

from_kept() {
  source_file=$(find_by_sum "$root/build/sources" "$source_sha") && return
  say "source: build/sources/ does not have it yet"
  return 1
}

# --- The distribution: asterisk's source package in Debian sid -----------------------------------------------------------

private_apt=()

# use_mirror URI: our own state folder, so that the machine's package lists and sources stay as they are.
use_mirror() {
  local folder=$work/apt keyring
  keyring=$(compgen -G '/usr/share/keyrings/debian-archive-keyring.*' | head -n1)
  rm -rf "$folder"
  mkdir -p "$folder/lists/partial" "$folder/cache/archives/partial"
  echo "deb-src [signed-by=$keyring] $1 sid main" >"$folder/sources.list"
  private_apt=(
    -o Dir::State="$folder" -o Dir::State::status=/dev/null -o Dir::Cache="$folder/cache"
    -o Dir::Etc::sourcelist="$folder/sources.list" -o Dir::Etc::sourceparts=/dev/null
    # Mirrors and caches may lag weeks behind sid. The signature is still checked, and the sum is pinned: an old index
    # cannot smuggle anything in.
    -o Acquire::Check-Valid-Until=false
    -o Acquire::Retries=1 -o APT::Sandbox::User="$(id -un)"
  )
}

# apt itself reads the machine's sources, whichever format they have. A mirror of Debian's releases also carries sid.
distribution_mirrors() {
  local codename
  # shellcheck source=/dev/null
  codename=$(. /etc/os-release && echo "${VERSION_CODENAME-}")
  # shellcheck disable=SC2016 # apt fills these in
  apt-get indextargets --no-release-info --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    awk -v name="$codename" '$3 == "main" && $2 ~ "^(" name "|stable|testing|unstable|sid)$" && !seen[$1]++ { print $1 }'
}

# Prints the address of the pjproject part of asterisk, if the index names the sum we pin.
find_component() {
  apt-get "${private_apt[@]}" update -q >&2 || return
  apt-get "${private_apt[@]}" source --download-only --print-uris asterisk |
    tee /dev/stderr | sed -n "s/^'\([^']*Xpjproject[^']*\)' [^ ]* [0-9]* SHA256:$source_sha\$/\1/p"
}

from_distribution() {
  local mirror uri reason="this machine's apt names no Debian mirror"
  source_file=$root/build/sources/pjproject-2.17.tar.xz
  while IFS= read -r mirror; do
    say "source: asking the distribution's mirror ..."
    use_mirror "$mirror"
    if ! uri=$(find_component 2>>"$log"); then
      reason="the sid index of the distribution's mirror cannot be read"
    elif [ -z "$uri" ]; then
      reason="the distribution has moved on to another asterisk"
    elif download "$uri" "$source_file" "$source_sha"; then
      rm -rf "$work/apt"
      return
    else
      reason="the distribution's mirror did not deliver the right file"
    fi
  done < <(distribution_mirrors 2>>"$log")
  rm -rf "$work/apt"
  say "source: $reason"
  return 1
}

# --- The other places --------------------------------------------------------------------------------------------------------

from_cache() {
  local found
  [ -n "${KEEPLINE_SOURCE_CACHE-}" ] || { say "source: KEEPLINE_SOURCE_CACHE names no folder"; return 1; }
  found=$(find_by_sum "$KEEPLINE_SOURCE_CACHE" "$source_sha") ||
    { say "source: no file in KEEPLINE_SOURCE_CACHE has the checksum"; return 1; }
  source_file=$root/build/sources/pjproject-2.17.tar.xz
  cp "$found" "$source_file.part"
  mv "$source_file.part" "$source_file"
}

from_snapshot() {
  source_file=$root/build/sources/pjproject-2.17.tar.xz
  download "https://snapshot.debian.org/file/$snapshot_sha1" "$source_file" "$source_sha" && return
  say "source: Debian's snapshot archive cannot be reached or sent another file"
  return 1
}

# Upstream packs another archive of the same release, whose sum nobody here could check. Whoever wants it says which sum to
# trust; without one nothing is downloaded, let alone run.
from_upstream() {
  local sum=${KEEPLINE_UPSTREAM_SHA256-}
  [ -n "$sum" ] || { say "source: upstream's archive needs its sha256 in KEEPLINE_UPSTREAM_SHA256"; return 1; }
  source_file=$root/build/sources/pjproject-2.17-upstream.tar.gz
  { [ -e "$source_file" ] && has_sum "$source_file" "$sum"; } && return
  download "$upstream_url" "$source_file" "$sum" && return
  say "source: upstream cannot be reached or its archive has another sha256"
  return 1
}
