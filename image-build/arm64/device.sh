# shellcheck shell=bash
# The device's file tree: plain Debian 13 arm64 with the engine, the locked parts and the project installed as on the device.
# Nothing of it is emulated: the builder's Python is the same version, so it fills the environment at the same path.

export QEMU_CPU=cortex-a72 # qemu's default processor emulates pointer authentication: twenty times slower for Debian 13
device=/usr/lib/keepline # the device's own Python environment

# Everything the project's wheel is made of.
project_files() { (cd "$root" && find firmware hal pyproject.toml -type f ! -path '*/__pycache__/*' | LC_ALL=C sort); }

project_key() { (cd "$root" && project_files && project_files | xargs cat && cat systemd/*) | sha256sum | cut -c1-12; }

make_environment() {
  rm -rf "${build_tree:?}$device" "$build_tree/fill" "$build_tree/project/source"
  mkdir -p "$build_tree/fill" "$build_tree/project/source"
  cp "$parts_folder"/*.whl "$engine_wheel" "$build_tree/fill/"
  # lgpio's wheel was made here, so its sum is not the lock's: the sums were checked when the parts were fetched.
  sed 's/ *--hash=[^ ]*//; s/ *\\$//; /^ *$/d' "$root/requirements-pi.lock" >"$build_tree/fill/lock"
  (cd "$root" && project_files | tar -cT -) | tar -xC "$build_tree/project/source"
  [ -x "$build_tree/tools/bin/pip" ] || cross python3 -m venv /tools
  cross /tools/bin/pip install -q "${tools[@]}"
  cross /tools/bin/pip wheel -q --no-deps --no-build-isolation -w /fill /project/source
  cross python3 -m venv --without-pip "$device"
  # numpy is the simulated telephone's.
  cross /tools/bin/pip --python "$device/bin/python" install -q --no-deps --no-index --find-links /fill -r /fill/lock pjsua2 keepline numpy
}

# emulation: foreign programs run by qemu, also those a program in a tree starts. The kernel forgets it at a restart of the machine.
emulation() {
  [ "$(uname -m)" = aarch64 ] && return
  [ -e /proc/sys/fs/binfmt_misc/register ] || mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc ||
    stop "the kernel cannot hand foreign programs to qemu (binfmt_misc)"
  [ -e /proc/sys/fs/binfmt_misc/qemu-aarch64 ] || update-binfmts --enable qemu-aarch64 ||
    stop "update-binfmts does not know qemu-aarch64: apt-get install qemu-user-static binfmt-support"
}

# What the image's own recipe will do too: programs, folders, units and their users.
furnish() {
  ln -s "$device/bin/keepline" "$device/bin/keepline-web" "$1/usr/bin/"
  install -d "$1/etc/keepline"
  "$root/systemd/install" "$1"
}

fill_root() {
  make_environment
  rm -rf "$1.part"
  cp -a --reflink=auto "$plain_tree" "$1.part"
  cp -a "$build_tree$device" "$1.part$device"
  furnish "$1.part"
  mv "$1.part" "$1"
}

# device_root: its path.
device_root() {
  local path
  emulation
  engine_wheel=$(engine)
  parts_folder=$(parts)
  build_tree=$(tree builder amd64,arm64)
  plain_tree=$(tree device arm64)
  path=$work/root-$( (echo "$engine_wheel $parts_folder $plain_tree $(project_key)"; cat "$here/device.sh" "$root/requirements-pi.lock") | sha256sum | cut -c1-12)
  if [ ! -d "$path" ]; then
    find "$work" -maxdepth 1 -name 'root-*' -exec rm -rf {} +
    stage "installing the project in the arm64 tree" fill_root "$path"
  fi
  echo "$path"
}
