# shellcheck shell=bash
# The guest's disk: the plain tree with the engine, the locked Python parts and the project installed as on the device, as one ext4 image.
# What seldom changes (wheels, engine) is kept by checksum; the project itself is put in anew whenever a file of it changed.

tools=(setuptools==80.9.0 wheel==0.45.1)
disk_size=2G
device=/usr/lib/keepline # the device's own Python environment
bench=/usr/lib/bench     # the same parts and pytest, for the tests inside

# Everything the project's wheel is made of.
project_files() { (cd "$root" && find firmware hal pyproject.toml -type f ! -path '*/__pycache__/*' | LC_ALL=C sort); }

make_wheels() {
  cp /etc/ssl/certs/ca-certificates.crt "$build_tree/etc/ssl/certs/"
  cp "$root"/requirements-guest.lock "$build_tree/parts.lock"
  rm -rf "$build_tree/tools" "$build_tree/wheels"
  in_builder python3 -m venv /tools
  in_builder /tools/bin/pip install -q "${tools[@]}"
  # lgpio has no wheel for this Python; PYPI=1 puts its library inside.
  in_builder PYPI=1 /tools/bin/pip wheel -q --no-deps --require-hashes --no-build-isolation --no-binary lgpio \
    -r /parts.lock -w /wheels
}

make_engine() {
  rm -rf "$build_tree/project/image-build"
  mkdir -p "$build_tree/project/image-build" "$build_tree/project/build/sources"
  cp -r "$root/image-build/engine" "$build_tree/project/image-build/"
  cp -u "$root"/build/sources/pjproject* "$build_tree/project/build/sources/"
  # Its answer is the path inside the builder.
  in_builder /project/image-build/engine/build --python /usr/bin/python3 | tail -n 1 | sed "s|^|$build_tree|" >"$build_tree/project/wheel"
}

make_project_wheel() {
  rm -rf "$build_tree/project/source" "$build_tree"/project/keepline-*.whl
  mkdir -p "$build_tree/project/source"
  (cd "$root" && project_files | tar -cT -) | tar -xC "$build_tree/project/source"
  in_builder /tools/bin/pip wheel -q --no-deps --no-build-isolation -w /project /project/source
}

in_tree() { chroot "$guest_tree.part" env -i HOME=/root LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"; }

# environment PATH LOCK: a virtual environment in the guest, filled from the wheels alone.
environment() {
  cp "$root/$2" "$guest_tree.part/wheels/lock"
  in_tree python3 -m venv "$1"
  # The wheel of lgpio was made here, so its sum is not the lock's: the sums were checked when the wheels were fetched.
  in_tree sed -i 's/ *--hash=[^ ]*//; s/ *\\$//; /^ *$/d' /wheels/lock
  in_tree "$1/bin/pip" install -q --no-deps --no-index --find-links /wheels -r /wheels/lock pjsua2
}

# The plain tree, copied and filled.
fill_tree() {
  find "$work" -maxdepth 1 -name "${plain_tree##*/}-filled-*" -exec rm -rf {} +
  cp -a --reflink=auto "$plain_tree" "$guest_tree.part"
  mkdir "$guest_tree.part/wheels"
  cp "$build_tree"/wheels/*.whl "$(cat "$build_tree/project/wheel")" "$guest_tree.part/wheels/"
  environment "$device" requirements-pi.lock
  environment "$bench" requirements-guest.lock
  rm -rf "$guest_tree.part/wheels"
  furnish
  mv "$guest_tree.part" "$guest_tree"
}

# What the image's own recipe will do too: programs, folders.
furnish() {
  in_tree ln -s "$device/bin/keepline" "$device/bin/keepline-web" /usr/bin/
  install -d "$guest_tree.part/etc/keepline" "$guest_tree.part/bench" "$guest_tree.part/host"
  install -m 755 "$here/init" "$guest_tree.part/usr/lib/bench-init"
}

# The project itself, into both environments and systemd's folders, with what the box says.
install_project() {
  local environment
  "$root/systemd/install" "$guest_tree"
  for environment in "$device" "$bench"; do
    cp "$build_tree"/project/keepline-*.whl "$guest_tree/"
    chroot "$guest_tree" sh -c "$environment/bin/pip install -q --no-deps --no-index --force-reinstall /keepline-*.whl"
    rm "$guest_tree"/keepline-*.whl
  done
  rm -rf "$guest_tree/usr/share/keepline/prompts"
  mkdir -p "$guest_tree/usr/share/keepline"
  cp -rL "$root/build/prompts/current" "$guest_tree/usr/share/keepline/prompts"
}

make_disk() {
  rm -f "$disk.part"
  mke2fs -q -t ext4 -L guest -d "$guest_tree" "$disk.part" "$disk_size"
  mv "$disk.part" "$disk"
}

# disk: the path of the image. The tree it is made of is kept, so that a changed project costs seconds.
project_disk() {
  local wheel_key engine_key
  # In this order: the kernel, which may be made meanwhile, begins with the builder.
  plain_tree=$(tree guest)
  build_tree=$(tree builder)
  wheel_key=$(key_of "$root/requirements-guest.lock" "$here/builder.txt")
  once "$build_tree/made-wheels-$wheel_key" "fetching and making the wheels" make_wheels
  engine_key=$(key_of "$root"/image-build/engine/*)
  once "$build_tree/made-engine-$engine_key" "building the engine for the guest" make_engine
  guest_tree=$plain_tree-filled-$(key_of "$root"/requirements-*.lock "$build_tree/project/wheel" "$here/project.sh" "$here/init")
  once "$guest_tree/.filled" "filling the guest's tree" fill_tree
  disk=$work/disk-$( (cd "$root" && project_files && project_files | xargs cat && cat systemd/* && readlink build/prompts/current && echo "$guest_tree") | sha256sum | cut -c1-12).img
  if [ ! -f "$disk" ]; then
    find "$work" -maxdepth 1 -name 'disk-*' -delete
    stage "making the project's wheel" make_project_wheel
    stage "installing the project" install_project
    stage "making the disk" make_disk
  fi
  echo "$disk"
}

# tree: the folder the disk is made of, as it stands in the disk.
project_tree() {
  project_disk >/dev/null
  echo "$guest_tree"
}
