# shellcheck shell=bash
# Two Debian 13 file trees: the builder, in which things are compiled, and the plain guest, in which they run. Kept by the checksum of their lists.

listed() { sed 's/#.*//' "$1" | tr -s ' \n' ',,' | sed 's/^,//;s/,$//'; }

# bootstrap LIST TARGET
bootstrap() {
  local from
  from=$(mirror)
  [ -n "$from" ] || { echo "apt knows no Debian archive: check the machine's apt sources and run apt-get update"; return 1; }
  rm -rf "$2" "$2.part"
  mmdebstrap --variant=minbase --components=main --include="$(listed "$1")" \
    --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Check-Valid-Until "false"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' "$suite" "$2.part" "$from"
  mv "$2.part" "$2"
}

# tree NAME: its path, made if it is not there.
tree() {
  local path
  path=$work/$1-$( (cat "$here/$1.txt" && declare -f bootstrap) | sha256sum | cut -c1-12)
  exec 8>"$work/lock-tree-$1"
  flock 8
  if [ ! -d "$path" ]; then
    find "$work" -maxdepth 1 -name "$1-*" -exec rm -rf {} +
    stage "making the $1 tree from Debian $suite" bootstrap "$here/$1.txt" "$path"
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
