# shellcheck shell=bash
# Two Debian 13 file trees: an amd64 one with a cross compiler, and the device's own, arm64. Kept by the checksum of their lists.

export QEMU_CPU=cortex-a72 # qemu's default processor emulates pointer authentication: twenty times slower for Debian 13

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

# tree NAME ARCHITECTURES: its path, made if it is not there.
tree() {
  local path
  path=$work/$1-$( (cat "$here/$1.txt" && declare -f bootstrap) | sha256sum | cut -c1-12)
  exec 8>"$work/lock-tree-$1"
  flock 8
  if [ ! -d "$path" ]; then
    find "$work" -maxdepth 1 -name "$1-*" -exec rm -rf {} +
    stage "making the $1 tree from Debian $suite, ${2%%,*}" bootstrap "$here/$1.txt" "$path" "$2"
  fi
  exec 8>&-
  echo "$path"
}

# in_builder COMMAND...: in the builder tree, told that compiled parts are for arm64: Debian's Python then takes names, tags and compiler of that.
in_builder() {
  # shellcheck disable=SC2016 # the inner shell's own words
  unshare --mount --propagation private sh -c 'mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" &&
    exec chroot "$0" env -i HOME=/ LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin \
      _PYTHON_SYSCONFIGDATA_NAME=_sysconfigdata__aarch64-linux-gnu _PYTHON_HOST_PLATFORM=linux-aarch64 \
      KEEPLINE_CROSS_PREFIX=aarch64-linux-gnu- "$@"' "$build_tree" "$@"
}

# emulation: foreign programs run by qemu, also those a program in a tree starts. The kernel forgets it at a restart of the machine.
emulation() {
  [ "$(uname -m)" = aarch64 ] && return
  [ -e /proc/sys/fs/binfmt_misc/register ] || mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc ||
    stop "the kernel cannot hand foreign programs to qemu (binfmt_misc)"
  [ -e /proc/sys/fs/binfmt_misc/qemu-aarch64 ] || update-binfmts --enable qemu-aarch64 ||
    stop "update-binfmts does not know qemu-aarch64: apt-get install qemu-user-static binfmt-support"
}
