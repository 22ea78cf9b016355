# shellcheck shell=bash
# The kernel: User-Mode Linux from Debian's linux-source-6.12, one static executable with every simulator built in.
# Facts behind the choices: docs/guest.md.

unpack_kernel() {
  rm -rf "$build_tree/kernel"
  mkdir "$build_tree/kernel"
  in_builder tar -xf /usr/src/linux-source-6.12.tar.xz --strip-components=1 -C /kernel
  # The sound loop-back keeps time by the jiffy, which is fixed at 10 ms for this architecture.
  in_builder sed -i '/^config HZ$/,/default/s/default 100/default 1000/' /kernel/arch/um/Kconfig
  grep -A3 '^config HZ$' "$build_tree/kernel/arch/um/Kconfig" | grep 'default 1000'
}

configure_kernel() {
  cp "$here/kernel.config" "$build_tree/kernel/bench.config"
  in_builder make -C /kernel ARCH=um x86_64_defconfig
  in_builder sh -c 'cd /kernel && scripts/kconfig/merge_config.sh -m .config bench.config'
  in_builder make -C /kernel ARCH=um olddefconfig
  check_config
}

# A lost parent drops whole groups without a word.
check_config() {
  local line lost=0
  while read -r line; do
    case $line in
      CONFIG_*) grep -qxF -- "$line" "$build_tree/kernel/.config" || { echo "lost: $line"; lost=1; } ;;
    esac
  done <"$here/kernel.config"
  return "$lost"
}

compile_kernel() {
  in_builder make -C /kernel ARCH=um -j2 linux
  in_builder strip --strip-debug -o /kernel/linux.stripped /kernel/linux
}

kernel() {
  local path
  path=$work/linux-$(key_of "$here/kernel.config" "$here/kernel.sh")
  if [ ! -x "$path" ]; then
    build_tree=$(tree builder)
    stage "unpacking the kernel" unpack_kernel
    stage "configuring the kernel" configure_kernel
    stage "compiling the kernel (about 6 minutes)" compile_kernel
    cp "$build_tree/kernel/linux.stripped" "$path.part"
    mv "$path.part" "$path"
    rm -rf "$build_tree/kernel"
  fi
  echo "$path"
}
