# shellcheck shell=bash
# Debian 13 file trees for the guest and for the device, and the builder among them, in which things are compiled. Kept by the checksum of their lists.
# Whoever reads this has set work, here, suite, and says with build_tree which builder is meant.

listed() { sed 's/#.*//' "$1" | tr -s ' \n' ',,' | sed 's/^,//;s/,$//'; }

# bootstrap LIST TARGET ARCHITECTURES
bootstrap() {
  local from
  from=$(mirror)
  [ -n "$from" ] || { echo "apt knows no Debian archive: check the machine's apt sources and run apt-get update"; return 1; }
  rm -rf "$2" "$2.part"
  mmdebstrap --mode=root --variant=minbase --components=main --architectures="$3" --include="$(listed "$1")" \
    --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Check-Valid-Until "false"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' "$suite" "$2.part" "$from"
  mv "$2.part" "$2"
}

# tree NAME [ARCHITECTURES]: its path, made from NAME.txt if it is not there.
tree() {
  local path
  path=$work/$1-$( (cat "$here/$1.txt" && declare -f bootstrap) | sha256sum | cut -c1-12)
  exec 8>"$work/lock-tree-$1"
  flock 8
  if [ ! -d "$path" ]; then
    find "$work" -maxdepth 1 -name "$1-*" -exec rm -rf {} +
    stage "making the $1 tree from Debian $suite" bootstrap "$here/$1.txt" "$path" "${2:-$(dpkg --print-architecture)}"
  fi
  exec 8>&-
  echo "$path"
}

# in_builder COMMAND...: in the builder tree, with /proc and /dev as programs expect them, at a low priority: whoever works on this machine comes first.
in_builder() {
  local mounts=private
  # In a chroot whose root is no mount point the kernel lets nobody change that; the mounts stay as private as the machine's are.
  unshare --mount --propagation private true 2>/dev/null || mounts=unchanged
  # shellcheck disable=SC2016 # the inner shell's own words
  nice -n 15 unshare --mount --propagation "$mounts" sh -c 'mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" &&
    exec chroot "$0" env -i HOME=/ LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"' "$build_tree" "$@"
}

# once STAMP NAME COMMAND: unless it was done for this stamp.
once() {
  [ -e "$1" ] && return
  stage "$2" "$3"
  touch "$1"
}
