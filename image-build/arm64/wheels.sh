# shellcheck shell=bash
# The compiled parts as wheels: the engine, and every locked Python part; what has no arm64 wheel for this Python is cross-compiled.

tools=(setuptools==80.9.0 wheel==0.45.1)

# cross COMMAND...: in the builder tree, told that compiled parts are for arm64: Debian's Python then takes names, tags and compiler of that.
cross() {
  in_builder _PYTHON_SYSCONFIGDATA_NAME=_sysconfigdata__aarch64-linux-gnu _PYTHON_HOST_PLATFORM=linux-aarch64 \
    KEEPLINE_CROSS_PREFIX=aarch64-linux-gnu- "$@"
}

# Everything the engine's recipe reads; what is written about it changes nothing.
engine_key() { key_of "$root"/image-build/engine/{build,setup.py,*.sh,*.h,*.hpp,*.i} "$here"/{builder.txt,config.site,wheels.sh}; }

# The engine's own recipe tells its progress; here it runs inside the builder.
cross_engine() {
  rm -rf "$build_tree/project/image-build" "$build_tree"/project/build/{wheels,engine}
  mkdir -p "$build_tree/project/image-build" "$build_tree/project/build/sources"
  cp /etc/ssl/certs/ca-certificates.crt "$build_tree/etc/ssl/certs/"
  cp -r "$root/image-build/engine" "$build_tree/project/image-build/"
  cp "$here/config.site" "$build_tree/project/"
  cp -u "$1" "$build_tree/project/build/sources/"
  cross CONFIG_SITE=/project/config.site /project/image-build/engine/build --python /usr/bin/python3 --arch aarch64
}

# The pinned source, by the engine's own ways to it (kept, distribution, cache, snapshot); its path on stdout.
engine_source() {
  # shellcheck disable=SC2016 # the inner shell's own words
  root=$root bash -euc 'here=$root/image-build/engine work=$root/build/engine log=$root/build/engine/source.log
    source_sha=$(sed -n "s/^source_sha=//p" "$here/build")
    mkdir -p "$work"
    . "$here/stages.sh"; . "$here/source.sh"
    fetch_source
    echo "$source_file"'
}

# engine: the path of its wheel. Answers at once when nothing of the recipe changed.
engine() {
  local key made source
  key=$(engine_key)
  if [ ! -e "$work/engine-$key" ] || [ ! -e "$root/build/wheels/$(cat "$work/engine-$key")" ]; then
    build_tree=$(tree builder amd64,arm64)
    source=$(engine_source)
    made=$(cross_engine "$source" | tail -n 1)
    [ -n "$made" ] || stop "the engine was not built; the log is build/arm64/builder-*/project/build/engine/build.log"
    mkdir -p "$root/build/wheels"
    cp "$build_tree$made" "$root/build/wheels/.part-arm64"
    mv "$root/build/wheels/.part-arm64" "$root/build/wheels/$(basename "$made")"
    basename "$made" >"$work/engine-$key"
  fi
  echo "$root/build/wheels/$(cat "$work/engine-$key")"
}

# The device's lock, and what the simulated telephone of the smoke test needs besides, from the guest's lock: it holds both.
parts_lock() { cat "$root/requirements-guest.lock"; }

make_parts() {
  cp /etc/ssl/certs/ca-certificates.crt "$build_tree/etc/ssl/certs/"
  parts_lock >"$build_tree/parts.lock"
  rm -rf "$build_tree/tools" "$build_tree/parts"
  cross python3 -m venv /tools
  cross /tools/bin/pip install -q "${tools[@]}"
  # lgpio's wheel of this version is not for this Python; PYPI=1 puts its library inside. -s: stripped, as a device wants it.
  cross PYPI=1 CC=aarch64-linux-gnu-gcc LDSHARED='aarch64-linux-gnu-gcc -shared -Wl,-s' /tools/bin/pip wheel -q --no-deps --require-hashes \
    --no-build-isolation --no-binary lgpio -r /parts.lock -w /parts
  rm -rf "$1" "$1.part"
  mkdir "$1.part"
  cp "$build_tree"/parts/*.whl "$1.part/"
  mv "$1.part" "$1"
}

# parts: the folder of wheels.
parts() {
  local folder
  folder=$root/build/wheels/arm64-$( (parts_lock; cat "$here/builder.txt" "$here/wheels.sh") | sha256sum | cut -c1-12)
  if [ ! -d "$folder" ]; then
    build_tree=$(tree builder amd64,arm64)
    mkdir -p "$root/build/wheels"
    stage "fetching and cross-compiling the Python parts" make_parts "$folder"
  fi
  echo "$folder"
}
